package share

import "strings"

// draft is a message before it is written in a network's markup: plain words,
// by what they are for, so that what is least missed can be cut first.
type draft struct {
	title string
	body  string
	// label stands before note and is never without it: "Update, October 16: ".
	label, note string
	link        string
	tags        []string // with #
	// own: the body is the message, not what is said about it.
	own bool
	// untitled: a card of the link would have no name, so the text carries it.
	untitled bool
	// number of this part of a thread, "1/3".
	number string
}

// write puts the draft into words. linked: the network shows the title as the link.
func (d draft) write(m markup, linked bool) string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, s)
		}
	}
	if linked && d.title != "" && d.link != "" {
		add(m.strongLink(d.link, d.title))
		d.link = ""
	} else {
		add(m.strong(d.title))
	}
	add(m.escape(d.body))
	if d.note != "" {
		add(m.label(d.label) + m.escape(d.note))
	}
	if d.link != "" {
		add(m.url(d.link))
	}
	add(m.escape(strings.Join(d.tags, " ")))
	add(d.number)
	return strings.Join(parts, "\n\n")
}

// bodyLeast is the shortest beginning of a summary that is worth its place, in graphemes.
const bodyLeast = 80

// fit shortens d until ok says that it fits: the body first, then hashtags from
// the last, then the note, the title, and the link only where not even it fits.
// Author's own words are cut after the hashtags. The last resort is silence.
func (d draft) fit(ok func(draft) bool) draft {
	if ok(d) {
		return d
	}
	with := func(change func(*draft, string)) func(string) bool {
		return func(s string) bool { t := d; change(&t, s); return ok(t) }
	}
	body := func(t *draft, s string) { t.body = s }
	if d.body != "" && !d.own {
		least := min(bodyLeast, length(d.body))
		if s := cut(d.body, with(body)); length(s) >= least || s != "" && !strings.HasSuffix(s, ellipsis) {
			d.body = s
			return d
		}
		d.body = ""
	}
	for len(d.tags) > 0 && !ok(d) {
		d.tags = d.tags[:len(d.tags)-1]
	}
	for _, change := range []struct {
		text *string
		set  func(*draft, string)
	}{
		{&d.body, body},
		{&d.note, func(t *draft, s string) { t.note = s }},
		{&d.title, func(t *draft, s string) { t.title = s }},
		{&d.link, func(t *draft, s string) { t.link = s }},
		{&d.number, func(t *draft, s string) { t.number = s }},
	} {
		if ok(d) {
			return d
		}
		if change.text == &d.link || change.text == &d.number {
			*change.text = ""
			continue
		}
		*change.text = cut(*change.text, with(change.set))
	}
	return d
}
