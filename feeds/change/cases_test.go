package change_test

import (
	"strings"
	"testing"
	"time"

	"syndicated/feeds/change"
)

const article = `<p>The harbour museum opens a new hall on the history of the lighthouse service. The exhibition was put together by a team of volunteers over the last two years.</p>
<h2>What there is to see</h2>
<p>Visitors walk through the keeper's rooms, a workshop with the original lamps, and a model of the coast. Most of the objects come from private collections and were never shown before.</p>
<p><img src="/images/hall.jpg" alt="The new hall"></p>
<ul><li>The first lens, built in Paris</li><li>A log book with the great storm</li><li>Uniforms and tools</li></ul>
<p>The meeting of the friends of the museum takes place on 14 May at 18:00 in the library. Tickets cost 12 euros and can be bought at the door.</p>
<p>You need to bring a printed ticket. The café is open until the evening, and there is a playground behind the building.</p>
<pre><code>museum --hall lighthouse --lang en
echo done</code></pre>
<p>We thank everyone who has helped and look forward to your visit.</p>`

func change1(old, now string) string { return strings.Replace(article, old, now, 1) }

// Edits that followers are not to hear of, and edits that they are, by the
// customs of many platforms; no blog has these.
func TestCases(t *testing.T) {
	published := time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	end := article + "\n"
	for _, c := range []struct {
		name, want string
		now        string
		title      string
		note       string
		before     string // title
	}{
		{name: "typo", want: "edit", now: change1("collections and were", "colections and were")},
		{name: "comma", want: "edit", now: change1("lamps, and a model", "lamps and a model")},
		{name: "word order", want: "edit", now: change1("were never shown before", "had never before been shown")},
		{name: "synonyms", want: "edit", now: strings.NewReplacer("put together", "assembled", "walk through", "wander through", "look forward to", "are looking forward to").Replace(article)},
		{name: "capitals", want: "edit", now: change1("What there is to see", "What There Is To See")},
		{name: "smart quotes", want: "edit", now: change1("keeper's", "keeper&#8217;s")},
		{name: "entities and spaces", want: "edit", now: strings.ReplaceAll(article, " the ", "&nbsp;the  ")},
		{name: "soft hyphens", want: "edit", now: strings.ReplaceAll(article, "exhibition", "exhi&shy;bition")},
		{name: "link put around words", want: "edit", now: change1("lighthouse service", `<a href="https://example.org/service">lighthouse service</a>`)},
		{name: "bold", want: "edit", now: change1("original lamps", "<strong>original</strong> lamps")},
		{name: "list becomes paragraphs", want: "edit", now: strings.NewReplacer("<ul>", "", "</ul>", "", "<li>", "<p>", "</li>", "</p>").Replace(article)},
		{name: "paragraph split", want: "edit", now: change1("of the coast. Most", "of the coast.</p><p>Most")},
		{name: "wrapped in divs", want: "edit", now: `<div class="entry"><div class="inner">` + article + "</div></div>"},
		{name: "image moved to a CDN", want: "edit", now: change1(`src="/images/hall.jpg"`, `src="https://cdn.example.org/hall.jpg?w=640" srcset="a 1x, b 2x" width="640" height="480" loading="lazy"`)},
		{name: "caption added", want: "edit", now: change1(`alt="The new hall">`, `alt="The new hall"><br><em>The new hall on the day before the opening, seen from the gallery</em>`)},
		{name: "figure with caption", want: "edit", now: change1(`<p><img src="/images/hall.jpg" alt="The new hall"></p>`, `<figure><img src="/images/hall.jpg" alt="The new hall"><figcaption>The new hall on the day before the opening. Photograph by the author.</figcaption></figure>`)},
		{name: "code fixed", want: "edit", now: change1("--lang en", "--lang=en")},
		{name: "list reordered", want: "edit", now: change1("<li>The first lens, built in Paris</li><li>A log book with the great storm</li>", "<li>A log book with the great storm</li><li>The first lens, built in Paris</li>")},
		{name: "tracking pixel", want: "edit", now: end + `<img src="https://stats.example.org/p.gif?x=1" width="1" height="1" alt="">`},
		{name: "share buttons", want: "edit", now: end + `<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="?share=x">Click to share on X (Opens in new window)</a></li></ul></div>`},
		{name: "related posts", want: "edit", now: end + `<h3>You might also like</h3><ul><li><a href="/a">The tram returns to the old town after ten years</a></li><li><a href="/b">A new bridge over the river, and why it took so long</a></li></ul>`},
		{name: "newsletter", want: "edit", now: end + `<p>Subscribe to our newsletter and get the best stories every Friday.</p>`},
		{name: "counter", want: "edit", now: end + `<p>1,204 views · 12 comments</p>`},
		{name: "reading time", want: "edit", now: `<p>Reading time: 4 minutes</p>` + article},
		{name: "relative date", want: "edit", now: `<p>Posted 3 days ago by Kim</p>` + article},
		{name: "filed under", want: "edit", now: end + `<p>Filed under: <a href="/c">Culture</a>, <a href="/d">Coast</a></p>`},
		{name: "first appeared", want: "edit", now: end + `<p>The post <a href="/p">A new hall</a> appeared first on <a href="/">The Harbour</a>.</p>`},
		{name: "advertisement", want: "edit", now: end + `<p><strong>Sponsored:</strong> Brew better coffee at home. Use code FEED for 10% off your first bag.</p>`},
		{name: "adsense", want: "edit", now: change1("<h2>", `<ins class="adsbygoogle" data-ad-client="ca-pub">Advertisement: shoes</ins><h2>`)},
		{name: "author box", want: "edit", now: end + `<h4>About the author</h4><p>Kim is a staff engineer and the author of two books on gardening. She lives in Ghent with three cats.</p>`},
		{name: "footer of the theme", want: "edit", now: end + `<footer class="entry-footer">Posted in Culture on 20 April 2026 by Kim. 3 comments on this post so far, join the talk.</footer>`},
		{name: "teaser", want: "edit", now: article[:strings.Index(article, "<p><img")] + `<p>The meeting of the friends … <a href="/more">Continue reading</a></p>`},
		{name: "title in capitals", want: "edit", title: "A New Hall For The Museum", now: article},
		{name: "title typo", want: "edit", title: "A new hall for the musuem", now: article},
		{name: "unchanged", want: "same", now: article},

		{name: "update at the end", want: "update", now: end + `<p>Update: the hall is closed until Friday because of water damage.</p>`, note: "Update: the hall is closed until Friday because of water damage."},
		{name: "update at the top", want: "update", now: `<p><strong>UPDATE (22 April 2026):</strong> All tickets are gone.</p>` + article, note: "UPDATE (22 April 2026): All tickets are gone."},
		{name: "edit note", want: "update", now: end + `<p>Edit: several readers say that the parking site is closed; use the one at the station.</p>`, note: "use the one at the station."},
		{name: "edit in brackets", want: "update", now: change1("bought at the door.", "bought at the door. [Edit: there is no ticket desk any more.]"), note: "there is no ticket desk any more."},
		{name: "postscript", want: "update", now: end + `<p>P.S.: The log book has been lent to another museum for the summer.</p>`},
		{name: "correction", want: "update", now: end + `<p><em>An earlier version of this article said that the lens was built in London. It was built in Paris.</em></p>`, note: "It was built in Paris."},
		{name: "struck out", want: "update", now: change1("Tickets cost 12 euros", "Tickets cost <del>12</del> <ins>15</ins> euros"), note: "15"},
		{name: "date of the event", want: "update", now: change1("14 May", "21 May"), note: "21 May"},
		{name: "not needed", want: "update", now: change1("You need to bring", "You need not bring"), note: "need not bring"},
		{name: "cancelled", want: "update", now: end + `<p>The organisers have since cancelled the meeting, and tickets will be refunded within fourteen days.</p>`},
		{name: "cancelled in the title", want: "update", title: "[Cancelled] A new hall for the museum", now: article},
		{name: "postponed in the title", want: "update", title: "A new hall for the museum (postponed)", now: article},
		{name: "number in the title", want: "update", title: "The new hall for the museum costs 50 million", before: "The new hall for the museum costs 5 million", now: article, note: "50 million"},
		{name: "sold out", want: "update", now: change1("<p>The meeting of", "<p><strong>Sold out!</strong> We are sorry, but there are no more seats for the meeting.</p><p>The meeting of")},
		{name: "new section", want: "update", now: end + `<h2>How to get there</h2><p>From the station take tram 4 to the old harbour, then follow the quay for ten minutes. There is no parking in front of the museum, but the garage under the market is open all night.</p><p>Cyclists find racks at the back, next to the workshop, where volunteers can also lend you a pump.</p>`},
		{name: "incident step", want: "update", now: `<p><strong>Resolved</strong> - The lamp has been repaired, and the light is back online. <small>08:55 UTC</small></p><p><strong>Monitoring</strong> - We see no further failures. <small>08:10 UTC</small></p>` + article},
		{name: "new entry of a changelog", want: "update", now: change1("<ul>", "<h2>2.4.0 (2026-04-22)</h2><ul><li>The lens now turns in both directions</li><li>Fixed a crash when the log book is empty</li></ul><h2>2.3.1 (2026-03-02)</h2><ul>")},
		{name: "update and a new counter", want: "update", now: `<p>13 comments</p>` + end + `<p>Update: the hall is closed until Friday because of water damage.</p><p>1,400 views</p>`, note: "Update: the hall is closed until Friday because of water damage."},
		{name: "box", want: "update", now: `<div class="alert alert-warning">The exhibition has moved to the old customs house. All other details stay as they are.</div>` + article},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := change.Pair{
				ID: c.name, Published: change.Date{Time: published}, Edited: change.Date{Time: published.Add(50 * time.Hour)},
				Old: change.Version{Title: "A new hall for the museum", HTML: article}, New: change.Version{Title: "A new hall for the museum", HTML: c.now},
			}
			if c.title != "" {
				p.New.Title = c.title
			}
			if c.before != "" {
				p.Old.Title = c.before
			}
			j := change.Judge(p, "")
			if string(j.Verdict) != c.want {
				t.Errorf("got %s (%.2f), want %s: %s", j.Verdict, j.Score, c.want, j.Reason)
			}
			if !strings.Contains(j.Note, c.note) || c.want == "update" && (j.Note == "" || strings.ContainsAny(j.Note, "<>")) || c.want != "update" && j.Note != "" {
				t.Errorf("note is %q, want %q in it", j.Note, c.note)
			}
			if j.Reason == "" {
				t.Error("no reason")
			}
		})
	}
}

// tongues are an opening paragraph, an update and a correction of letters in
// many languages.
var tongues = []struct{ lang, text, update, typo, fixed string }{
	{"de", "Das Museum am Hafen öffnet einen neuen Saal über die Geschichte der Leuchttürme. Freiwillige haben zwei Jahre daran gearbeitet.", "Nachtrag vom 7. Juni: Das Ministerium hat geantwortet, der Saal bleibt bis Herbst geschlossen.", "Freiwillige", "Freiwilige"},
	{"fr", "Le musée du port ouvre une nouvelle salle sur l'histoire des phares. Des bénévoles y ont travaillé pendant deux ans.", "Mise à jour du 12 mars : la mairie a finalement renoncé au projet.", "bénévoles", "bénevoles"},
	{"es", "El museo del puerto abre una nueva sala sobre la historia de los faros. Un grupo de voluntarios trabajó en ella dos años.", "Actualización (4 de mayo): el encuentro se aplaza a septiembre.", "voluntarios", "voluntaros"},
	{"pt", "O museu do porto abre uma nova sala sobre a história dos faróis. Um grupo de voluntários trabalhou nela por dois anos.", "Atualização: a inauguração foi adiada para setembro.", "voluntários", "volutários"},
	{"it", "Il museo del porto apre una nuova sala sulla storia dei fari. Un gruppo di volontari ci ha lavorato per due anni.", "Aggiornamento: l'apertura è stata rinviata a settembre.", "volontari", "volotari"},
	{"nl", "Het havenmuseum opent een nieuwe zaal over de geschiedenis van de vuurtorens. Vrijwilligers werkten er twee jaar aan.", "Aanvulling 3 mei: de opening is uitgesteld tot september.", "Vrijwilligers", "Vrijwiligers"},
	{"pl", "Muzeum portowe otwiera nową salę o historii latarni morskich. Wolontariusze pracowali nad nią przez dwa lata.", "Aktualizacja: otwarcie przełożono na wrzesień.", "Wolontariusze", "Wolontariusz"},
	{"ru", "Портовый музей открывает новый зал об истории маяков. Волонтёры работали над ним два года.", "Обновление от 3 мая: открытие перенесено на сентябрь.", "Волонтёры", "Волонтеры"},
	{"uk", "Портовий музей відкриває новий зал про історію маяків. Волонтери працювали над ним два роки.", "Оновлено: відкриття перенесено на вересень.", "Волонтери", "Валонтери"},
	{"cs", "Přístavní muzeum otevírá nový sál o historii majáků. Dobrovolníci na něm pracovali dva roky.", "Aktualizace: otevření bylo odloženo na září.", "Dobrovolníci", "Dobrovolnící"},
	{"sv", "Hamnmuseet öppnar en ny sal om fyrarnas historia. Frivilliga har arbetat med den i två år.", "Uppdatering: öppningen är uppskjuten till september.", "Frivilliga", "Frivillliga"},
	{"da", "Havnemuseet åbner en ny sal om fyrtårnenes historie. Frivillige har arbejdet på den i to år.", "Opdatering: åbningen er udskudt til september.", "Frivillige", "Frivilige"},
	{"no", "Havnemuseet åpner en ny sal om fyrtårnenes historie. Frivillige har arbeidet med den i to år.", "Oppdatert 3. mai: åpningen er utsatt til september.", "Frivillige", "Frivilige"},
	{"fi", "Satamamuseo avaa uuden salin majakoiden historiasta. Vapaaehtoiset tekivät sitä kaksi vuotta.", "Päivitys: avajaiset on siirretty syyskuuhun.", "Vapaaehtoiset", "Vapaehtoiset"},
	{"tr", "Liman müzesi deniz fenerlerinin tarihi üzerine yeni bir salon açıyor. Gönüllüler iki yıl boyunca çalıştı.", "Güncelleme: açılış eylül ayına ertelendi.", "Gönüllüler", "Gönülüler"},
	{"hu", "A kikötői múzeum új termet nyit a világítótornyok történetéről. Az önkéntesek két évig dolgoztak rajta.", "Frissítés: a megnyitót szeptemberre halasztották.", "önkéntesek", "önkéntsek"},
	{"ro", "Muzeul portului deschide o sală nouă despre istoria farurilor. Voluntarii au lucrat la ea doi ani.", "Actualizare: deschiderea a fost amânată pentru septembrie.", "Voluntarii", "Voluntari"},
	{"el", "Το μουσείο του λιμανιού ανοίγει μια νέα αίθουσα για την ιστορία των φάρων. Εθελοντές εργάστηκαν δύο χρόνια.", "Ενημέρωση: τα εγκαίνια αναβάλλονται για τον Σεπτέμβριο.", "Εθελοντές", "Εθελοντες"},
	{"ar", "يفتتح متحف الميناء قاعة جديدة عن تاريخ المنارات. عمل المتطوعون عليها لمدة عامين.", "تحديث: تم تأجيل الافتتاح إلى شهر سبتمبر.", "المتطوعون", "المتطوعين"},
	{"he", "מוזיאון הנמל פותח אולם חדש על תולדות המגדלורים. מתנדבים עבדו עליו במשך שנתיים.", "עדכון: הפתיחה נדחתה לחודש ספטמבר.", "מתנדבים", "מתנדבם"},
	{"fa", "موزه بندر تالار تازه\u200cای درباره تاریخ فانوس\u200cهای دریایی باز می\u200cکند. داوطلبان دو سال روی آن کار کردند.", "به\u200cروزرسانی: افتتاحیه به ماه سپتامبر موکول شد.", "داوطلبان", "داوطلبن"},
	{"hi", "बंदरगाह संग्रहालय प्रकाशस्तंभों के इतिहास पर एक नया कक्ष खोल रहा है। स्वयंसेवकों ने इस पर दो साल काम किया।", "अपडेट: उद्घाटन सितंबर तक स्थगित कर दिया गया है।", "स्वयंसेवकों", "स्वयंसेवको"},
	{"zh", "港口博物馆开设了一个关于灯塔历史的新展厅。志愿者们为此工作了两年。", "更新：开幕式推迟到九月举行。", "志愿者们", "志愿者门"},
	{"zh-TW", "港口博物館開設了一個關於燈塔歷史的新展廳。志工們為此工作了兩年。", "【更正】開幕式改到九月舉行。", "志工們", "志工門"},
	{"ja", "港の博物館は灯台の歴史に関する新しい展示室を開きます。ボランティアが二年間取り組みました。", "追記(2026-04-22): 開館は九月に延期されました。", "取り組みました", "取りくみました"},
	{"ko", "항구 박물관이 등대의 역사에 관한 새 전시실을 엽니다. 자원봉사자들이 이 년 동안 준비했습니다.", "업데이트: 개관이 구월로 연기되었습니다.", "자원봉사자들이", "자원봉사자들"},
	{"vi", "Bảo tàng bến cảng mở một phòng mới về lịch sử các ngọn hải đăng. Các tình nguyện viên đã làm việc hai năm.", "Cập nhật: lễ khai trương bị hoãn đến tháng chín.", "tình nguyện", "tình nguyên"},
	{"id", "Museum pelabuhan membuka ruang baru tentang sejarah mercusuar. Para sukarelawan mengerjakannya selama dua tahun.", "Pembaruan: pembukaan ditunda hingga September.", "sukarelawan", "sukarelawn"},
}

func TestTongues(t *testing.T) {
	published := time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range tongues {
		t.Run(c.lang, func(t *testing.T) {
			old := "<p>" + strings.Repeat(c.text+"</p><p>", 2) + "</p>"
			p := change.Pair{Published: change.Date{Time: published}, Edited: change.Date{Time: published.Add(50 * time.Hour)}, Old: change.Version{HTML: old}}
			for _, html := range []string{old + "<p><strong>" + c.update + "</strong></p>", "<p>" + c.update + "</p>" + old} {
				p.New.HTML = html
				if j := change.Judge(p, "low"); j.Verdict != change.Update || j.Note != c.update {
					t.Errorf("update: got %s %.2f, note %q: %s", j.Verdict, j.Score, j.Note, j.Reason)
				}
			}
			p.New.HTML = strings.Replace(old, c.typo, c.fixed, 1)
			if p.New.HTML == old {
				t.Fatal("no typo in the case")
			}
			if j := change.Judge(p, "high"); j.Verdict != change.Edit {
				t.Errorf("typo: got %s %.2f: %s", j.Verdict, j.Score, j.Reason)
			}
		})
	}
}
