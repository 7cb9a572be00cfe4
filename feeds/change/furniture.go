package change

// Furniture is the text that themes, plug-ins and platforms put into the items
// of a feed around what the author wrote. It is known in three ways: by the
// class of its element, by its words, and, for what changes in many items of a
// source at once, by learning (noise.go).

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// furnitureClass tells from a class or id attribute that an element is not the
// author's text. The names are those of common plug-ins and themes.
func furnitureClass(class string) bool {
	if class == "" {
		return false
	}
	for token := range strings.FieldsSeq(strings.ToLower(class)) {
		if furnitureNames[token] {
			return true
		}
		parts := strings.FieldsFunc(token, func(r rune) bool { return !unicode.IsLetter(r) })
		for i, part := range parts {
			if furnitureWords[part] || i+1 < len(parts) && furnitureNames[part+"-"+parts[i+1]] {
				return true
			}
		}
	}
	return false
}

// boxClass: the element is a remark that stands out from the text.
func boxClass(class string) bool {
	for part := range strings.FieldsFuncSeq(strings.ToLower(class), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if boxWords[part] {
			return true
		}
	}
	return false
}

var boxWords = set(`note notice warning info admonition admonitionblock alert callout update updated updates important caution danger attention correction corrections edit edited editnote editornote erratum addendum infobox notification message flash hint disclaimer`)

var furnitureWords = set(`related relatedposts jp-relatedposts yarpp sharedaddy addtoany addthis sharethis shareaholic sharing sharebar feedflare
	newsletter subscribe subscription signup mailchimp breadcrumb breadcrumbs pagination sponsor sponsored sponsorship advert advertisement
	adsense adsbygoogle ads promo promoted cookie navigation navbar outbrain taboola disqus byline`)

var furnitureNames = set(`share shares social social-share social-links social-icons share-buttons share-links post-share post-views view-count views views-count viewcount
	reading-time read-time readtime comment-count comments-count comments-link comment-link comments-area comment-form respond author-bio author-box author-info about-author
	post-meta entry-meta posted-on entry-footer post-footer post-tags tag-links cat-links tags-links post-navigation post-nav read-more more-link
	see-also you-may recommended-posts more-posts next-prev ad ad-slot ad-unit ad-container ad-box ad-block anchor-link headerlink header-anchor heading-anchor
	skip-link screen-reader sr-only visually-hidden like-button like-count vote-count wp-smiley-hidden`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// furnitureLines are whole lines that count, time, file or sell the post.
// furniturePattern is a pattern and where it is worth a try.
type furniturePattern struct {
	where furniturePlace
	*regexp.Regexp
	begin prefixes
}

type furniturePlace int

const (
	short    furniturePlace = iota // short lines at the head and the foot of a post
	digit                          // of these, such as hold a digit
	long                           // longer lines there too
	more                           // lines that lead on to the whole text
	anywhere                       // lines within the text as well
)

var furnitureLines = sync.OnceValue(func() []furniturePattern {
	const number = `[\d\p{N}][\d\p{N}.,\x{00a0} ]*[kKmM]?`
	patterns := []furniturePattern{
		// Counters: 12 comments, 1.2k views, 3 Kommentare
		{where: digit, Regexp: regexp.MustCompile(`(?i)^\W*(?:` + number + `|no|one|keine?|aucun)\s*(?:comments?|repl(?:y|ies)|views?|reads?|likes?|shares?|reactions?|votes?|claps?|downloads?|hits|plays?|retweets?|upvotes?|subscribers?|readers?|followers?|kommentare?|aufrufe|antworten|commentaires?|vues|lectures?|partages?|réponses?|comentarios?|visitas|vistas|comentários?|visualizaç(?:ões|ão)|commenti|commento|visualizzazioni|letture|reacties?|weergaven|kommentarer|visningar|visninger|kommenttia|komentarzy?|komentarze|wyświetle[nń]\p{L}*|komentář\p{L}*|комментари\p{L}*|просмотр\p{L}*|коментар\p{L}*|перегляд\p{L}*|yorum|görüntülenme|تعليق\p{L}*|مشاهد\p{L}*|دیدگاه|بازدید|תגובות|צפיות|टिप्पणि\p{L}*|次阅读|阅读|评论|条评论|閱讀|コメント|回視聴|댓글|조회|bình luận|lượt xem|komentar|tayangan)(?:\P{L}|$)(?:\P{L}|[·|,•]\s*\p{L}{0,14}|\d+\s+\p{L}{1,12}){0,8}$`)},
		{where: digit, Regexp: regexp.MustCompile(`(?i)^\W*(?:comments?|views?|likes?|shares?|kommentare|aufrufe|commentaires|vues|comentarios|visitas|comentários|visualizações|commenti|visualizzazioni|reacties|weergaven|комментарии|просмотры|阅读|评论|浏览|閱讀|瀏覽|閲覧数|コメント|조회수|댓글)\s*[:：(]?\s*` + number + `\)?\W*$`)},
		// Time to read
		{where: short, Regexp: regexp.MustCompile(`(?i)^\W*(?:(?:estimated )?(?:reading|read) time|lesezeit|lesedauer|temps de lecture|durée de lecture|tiempo de lectura|tempo d[ei] (?:leitura|lettura)|leestijd|lästid|læsetid|lesetid|lukuaika|czas czytania|doba čtení|время чтения|час читання|okuma süresi|阅读时间|預計閱讀|阅读时长|読了時間|읽는 시간|thời gian đọc|waktu baca).{0,40}$`)},
		{where: digit, Regexp: regexp.MustCompile(`(?i)^\W*(?:about |~|ca\.? )?\d+(?:\s*[-–]\s*\d+)?\s*[- ]?(?:min(?:ute|uto|uten|uti|utos|utes|uter|utter)?s?\.?)(?:\s+(?:read|to read|reading|reading time|lesezeit|de lecture|de lectura|de leitura|di lettura|leestijd|läsning|lesetid|czytania|čtení))\W*$`)},
		// When, as it looks from today
		{where: short, Regexp: regexp.MustCompile(`(?i)^(?:posted|published|last (?:updated|modified|edited)|updated|veröffentlicht|aktualisiert|publié|publicado|pubblicato|geplaatst|publicerad|опубликовано)?\W*(?:(?:an?|\d+|one|two|three|a few|vor|il y a|hace|há)\s+)+(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|secondes?|heures?|jours?|semaines?|mois|ans?|segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|m[eê]s|años?|anos?)(?:\s+(?:ago|geleden|fa|atrás|sedan|siden))?(?:\s+(?:by|von|par|por|di|door)\s+.{1,60})?\W*$`)},
		{where: digit, Regexp: regexp.MustCompile(`^\W*\d+\s*(?:秒|分钟|分鐘|小时|小時|天|周|个月|年|分|時間|日|週間|か月|초|분|시간|일|주|개월|년)\s*(?:前|전)\W*$`)},
		// Where it stood, what it is filed under
		{where: long, Regexp: regexp.MustCompile(`(?i)(?:appeared first on|first appeared on|was originally published on|erschien zuerst (?:auf|bei)|est apparu en premier sur|apareció primero en|apareceu primeiro em|sembra essere il primo su|proviene da|verscheen eerst op|dök först upp på|blev først udgivet på|pojawił się (?:najpierw|poczatkowo|początkowo) (?:na|w)|впервые появилась на|最先出现在|最早出现于|最初に|first published at)\P{L}?.{0,100}$`)},
		{where: short, Regexp: regexp.MustCompile(`(?i)^\W*(?:filed under|posted in|tagged(?: (?:with|as))?|tags?|categor(?:y|ies)|topics?|labels?|keywords|kategorien?|schlagw(?:ort|orte|örter)|stichw(?:ort|orte|örter)|abgelegt unter|catégories?|étiquettes?|mots[- ]clés|classé (?:dans|sous)|etiquetas|categor[ií]as?|archivado en|categorie|etichette|archiviato in|trefwoorden|categorieën|kategorier|etiketter|emneord|kategoriat|avainsanat|kategorie|tagi|štítky|рубрики|метки|категории|теги|категорії|мітки|etiketler|kategoriler|标签|分类|標籤|分類|タグ|カテゴリー?|태그|카테고리|thẻ|chuyên mục)\s*[:：].{0,200}$`)},
		// What is sold
		{where: anywhere, Regexp: regexp.MustCompile(`(?i)^\W*(?:sponsored(?: (?:by|post|content|message|link))?|advertisement|advert|ad|a word from our sponsors?|our sponsors?|promoted|anzeige|werbung|gesponsert|publicité|sponsorisé|patrocinado|publicidad|publicidade|pubblicità|sponsorizzato|advertentie|gesponsord|annons|annonce|mainos|reklama|реклама|reklam|إعلان|تبلیغ|פרסומת|विज्ञापन|广告|赞助|廣告|贊助|広告|スポンサー|광고|quảng cáo|iklan)\s*(?:[:：|–—]|\s-\s|$)`)},
		// What is asked for
		{where: short, Regexp: regexp.MustCompile(`(?i)^\W*(?:share (?:this|on|via|it)|click to share|tweet this|pin it|follow us|like this|print this|email this|teilen|diesen beitrag teilen|partager|compartir|compartilh|condividi|delen|dela|udostępnij|поделиться|поділитися|paylaş|شارك|分享到|シェア|공유하기|chia sẻ)\P{L}*(?:\p{L}+\P{L}*){0,8}$`)},
		{where: more, Regexp: regexp.MustCompile(`(?i)^\W*(?:read more|continue reading|read the (?:full|rest)|view (?:the )?(?:full|original)|leave a (?:comment|reply)|comments? (?:are )?(?:off|closed)|read this (?:post|article)|weiterlesen|mehr lesen|lire la suite|seguir leyendo|leer más|leia mais|continue lendo|leggi tutto|continua a leggere|lees (?:verder|meer)|läs mer|læs mere|les mer|lue lisää|czytaj (?:dalej|więcej)|číst (?:dál|více)|читать (?:далее|дальше|полностью)|читати далі|devamını oku|اقرأ المزيد|ادامه مطلب|קרא(?:ו)? עוד|阅读(?:更多|全文)|閱讀更多|続きを読む|더 보기|đọc tiếp|baca selengkapnya)\P{L}*(?:\p{L}+\P{L}*){0,12}$`)},
		{where: long, Regexp: regexp.MustCompile(`(?i)^\W*(?:subscribe|sign up|join) (?:to|for|our|now|via|by)?.{0,60}(?:newsletter|mailing list|email|feed|inbox|updates|channel)\b.{0,60}$`)},
	}
	for i, p := range patterns {
		patterns[i].begin = beginnings(p.Regexp)
	}
	return patterns
})

// sections are headings over furniture: what follows them until the next
// heading is not the author's.
var sections = sync.OnceValue(func() furniturePattern {
	p := regexp.MustCompile(`(?i)^\W*(?:related(?: (?:posts?|articles?|stories|reading|content|links))?|you (?:may|might) (?:also )?(?:like|enjoy)|recommended(?: (?:posts?|reading|for you|articles))?|more (?:from|posts|stories|articles)(?: .{0,40})?|read next|recent posts|latest posts|popular posts|see also|similar posts|share this(?: post| article)?|share|about the authors?|about the writer|author|subscribe(?: to .{0,40})?|newsletter|sign up(?: .{0,40})?|comments|tags|` +
		`ähnliche (?:beiträge|artikel)|verwandte (?:beiträge|artikel|themen)|das könnte (?:sie|dich) (?:auch )?interessieren|weitere (?:beiträge|artikel)|über (?:den autor|die autorin)|autor|teilen|` +
		`articles? (?:similaires?|liés|connexes|associés|recommandés)|à lire aussi|sur le même (?:thème|sujet)|à propos de l'auteur\p{L}*|auteurs?|partager|` +
		`(?:artículos|entradas|noticias|posts?) (?:relacionad[ao]s|similares|recomendad[ao]s)|también te puede interesar|sobre el autor|relacionado|compartir|` +
		`(?:artigos|posts?|notícias|conteúdos?) (?:relacionad[ao]s|semelhantes)|veja também|leia também|sobre o autor|compartilhe|` +
		`(?:articoli|post|notizie) (?:correlati|simili|collegati)|leggi anche|potrebbe interessarti(?: anche)?|l'autore|informazioni sull'autore|` +
		`gerelateerde (?:berichten|artikelen)|lees ook|over de auteur|verwant|relaterade (?:inlägg|artiklar)|läs också|relaterede (?:indlæg|artikler)|læs også|relaterte (?:innlegg|artikler)|les også|aiheeseen liittyvää|lue myös|` +
		`powiązane (?:wpisy|artykuły)|podobne (?:wpisy|artykuły)|zobacz (?:też|także)|o autorze|související (?:články|příspěvky)|podobné články|o autorovi|` +
		`похожие (?:записи|статьи|посты)|читайте также|об авторе|схожі (?:записи|статті)|читайте також|про автора|ilgili (?:yazılar|haberler)|benzer yazılar|yazar hakkında|` +
		`مقالات ذات صلة|مواضيع ذات صلة|اقرأ أيضا|عن الكاتب|مطالب مرتبط|درباره نویسنده|פוסטים קשורים|קראו גם|על המחבר|संबंधित (?:पोस्ट|लेख)|लेखक के बारे में|` +
		`相关(?:文章|阅读|推荐)|延伸阅读|推荐阅读|关于作者|相關文章|延伸閱讀|關於作者|関連記事|関連(?:ページ|リンク)?|おすすめ記事|著者について|관련 ?(?:글|기사|포스트)|추천 글|글쓴이|bài viết liên quan|xem thêm|về tác giả|artikel terkait|baca juga|tentang penulis)\W*$`)
	return furniturePattern{Regexp: p, begin: beginnings(p)}
})

// withoutFurniture leaves out the lines that are known by their words, and the
// sections whose heading tells what they are. leads: one of the last lines led
// on to the whole text; teaser: it did, or the text breaks off.
func withoutFurniture(lines []line) (out []line, leads, teaser bool) {
	out = make([]line, 0, len(lines))
	rest := 0 // of a section: how many lines of plain text it may take yet
	for i, l := range lines {
		edge := i < 4 || i >= len(lines)-12
		switch {
		case l.kind == 'c' || len(l.text) > 240:
		case len(l.text) < 80 && edge && i > 0 && (l.kind == 'h' || len(l.text) < 40 && l.kind == 'p') && sections().begin.begins(l.text) && sections().MatchString(l.text) && !opensNote(l.text):
			rest = 1
			continue
		case l.kind == 'h':
			rest = 0
		case rest > 0 && (l.kind == 'l' || l.linked*10 >= len(l.text)*6):
			continue // links under such a heading, as many as there are
		default:
			if rest, ok := leadsOn(l, i >= len(lines)-12); ok {
				l.text, leads = rest, true
				l.linked = min(l.linked, len(rest))
				out = append(out, l)
				continue
			}
			if p, ok := furnitureLine(l, edge); ok {
				leads = leads || p == more && i >= len(lines)-12
				continue
			}
			if rest > 0 && l.kind != 'l' && !opensNote(l.text) {
				rest--
				continue
			}
		}
		out = append(out, l)
	}
	if n := len(out); n > 0 && out[n-1].kind != 'c' && breaksOff(out[n-1].text) {
		teaser = true
	}
	return out, leads, leads || teaser
}

// breaksOff: the text ends in an ellipsis.
func breaksOff(text string) bool {
	text = strings.TrimRight(text, " ])")
	return strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...")
}

// leadsOn parts a line from a link at its end by which a teaser leads on to the
// whole text: "The hall was … Continue reading".
func leadsOn(l line, foot bool) (rest string, ok bool) {
	if !foot || l.linked == 0 {
		return "", false
	}
	at := max(strings.LastIndex(l.text, "…"), strings.LastIndex(l.text, "..."))
	if at <= 0 {
		return "", false
	}
	dots := 3 // bytes of either
	tail := strings.TrimLeft(l.text[at+dots:], " ])")
	if tail == "" || len(tail) > 100 {
		return "", false
	}
	for _, p := range furnitureLines() {
		if p.where == more && p.begin.begins(tail) && p.MatchString(tail) {
			return l.text[:at+dots], true
		}
	}
	return "", false
}

func furnitureLine(l line, edge bool) (furniturePlace, bool) {
	text := l.text
	hasDigit := strings.ContainsAny(text, "0123456789")
	for _, p := range furnitureLines() {
		switch p.where {
		case short, digit:
			if !edge || len(text) > 120 || p.where == digit && !hasDigit {
				continue
			}
		case long:
			if !edge {
				continue
			}
		case more:
			if len(text) > 100 {
				continue
			}
		}
		if !p.begin.begins(text) && !(p.where == long && l.linked > 0) {
			continue
		}
		if p.MatchString(text) && !opensNote(text) {
			return p.where, true
		}
	}
	return 0, false
}

// opensNote: an update note stays, whatever else it looks like.
func opensNote(text string) bool {
	head := clipText(text, 60)
	if !strings.ContainsAny(head, ":：])-–—】）") {
		return false
	}
	tokens := appendTokens(nil, head, 0)
	return len(tokens) > 0 && lexicon().at(tokens, 0, classLabel) > 0
}

// clipText cuts a text at a character.
func clipText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// prefixes are how the words of the patterns begin: a line whose first word
// begins otherwise matches none of them, and patterns are slow.
type prefixes map[string]bool

func beginnings(p *regexp.Regexp) prefixes {
	first := regexp.MustCompile(`(?:^|[|(:*?])(\p{L}{2,})`) // where a line may begin
	escape := regexp.MustCompile(`\\[pPx]\{[^}]*\}|\\[A-Za-z]|\(\?[a-zA-Z]*[:)]`)
	t := prefixes{}
	for _, m := range first.FindAllStringSubmatch(escape.ReplaceAllString(p.String(), "("), -1) {
		r := []rune(strings.ToLower(m[1]))
		t[string(r[:min(len(r), 4)])] = true
	}
	return t
}

// begins looks at the first word of letters.
func (t prefixes) begins(text string) bool {
	i := strings.IndexFunc(text, unicode.IsLetter)
	if i < 0 {
		return false
	}
	var head [4]rune
	n := 0
	for _, r := range text[i:] {
		if n == len(head) || !unicode.IsLetter(r) {
			break
		}
		head[n] = unicode.ToLower(r)
		n++
		if (n >= 3 || r >= 0x0e00) && t[string(head[:n])] {
			return true
		}
	}
	return t[string(head[:n])]
}
