package x_test

import (
	"strings"
	"testing"

	"syndicated/worker/network"
)

const (
	me   = "GET /2/users/me"
	own  = "GET /2/users/42/tweets"
	iAm  = `200 {"data":{"id":"42","username":"herald"}}`
	mine = `{"id":"9","text":"A &amp; B: read it https://t.co/abc","entities":{"urls":[{"url":"https://t.co/abc","expanded_url":"https://Example.org/a/"}]}}`
)

func TestFind(t *testing.T) {
	m := network.Message{ID: "m1", Text: "A & B: read it\nhttps://example.org/a", Created: noon}
	for _, c := range []struct {
		name  string
		text  string
		lists []string
		found string
		fails bool
	}{
		{"there", m.Text, []string{`200 {"data":[{"id":"8","text":"else"},` + mine + `]}`}, "9", false},
		{"other words", "C " + m.Text, []string{`200 {"data":[` + mine + `]}`}, "", false},
		{"another address", strings.Replace(m.Text, "/a", "/b", 1), []string{`200 {"data":[` + mine + `]}`}, "", false},
		{"nothing", m.Text, []string{`200 {"meta":{"result_count":0}}`}, "", false},
		{"on the second page", m.Text, []string{`200 {"data":[{"id":"8","text":"else"}],"meta":{"next_token":"n"}}`, `200 {"data":[` + mine + `]}`}, "9", false},
		{"endless", m.Text, []string{`200 {"data":[{"id":"8","text":"else"}],"meta":{"next_token":"n"}}`}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := account(t, map[string][]string{me: {iAm}, own: c.lists})
			m := m
			m.Text = c.text
			r, found, err := f.Find(t.Context(), m)
			if (err != nil) != c.fails || found != (c.found != "") || r.ID != c.found {
				t.Errorf("got %q, %v, %v", r.ID, found, err)
			}
			if q := f.api.calls(own)[0].form; q.Get("start_time") != "2026-11-25T11:55:00Z" {
				t.Errorf("asked for %v", q)
			}
		})
	}
}

func TestDuplicate(t *testing.T) {
	const same = `403 {"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","title":"Forbidden","status":403}`
	m := network.Message{ID: "m1", Text: "A & B: read it https://example.org/a", Created: noon}
	f := account(t, map[string][]string{create: {same}, me: {iAm}, own: {`200 {"data":[` + mine + `]}`}})
	if r, err := f.Post(t.Context(), m); err != nil || r.ID != "9" || r.Was != "found" {
		t.Errorf("there already: %+v, %v", r, err)
	}
	f = account(t, map[string][]string{create: {same}, me: {iAm}, own: {`200 {}`}})
	_, err := f.Post(t.Context(), m)
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassPermanent {
		t.Errorf("posted by nobody that we know: %s: %v", class, err)
	}
}
