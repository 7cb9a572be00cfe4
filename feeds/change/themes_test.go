package change_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/change"
)

// theme is what a platform does to a post between two readings.
type theme struct {
	name  string
	apply func(html string, second bool) string
}

func tail(first, then string) func(string, bool) string {
	return func(html string, second bool) string {
		if second {
			return html + then
		}
		return html + first
	}
}

func head(first, then string) func(string, bool) string {
	return func(html string, second bool) string {
		if second {
			return then + html
		}
		return first + html
	}
}

// middle puts a block after the second paragraph.
func middle(first, then string) func(string, bool) string {
	return func(html string, second bool) string {
		at := strings.Index(html, "</p>")
		if at < 0 {
			return html
		}
		at += 4
		if second {
			return html[:at] + then + html[at:]
		}
		return html[:at] + first + html[at:]
	}
}

func replace(pattern, with string) func(string, bool) string {
	r := regexp.MustCompile(pattern)
	return func(html string, second bool) string {
		if second {
			return r.ReplaceAllString(html, with)
		}
		return html
	}
}

var themes = []theme{
	{"related posts", tail(`<div id="jp-relatedposts"><h3>Related</h3><p><a href="/a">Ten notes from our spring offsite</a></p><p><a href="/b">Why the build got slower</a></p></div>`, `<div id="jp-relatedposts"><h3>Related</h3><p><a href="/c">What we learned from a year of on-call</a></p><p><a href="/b">Why the build got slower</a></p></div>`)},
	{"related posts without a class", tail(`<h3>Related posts</h3><ul><li><a href="/a">Ten notes from our spring offsite</a></li></ul>`, `<h3>Related posts</h3><ul><li><a href="/c">What we learned from a year of on-call</a></li><li><a href="/d">Meet the new office dog</a></li></ul>`)},
	{"ähnliche Beiträge", tail(`<h4>Ähnliche Beiträge</h4><ul><li><a href="/a">Zehn Jahre auf See</a></li></ul>`, `<h4>Ähnliche Beiträge</h4><ul><li><a href="/b">Was sich im Herbst ändert und warum</a></li></ul>`)},
	{"articles similaires", tail(`<aside class="yarpp"><h3>Articles similaires</h3><ol><li><a href="/dix">Dix ans déjà</a></li></ol></aside>`, `<aside class="yarpp"><h3>Articles similaires</h3><ol><li><a href="/rentree">Ce qui change à la rentrée</a></li></ol></aside>`)},
	{"関連記事", tail(`<h3>関連記事</h3><ul><li><a href="/a">春の合宿から得た十の教訓</a></li></ul>`, `<h3>関連記事</h3><ul><li><a href="/b">オンコールの一年から学んだこと</a></li></ul>`)},
	{"相关文章", tail(`<h3>相关文章</h3><ul><li><a href="/a">春季团建的十条笔记</a></li></ul>`, `<h3>相关文章</h3><ul><li><a href="/b">一年值班教会我们的事情</a></li></ul>`)},
	{"comments", tail(`<p class="feed-comments"><a href="#respond">1 Comments</a></p>`, `<p class="feed-comments"><a href="#respond">65 Comments</a></p>`)},
	{"views", head(`<p>579 views, 15 today</p>`, `<p>1272 views, 55 today</p>`)},
	{"Aufrufe", head(`<p>579 Aufrufe</p>`, `<p>1.272 Aufrufe</p>`)},
	{"阅读", head(`<p>阅读：579</p>`, `<p>阅读：1272</p>`)},
	{"reading time", head(`<p>5 min read</p>`, `<p>7 min read</p>`)},
	{"Lesezeit", head(`<p>Lesezeit: 5 Minuten</p>`, `<p>Lesezeit: 7 Minuten</p>`)},
	{"relative date", head(`<p>Posted 2 hours ago by the editors</p>`, `<p>Posted 3 days ago by the editors</p>`)},
	{"vor drei Tagen", head(`<p>vor 2 Stunden</p>`, `<p>vor 3 Tagen</p>`)},
	{"newsletter", head("", `<div class="newsletter-signup"><h3>Subscribe to our newsletter</h3><p>Join 12,000 readers and get our best posts in your inbox every Friday. No spam, unsubscribe at any time.</p></div>`)},
	{"newsletter without a class", tail("", `<h3>Subscribe to our newsletter</h3><p>Join 12,000 readers and get our best posts in your inbox every Friday. No spam, unsubscribe at any time.</p>`)},
	{"author box", tail(`<div class="author-box"><h4>About the author</h4><p>Kim is a developer at Example Corp. and lives in Utrecht.</p></div>`, `<div class="author-box"><h4>About the author</h4><p>Kim is a staff engineer at Another Ltd. and the author of two books on gardening. She lives in Ghent with three cats.</p></div>`)},
	{"advertisement", middle(`<p><strong>Sponsored:</strong> Brew better coffee at home. Use code FEED for 10% off your first bag at Example Roasters.</p>`, `<p><strong>Sponsored:</strong> Example Hosting now runs your site in five new regions. Start free, no card needed.</p>`)},
	{"Anzeige", middle(`<p>Anzeige: Der beste Kaffee für zu Hause, jetzt mit 10 % Rabatt.</p>`, `<p>Anzeige: Ihre Seite läuft nun in fünf neuen Regionen. Jetzt kostenlos beginnen.</p>`)},
	{"filed under", tail(`<p>Filed under: <a href="/m">Misc</a></p>`, `<p>Filed under: <a href="/e">Engineering</a>, <a href="/c">Culture</a> Tagged: <a href="/t">tools</a></p>`)},
	{"appeared first", tail("", `<p>The post <a href="/post">A post with a name</a> appeared first on <a href="/">Example Blog</a>.</p>`)},
	{"erschien zuerst", tail("", `<p>Der Beitrag <a href="/post">Ein Beitrag</a> erschien zuerst auf <a href="/">Beispielblog</a>.</p>`)},
	{"share buttons", tail(`<div class="addtoany_share_save_container"><a href="https://www.addtoany.com/x">Facebook</a></div>`, `<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="?share=facebook">Click to share on Facebook (Opens in new window)</a></li></ul></div>`)},
	{"heading anchors", replace(`</h([23])>`, ` <a class="anchor" href="#x" aria-hidden="true">#</a></h$1>`)},
	{"pilcrows", replace(`</h([23])>`, ` <a class="headerlink" href="#x">¶</a></h$1>`)},
	{"smart quotes", replace(`(\w)'(\w)`, `$1&#8217;$2`)},
	{"block markup", replace(`<p>`, `<!-- wp:paragraph --><p class="wp-block-paragraph">`)},
	{"https", replace(`http://`, `https://`)},
	{"campaigns", replace(`href="(https?://[^"?#]+)"`, `href="$1?utm_source=rss&amp;utm_medium=feed"`)},
	{"lazy images", replace(`<img ([^>]*)>`, `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" class="lazyload" $1><noscript><img $1></noscript>`)},
	{"pretty print", replace(`(</p>|</li>|</h2>)`, "$1\n\n    ")},
	{"line feeds gone", replace(`>\n+<`, `><`)},
	{"tracking pixel", tail(`<img src="https://p.example.com/?a=1" width="1" height="1">`, `<img src="https://p.example.com/?a=2" width="1" height="1">`)},
	{"read more", func(html string, second bool) string {
		if !second || len(html) < 3000 {
			return html
		}
		at := strings.Index(html[len(html)/5:], "</p>")
		if at < 0 {
			return html
		}
		return html[:len(html)/5+at] + "</p><p><a href=\"/x\">Continue reading →</a></p>"
	}},
	{"excerpt", func(html string, second bool) string {
		if !second || len(html) < 3000 {
			return html
		}
		at := strings.LastIndex(html[:len(html)/4], " ")
		if at < 0 || strings.LastIndex(html[:at], "<") > strings.LastIndex(html[:at], ">") {
			return html
		}
		return html[:at] + " […]"
	}},
}

var updateNotes = []string{
	`<p><strong>UPDATE (October 16 2018)</strong> - French media report that the second site has been closed as well, and that forty people lost their jobs.</p>`,
	`<p>EDIT: several of you have written to say that this does not work with version 3; you need the patch from the mailing list.</p>`,
	`<p><em>Correction: an earlier version of this post said the limit was ten megabytes. It is ten gigabytes.</em></p>`,
	`<p><strong>Nachtrag vom 7. Juni:</strong> Das Ministerium hat geantwortet. Die Daten werden nun doch veröffentlicht, allerdings erst im Herbst.</p>`,
	`<p><strong>Mise à jour du 12 mars :</strong> la mairie a finalement renoncé au projet, et les travaux déjà engagés sont interrompus.</p>`,
	`<p><strong>Actualización (4 de mayo):</strong> el encuentro se aplaza a septiembre y habrá que inscribirse de nuevo.</p>`,
	`<p><ins>追記(2020-11-02): この方法は新しいバージョンでは動かなくなりました。代わりに公式の設定を使ってください。</ins></p>`,
	`<p><strong>2019 年 5 月更新：</strong>官方已经修复了文中提到的问题，升级之后不再需要下面的方法。</p>`,
	`<p><strong>Identified</strong> - A certificate expired this morning. We are rolling out a new one. <small>08:55 UTC</small></p>`,
	`<p>The organisers have since cancelled the whole tour, and tickets will be refunded within fourteen days.</p>`,
	`<p>Aggiornamento: il concerto è stato rinviato a ottobre.</p>`,
	`<p>Обновление (3 мая): мероприятие перенесено на осень.</p>`,
}

// What themes do is silent, and update notes are told, in posts of every kind:
// those of the corpus, as they are.
func TestThemesOnRealPosts(t *testing.T) {
	pairs := corpus(t)
	step := 5 // of all, some minutes; which ones hardly matters
	if testing.Short() || underRace {
		step = 40
	}
	var silent, told int
	fail := map[string]int{}
	for i := 0; i < len(pairs); i += step {
		p := pairs[i]
		when := change.Date{Time: p.Published.Add(48 * time.Hour)}
		for k, th := range themes {
			if (i+k)%3 != 0 {
				continue
			}
			q := change.Pair{ID: p.ID, Published: p.Published, Edited: when, Old: change.Version{Title: p.Old.Title, HTML: th.apply(p.Old.HTML, false)}, New: change.Version{Title: p.Old.Title, HTML: th.apply(p.Old.HTML, true)}}
			silent++
			if j := change.Judge(q, ""); j.Verdict != change.Edit && j.Verdict != change.Same {
				fail[th.name]++
				t.Logf("%s on %s: %s %.2f: %s; %q", th.name, p.ID, j.Verdict, j.Score, j.Reason, j.Note)
			}
		}
		for k, u := range updateNotes {
			if (i+k)%3 != 0 {
				continue
			}
			noise := themes[(i+k)%len(themes)]
			for name, html := range map[string]string{"top": u + p.Old.HTML, "end": p.Old.HTML + "\n" + u, "end, among noise": noise.apply(p.Old.HTML+"\n"+u, true)} {
				if strings.HasPrefix(noise.name, "read") || strings.HasPrefix(noise.name, "exc") {
					continue
				}
				old := p.Old.HTML
				if strings.Contains(name, "noise") {
					old = noise.apply(old, false)
				}
				told++
				q := change.Pair{ID: p.ID, Published: p.Published, Edited: when, Old: change.Version{Title: p.Old.Title, HTML: old}, New: change.Version{Title: p.Old.Title, HTML: html}}
				if j := change.Judge(q, ""); j.Verdict != change.Update || j.Note == "" {
					fail[fmt.Sprint("update ", k, " at the ", name)]++
					t.Logf("update %d at the %s of %s with %s: %s %.2f: %s", k, name, p.ID, noise.name, j.Verdict, j.Score, j.Reason)
				}
			}
		}
	}
	t.Logf("%d themes, %d updates", silent, told)
	for name, n := range fail {
		t.Errorf("%s: %d wrong", name, n)
	}
}
