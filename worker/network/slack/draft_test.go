package slack_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/slack"
)

func TestPicture(t *testing.T) {
	m := network.Message{ID: "m1", Text: "hello", Title: "Title", Media: []network.Media{{URL: "https://example.org/p.jpg", Alt: "A dog"}, {URL: "https://example.org/q.jpg"}}}
	const refused = `200 {"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] downloading image failed"]}}`
	a, fake := bot(t, refused, done)
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := `"blocks":[{"text":{"text":"hello","type":"mrkdwn"},"type":"section"},{"alt_text":"A dog","image_url":"https://example.org/p.jpg","type":"image"},{"alt_text":"Title","image_url":"https://example.org/q.jpg","type":"image"}]`
	if got := fields(t, fake.got[0].body); !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fake.got[1].body; strings.Contains(got, "blocks") || !strings.Contains(got, `"hello"`) {
		t.Errorf("without the picture: %s", got)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, text, sent string }{
		{"plain", "a b", "a b"},
		{"escaped", "a &lt; b &amp; c", "a &lt; b &amp; c"},
		{"bare signs", "1 < 2 & 3 > 2 &nbsp;", "1 &lt; 2 &amp; 3 &gt; 2 &amp;nbsp;"},
		{"everybody", "<!here> <!channel|x> <!everyone>", "&lt;!here&gt; &lt;!channel|x&gt; &lt;!everyone&gt;"},
		{"a person", "<@U123> <#C1> <!subteam^S1>", "&lt;@U123&gt; &lt;#C1&gt; &lt;!subteam^S1&gt;"},
		{"a link", "<https://example.org/?a=1&amp;b|a &amp; b>", "<https://example.org/?a=1&amp;b|a &amp; b>"},
		{"a link that is not escaped", "<https://example.org/?a=1&b>", "&lt;https://example.org/?a=1&amp;b&gt;"},
		{"a mention in a link", "<https://example.org|x<!here>>", "&lt;https://example.org|x&lt;!here&gt;&gt;"},
		{"a script", "<javascript:x|y>", "&lt;javascript:x|y&gt;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake := hook(t, "200 ok")
			if _, err := a.Post(t.Context(), network.Message{ID: "m", Text: c.text}); err != nil {
				t.Fatal(err)
			}
			var got struct{ Text string }
			if err := json.Unmarshal([]byte(fake.got[0].body), &got); err != nil || got.Text != c.sent {
				t.Errorf("sent %q, want %q (%v)", got.Text, c.sent, err)
			}
			if n := slack.Count(c.text); n != len(c.sent) {
				t.Errorf("counted %d, want %d", n, len(c.sent))
			}
		})
	}
}

// FuzzText holds that what is sent calls nobody, counts at least its own length
// and does not change when it is sent again.
func FuzzText(f *testing.F) {
	for _, s := range []string{"<!here>", "<https://x.example|<!here>>", "&amp;&x", "<<https://x.example>>", "\x00<\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fake := &api{answers: []string{"200 ok"}}
		srv := httptest.NewServer(fake)
		defer srv.Close()
		a, err := slack.New(slack.Config{Webhook: config.NewSecret(srv.URL + "/services/x")}, network.Env{HTTP: network.NewClient(network.ClientOptions{})})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := a.Post(t.Context(), network.Message{ID: "m", Text: s}); err != nil {
				return // too long or empty
			}
			var got struct{ Text string }
			if err := json.Unmarshal([]byte(fake.got[len(fake.got)-1].body), &got); err != nil {
				t.Fatal(err)
			}
			for _, call := range []string{"<!", "<@", "<#", "<javascript"} {
				if strings.Contains(got.Text, call) {
					t.Errorf("%q is sent as %q", s, got.Text)
				}
			}
			if len(fake.got) == 2 && got.Text != s {
				t.Errorf("%q is sent again as %q", s, got.Text)
			}
			s = got.Text
		}
	})
}
