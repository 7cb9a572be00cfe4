package slack_test

import (
	"testing"

	"syndicated/worker/network"
)

func TestFind(t *testing.T) {
	const ours = `{"ts":"5.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m1"}}}`
	for _, c := range []struct {
		name    string
		answers []string
		found   string
		fails   bool
	}{
		{"there", []string{`200 {"ok":true,"messages":[{"ts":"6.0"},` + ours + `]}`}, "5.0", false},
		{"not there", []string{`200 {"ok":true,"messages":[{"ts":"6.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m0"}}}]}`}, "", false},
		{"another app's id", []string{`200 {"ok":true,"messages":[{"ts":"6.0","metadata":{"event_type":"x","event_payload":{"id":"m1"}}}]}`}, "", false},
		{"on the second page", []string{`200 {"ok":true,"messages":[{"ts":"6.0"}],"has_more":true,"response_metadata":{"next_cursor":"abc="}}`, `200 {"ok":true,"messages":[` + ours + `]}`}, "5.0", false},
		{"endless", []string{`200 {"ok":true,"messages":[{"ts":"6.0"}],"has_more":true,"response_metadata":{"next_cursor":"abc="}}`}, "", true},
		{"no right", []string{`200 {"ok":false,"error":"missing_scope"}`}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake := bot(t, c.answers...)
			r, found, err := a.(network.Finder).Find(t.Context(), network.Message{ID: "m1", Verb: network.VerbPost, Created: noon})
			if (err != nil) != c.fails || found != (c.found != "") || r.ID != c.found {
				t.Errorf("got %q, %v, %v", r.ID, found, err)
			}
			if q := fake.got[0].query; q["include_all_metadata"][0] != "true" || q["oldest"][0] != "1795607700.000000" {
				t.Errorf("asked for %v", q)
			}
			if len(fake.got) > 1 && fake.got[1].query["cursor"][0] != "abc=" {
				t.Errorf("the second page is %v", fake.got[1].query)
			}
		})
	}
}

// TestFindOfAnAnswer: the history of a channel does not hold answers.
func TestFindOfAnAnswer(t *testing.T) {
	a, fake := bot(t, `500 x`, `200 {"ok":true,"messages":[{"ts":"5.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m2"}}}]}`)
	m := network.Message{ID: "m2", Verb: network.VerbReply, Text: "Update", Created: noon}
	if _, err := a.(network.Replier).Reply(t.Context(), network.Receipt{ID: "1.2"}, m); err == nil {
		t.Fatal("no error")
	}
	r, found, err := a.(network.Finder).Find(t.Context(), m)
	if err != nil || !found || r.ID != "5.0" {
		t.Errorf("got %+v, %v, %v", r, found, err)
	}
	if x := fake.got[1]; x.path != "/api/conversations.replies" || x.query["ts"][0] != "1.2" {
		t.Errorf("asked %s for %v", x.path, x.query)
	}
}
