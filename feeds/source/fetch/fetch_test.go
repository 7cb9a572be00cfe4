package fetch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"syndicated/feeds/source/fetch"
)

var private = fetch.Options{AllowPrivate: true}

func newClient(t testing.TB, o fetch.ClientOptions) *fetch.Client {
	t.Helper()
	c := fetch.NewClient(o)
	t.Cleanup(c.Close)
	return c
}

func serve(t testing.TB, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return srv
}

func get(t testing.TB, c *fetch.Client, url string, o fetch.Options, prev fetch.State) fetch.Response {
	t.Helper()
	r, err := c.Get(context.Background(), url, o, prev)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kept is a state that went through a store.
func kept(t testing.TB, s fetch.State) fetch.State {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again fetch.State
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

func TestPoller01ValidatorsByteForByte(t *testing.T) {
	for _, etag := range []string{`"a"`, `W/"a"`, `a`, `"a""b"`, "\"\xe4\xff\"", `"<&>é"`, `base64:x`} {
		const modified = "Tue, 3 June 2003 09:39:21 CET" // no date, but the server's
		var got []string
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.Header.Get("If-None-Match")+"|"+r.Header.Get("If-Modified-Since"))
			w.Header()["Etag"] = []string{etag}
			w.Header()["Last-Modified"] = []string{modified}
			fmt.Fprint(w, len(got))
		})
		c := newClient(t, fetch.ClientOptions{})
		first := get(t, c, srv.URL, private, fetch.State{})
		get(t, c, srv.URL, private, kept(t, first.State))
		want := []string{"|", etag + "|" + modified}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPoller02OneUnconditionalRequest(t *testing.T) {
	unconditional := map[string]int{}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == "" {
			unconditional[r.URL.Path]++
		} else if r.Header.Get("If-None-Match") == `"`+r.URL.Path+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"`+r.URL.Path+`"`)
		fmt.Fprint(w, "body")
	})
	state := fetch.State{}
	for range 4 {
		c := newClient(t, fetch.ClientOptions{}) // as after a restart
		state = kept(t, get(t, c, srv.URL+"/a", private, state).State)
	}
	if unconditional["/a"] != 1 {
		t.Errorf("unconditional: got %d, want 1", unconditional["/a"])
	}
	// With the address go the validators.
	r := get(t, newClient(t, fetch.ClientOptions{}), srv.URL+"/b", private, state)
	if unconditional["/b"] != 1 || r.NotModified {
		t.Errorf("another address: %d unconditional, not modified %v", unconditional["/b"], r.NotModified)
	}
}

func TestPoller04FreshFor(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"nothing", nil, 0},
		{"max-age", map[string]string{"Cache-Control": "public, max-age=600"}, 10 * time.Minute},
		{"max-age and age", map[string]string{"Cache-Control": "max-age=600", "Age": "60"}, 9 * time.Minute},
		{"max-age wins over Expires", map[string]string{"Cache-Control": "max-age=60", "Expires": "Thu, 01 Jan 2026 13:00:00 GMT"}, time.Minute},
		{"Expires", map[string]string{"Expires": "Thu, 01 Jan 2026 13:00:00 GMT", "Date": "Thu, 01 Jan 2026 12:00:00 GMT"}, time.Hour},
		{"Expires by a clock that is wrong", map[string]string{"Expires": "Thu, 01 Jan 2015 13:00:00 GMT", "Date": "Thu, 01 Jan 2015 12:00:00 GMT"}, time.Hour},
		{"Expires 0", map[string]string{"Expires": "0"}, 0},
		{"no-cache", map[string]string{"Cache-Control": "no-cache, max-age=600"}, 0},
		{"a ceiling", map[string]string{"Cache-Control": "max-age=99999999999999"}, 24 * time.Hour},
		{"nonsense", map[string]string{"Cache-Control": "max-age=-1, max-age=x"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = nil
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				fmt.Fprint(w, "x")
			})
			r := get(t, newClient(t, fetch.ClientOptions{Now: func() time.Time { return now }}), srv.URL, private, fetch.State{})
			got := time.Duration(0)
			if !r.NotBefore.IsZero() {
				got = r.NotBefore.Sub(now)
			}
			if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestPoller06RetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		status int
		header string
		want   time.Duration // 0: none
	}{
		{429, "120", 2 * time.Minute},
		{503, "Thu, 01 Jan 2026 13:00:00 GMT", time.Hour},
		{503, "99999999999", 7 * 24 * time.Hour},
		{429, "Thu, 01 Jan 1970 13:00:00 GMT", 0},
		{429, "soon", 0},
		{429, "", 0},
		{500, "120", 0},
	} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.header != "" {
				w.Header().Set("Retry-After", c.header)
			}
			w.WriteHeader(c.status)
		})
		_, err := newClient(t, fetch.ClientOptions{Now: func() time.Time { return now }}).Get(context.Background(), srv.URL, private, fetch.State{})
		status, ok := errors.AsType[*fetch.StatusError](err)
		if !ok || status.Status != c.status {
			t.Errorf("%d %q: got %v", c.status, c.header, err)
		}
		at, ok := fetch.NotBefore(err)
		if ok != (c.want > 0) || ok && at.Sub(now) != c.want {
			t.Errorf("%d %q: got %v %v, want %v", c.status, c.header, at, ok, c.want)
		}
	}
}

func TestPoller07PermanentChains(t *testing.T) {
	for _, c := range []struct {
		name  string
		chain []int
		moved bool
	}{
		{"none", nil, false},
		{"301", []int{301}, true},
		{"308 301", []int{308, 301}, true},
		{"302", []int{302}, false},
		{"301 302", []int{301, 302}, false},
		{"307 308", []int{307, 308}, false},
		{"303", []int{303}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				var n int
				fmt.Sscanf(r.URL.Path, "/%d", &n)
				if n < len(c.chain) {
					http.Redirect(w, r, fmt.Sprintf("/%d", n+1), c.chain[n])
					return
				}
				w.Header().Set("ETag", `"e"`)
				if r.Header.Get("If-None-Match") == `"e"` {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				fmt.Fprint(w, "feed")
			})
			client := newClient(t, fetch.ClientOptions{})
			r := get(t, client, srv.URL+"/0", private, fetch.State{})
			want := ""
			if c.moved {
				want = fmt.Sprintf("%s/%d", srv.URL, len(c.chain))
			}
			if r.Moved != want {
				t.Errorf("moved: got %q, want %q", r.Moved, want)
			}
			if r.State.URL != "" {
				t.Errorf("the move was believed before its target was understood: %q", r.State.URL)
			}
			// The validators of the end of the chain are sent to the end alone.
			state := kept(t, r.State)
			state.URL = r.Moved
			if again := get(t, client, srv.URL+"/0", private, state); !again.NotModified || again.Moved != "" {
				t.Errorf("again: not modified %v, moved %q", again.NotModified, again.Moved)
			}
		})
	}
}

func TestPoller07GoneIsFinal(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	_, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, private, fetch.State{})
	if !errors.Is(err, fetch.ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
}

func TestPoller08Encodings(t *testing.T) {
	const want = "the body, the body, the body"
	var b bytes.Buffer
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	}
	packed := func(name string) []byte {
		b.Reset()
		z := pack[name](&b)
		io.WriteString(z, want)
		z.Close()
		return bytes.Clone(b.Bytes())
	}
	bodies := map[string][]byte{"": []byte(want), "gzip": packed("gzip"), "br": packed("br"), "zstd": packed("zstd")}
	gz := bodies["gzip"]
	b.Reset()
	z := gzip.NewWriter(&b)
	z.Write(bodies["br"])
	z.Close()
	twice := bytes.Clone(b.Bytes())
	for _, c := range []struct {
		name, encoding string
		body           []byte
	}{
		{"plain", "", bodies[""]},
		{"gzip", "gzip", gz},
		{"br", "br", bodies["br"]},
		{"zstd", "zstd", bodies["zstd"]},
		{"gzip that is none", "gzip", bodies[""]},
		{"gzip with rubbish behind", "gzip", append(bytes.Clone(gz), "\x00\x00rubbish"...)},
		{"a .gz file", "", gz},
		{"upper case", "GZIP", gz},
		{"identity", "identity", bodies[""]},
		{"twice", "br, gzip", twice},
	} {
		t.Run(c.name, func(t *testing.T) {
			var accepted string
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				accepted = r.Header.Get("Accept-Encoding")
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				w.Write(c.body)
			})
			client := newClient(t, fetch.ClientOptions{})
			for range 2 { // the second time with a decoder of the pool
				if got := string(get(t, client, srv.URL, private, fetch.State{}).Body); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			if accepted != "gzip, br, zstd" {
				t.Errorf("Accept-Encoding: got %q", accepted)
			}
		})
	}
}

func TestUnknownEncodingIsAnError(t *testing.T) {
	for _, encoding := range []string{"aws-chunked", "gzip, gzip, gzip, gzip", "br", "zstd", "deflate"} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			fmt.Fprint(w, "\x00 this is none of them")
		})
		_, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, private, fetch.State{})
		if err == nil {
			t.Errorf("%s: no error", encoding)
		}
	}
}

func TestPoller08Manners(t *testing.T) {
	var seen []http.Header
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Clone())
		if r.URL.RawQuery != "a=1" {
			t.Errorf("query: got %q", r.URL.RawQuery)
		}
		w.Header().Set("Set-Cookie", "a=b")
		if len(seen) == 1 {
			http.Redirect(w, r, "/next?a=1", http.StatusFound)
			return
		}
		fmt.Fprint(w, "x")
	})
	c := newClient(t, fetch.ClientOptions{UserAgent: "syndicated/1 (+https://example.org/bot)"})
	first := get(t, c, srv.URL+"/?a=1#fragment", private, fetch.State{})
	get(t, c, srv.URL+"/next?a=1", private, first.State)
	for _, h := range seen {
		if got := h.Get("User-Agent"); got != "syndicated/1 (+https://example.org/bot)" {
			t.Errorf("User-Agent: got %q", got)
		}
		for _, name := range []string{"Cookie", "Referer", "Origin", "From"} {
			if h.Get(name) != "" {
				t.Errorf("%s: sent %q", name, h.Get(name))
			}
		}
	}
}

func TestPoller09FeedDelta(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"1"` && r.Header.Get("A-IM") == "feed" {
			w.Header().Set("IM", "feed")
			w.Header().Set("ETag", `"2"`)
			w.WriteHeader(http.StatusIMUsed)
			fmt.Fprint(w, "new items only")
			return
		}
		if r.Header.Get("A-IM") != "" && r.Header.Get("If-None-Match") == "" {
			t.Error("A-IM without a validator")
		}
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, "all items")
	})
	c := newClient(t, fetch.ClientOptions{})
	o := private
	o.Delta = true
	first := get(t, c, srv.URL, o, fetch.State{})
	second := get(t, c, srv.URL, o, kept(t, first.State))
	if first.Delta || !second.Delta || string(second.Body) != "new items only" || second.State.ETag != `"2"` || second.State.Hash != 0 {
		t.Errorf("got %+v, then %+v", first, second)
	}
	// Whoever did not ask gets none.
	if third := get(t, c, srv.URL, private, kept(t, first.State)); third.Delta {
		t.Error("a delta that was not asked for")
	}
}

func TestPoller10UnchangedBody(t *testing.T) {
	requests := 0
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.Header.Get("If-None-Match") == `"4"` {
			w.Header().Set("ETag", `"5"`) // a 304 refreshes the validator
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, requests)) // other ones for the same bytes
		fmt.Fprint(w, "the same")
	})
	c := newClient(t, fetch.ClientOptions{})
	state := fetch.State{}
	for i := 1; i <= 5; i++ {
		r := get(t, c, srv.URL, private, state)
		if r.NotModified != (i > 1) || r.NotModified && r.Body != nil {
			t.Errorf("request %d: not modified %v, body %q", i, r.NotModified, r.Body)
		}
		state = kept(t, r.State)
		if want := fmt.Sprintf(`"%d"`, i); string(state.ETag) != want {
			t.Errorf("request %d: ETag %s, want %s", i, state.ETag, want)
		}
	}
}

func TestUnexpected304IsAnError(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	if _, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, private, fetch.State{}); err == nil {
		t.Error("a 304 to an unconditional request was believed")
	}
}

func TestCredentialsStayAtHome(t *testing.T) {
	var mu sync.Mutex
	var got []string
	log := func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		user, password, _ := r.BasicAuth()
		got = append(got, r.URL.Path+" "+user+":"+password+" "+r.Header.Get("X-Key"))
	}
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { log(r); fmt.Fprint(w, "x") })
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		log(r)
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/here":
			http.Redirect(w, r, strings.Replace(other.URL, "//", "//evil:evil@", 1)+"/there", http.StatusMovedPermanently)
		}
	})
	o := private
	o.Headers = map[string]string{"X-Key": "k"}
	withUser := strings.Replace(srv.URL, "//", "//me:pw@", 1)
	r := get(t, newClient(t, fetch.ClientOptions{}), withUser, o, fetch.State{})
	want := []string{"/ me:pw k", "/here me:pw k", "/there : "}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if b, _ := json.Marshal(r.State); strings.Contains(string(b)+r.URL, "pw") {
		t.Errorf("the password is in the state or the address: %s %s", b, r.URL)
	}
}

func TestErrorsHideCredentials(t *testing.T) {
	c := newClient(t, fetch.ClientOptions{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop?token=hush", http.StatusFound)
		case "/bad":
			w.Header().Set("Location", "http://u:hush@[::1")
			w.WriteHeader(http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	home := strings.Replace(srv.URL, "//", "//user:hush@", 1)
	for _, u := range []string{
		home + "/x?api_key=hush", home + "/loop?token=hush", home + "/bad", home + "/cut",
		"http://user:hush@127.0.0.1:1/", "http://user:hush@no-such-host.invalid/?sig=hush", "http://user:hush@[::1", "ftp://user:hush@example.org/",
		"http://user:hush@exa mple.org/", "://user:hush@x", "http://user:hu%zzsh@example.org/?secret=hush",
	} {
		_, err := c.Get(context.Background(), u, fetch.Options{AllowPrivate: true, Timeout: 5 * time.Second}, fetch.State{})
		if err == nil {
			t.Errorf("%s: no error", u)
			continue
		}
		if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "hu%zzsh") {
			t.Errorf("%s: the error tells: %v", u, err)
		}
	}
}

func TestPoller13RedirectsEnd(t *testing.T) {
	var n int
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, fmt.Sprintf("/%d", n), http.StatusMovedPermanently)
	})
	_, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, private, fetch.State{})
	if !errors.Is(err, fetch.ErrRedirects) || n > 10 {
		t.Errorf("got %v after %d requests", err, n)
	}
}

func TestPoller13BodiesAreBounded(t *testing.T) {
	const limit = 1 << 20
	zeros := make([]byte, 64<<10)
	for _, encoding := range []string{"", "gzip", "br", "zstd"} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			var z io.WriteCloser = struct {
				io.Writer
				io.Closer
			}{w, io.NopCloser(nil)}
			switch w.Header().Set("Content-Encoding", encoding); encoding {
			case "gzip":
				z = gzip.NewWriter(w)
			case "br":
				z = brotli.NewWriter(w)
			case "zstd":
				z, _ = zstd.NewWriter(w)
			}
			for range 512 { // 32 MiB
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
			if encoding != "" {
				z.Close()
			}
		})
		_, err := newClient(t, fetch.ClientOptions{MaxBody: limit}).Get(context.Background(), srv.URL, private, fetch.State{})
		if !errors.Is(err, fetch.ErrTooLarge) {
			t.Errorf("%q: got %v, want ErrTooLarge", encoding, err)
		}
	}
}

func TestPoller13HangWithinTheBody(t *testing.T) {
	for _, encoding := range []string{"", "gzip"} {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
			}
			fmt.Fprint(w, "<rss>")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		o := fetch.Options{AllowPrivate: true, Timeout: 50 * time.Millisecond}
		if _, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, o, fetch.State{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: got %v", encoding, err)
		}
	}
}

func TestPoller13LengthThatLies(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "short")
	})
	if _, err := newClient(t, fetch.ClientOptions{}).Get(context.Background(), srv.URL, private, fetch.State{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestPoller13PrivateByRedirect(t *testing.T) {
	inside := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret") })
	c := newClient(t, fetch.ClientOptions{})
	if _, err := c.Get(context.Background(), inside.URL, fetch.Options{}, fetch.State{}); !errors.Is(err, fetch.ErrPrivate) {
		t.Errorf("directly: got %v", err)
	}
	// A connection that a permitted source left open is not used.
	get(t, c, inside.URL, private, fetch.State{})
	if _, err := c.Get(context.Background(), inside.URL, fetch.Options{}, fetch.State{}); !errors.Is(err, fetch.ErrPrivate) {
		t.Errorf("over a connection that is open: got %v", err)
	}
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "feed.example" {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
			return
		}
		t.Errorf("the proxy was asked for %s", r.URL)
	})
	o := fetch.Options{Proxy: proxy.URL}
	if _, err := c.Get(context.Background(), "http://feed.example/", o, fetch.State{}); !errors.Is(err, fetch.ErrPrivate) {
		t.Errorf("by a proxy: got %v", err)
	}
}

func TestProxy(t *testing.T) {
	var auth string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		auth = r.Header.Get("Proxy-Authorization")
		fmt.Fprint(w, r.URL)
	})
	o := fetch.Options{Proxy: strings.Replace(proxy.URL, "//", "//u:p@", 1)}
	r := get(t, newClient(t, fetch.ClientOptions{}), "http://feed.example/x", o, fetch.State{})
	if string(r.Body) != "http://feed.example/x" || auth == "" {
		t.Errorf("got %q, authorization %q", r.Body, auth)
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@example.org/a?x=1&token=t&API_KEY=k#f": "https://example.org/a?x=1&token=***&API_KEY=***",
		"https://example.org/feed":                          "https://example.org/feed",
		"http://[::1":                                       "an address that is no URL",
	} {
		if got := fetch.Redact(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
