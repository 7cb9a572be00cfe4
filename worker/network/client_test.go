package network_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"syndicated/worker/network"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// closer answers the first request on each connection and, when cut is set,
// reads every later one whole and closes without an answer. That is what a
// server does that posted and died. It counts the requests that it read.
func closer(t *testing.T) (url string, read *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	read = new(atomic.Int32)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r := bufio.NewReader(conn)
				for first := true; ; first = false {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					if _, err := io.Copy(io.Discard, req.Body); err != nil {
						return
					}
					if req.Method == http.MethodPost {
						read.Add(1)
					}
					if !first {
						return
					}
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
				}
			}()
		}
	}()
	return "http://" + l.Addr().String(), read
}

// net/http sends a POST with Idempotency-Key, or one whose body it can get
// again, a second time by itself when a kept connection dies.
func TestOnceIsSentOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		key  string
		body string
	}{
		{"canonical key", "Idempotency-Key", `{"status":"x"}`},
		{"other key", "X-Idempotency-Key", `{"status":"x"}`},
		{"no body", "Idempotency-Key", ""},
		{"no key", "", `{"status":"x"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, read := closer(t)
			client := network.NewClient(network.ClientOptions{})
			if _, err := client.Do(t.Context(), network.Call{Method: "GET", URL: url}); err != nil {
				t.Fatal(err)
			}
			call := network.Call{Method: "POST", URL: url, Body: []byte(c.body), Once: true, Header: http.Header{}}
			if c.key != "" {
				call.Header.Set(c.key, "m1")
			}
			_, err := client.Do(t.Context(), call)
			if err == nil {
				t.Fatal("no error though the answer was lost")
			}
			if class, _ := network.ClassOf(err); class != network.ClassUnknown {
				t.Errorf("class %s, want unknown: %v", class, err)
			}
			if n := read.Load(); n != 1 {
				t.Errorf("the server read %d posts, want 1", n)
			}
		})
	}
}

// The test above proves something only if net/http would send twice.
func TestGoSendsTwice(t *testing.T) {
	url, read := closer(t)
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	req, _ := http.NewRequest("POST", url, strings.NewReader("x"))
	req.Header.Set("Idempotency-Key", "m1")
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
	}
	if n := read.Load(); n != 2 {
		t.Errorf("net/http sent %d times, not 2: Call.Once may no longer be needed", n)
	}
}

func TestNothingSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	tls := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is unknown
	defer tls.Close()
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		url  string
	}{
		{"dial", t.Context(), closed},
		{"name", t.Context(), "http://nowhere.invalid/"},
		{"cancelled before", over, closed},
		{"certificate", t.Context(), tls.URL},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := network.NewClient(network.ClientOptions{})
			_, err := client.Do(c.ctx, network.Call{Method: "POST", URL: c.url, Body: []byte("x"), Once: true})
			if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
				t.Errorf("got %v of class %s, want an error of class retry", err, class)
			}
		})
	}
}

func TestLostAnswer(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/hang":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		case "/eof":
			panic(http.ErrAbortHandler)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "{")
		case "/long":
			io.WriteString(w, strings.Repeat("x", 2000))
		}
	}))
	defer server.Close()
	defer close(release)
	for _, path := range []string{"/hang", "/eof", "/cut", "/long"} {
		for _, once := range []bool{true, false} {
			client := network.NewClient(network.ClientOptions{Timeout: 200 * time.Millisecond})
			_, err := client.Do(t.Context(), network.Call{Method: "POST", URL: server.URL + path, Body: []byte("x"), Once: once, Limit: 1000})
			want := network.ClassRetry
			if once {
				want = network.ClassUnknown
			}
			if class, _ := network.ClassOf(err); err == nil || class != want {
				t.Errorf("%s, once=%v: got %v of class %s, want class %s", path, once, err, class, want)
			}
		}
	}
}

func TestFailure(t *testing.T) {
	date := noon.Add(-time.Hour).Format(http.TimeFormat) // the server's clock is slow
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		once   bool
		class  network.Class
		wait   time.Duration // after noon; 0: no time
	}{
		{"429 seconds", 429, map[string]string{"Retry-After": "7"}, true, network.ClassRetry, 7 * time.Second},
		{"429 date", 429, map[string]string{"Retry-After": noon.Add(9 * time.Second).Format(http.TimeFormat)}, true, network.ClassRetry, 9 * time.Second},
		{"429 date by its clock", 429, map[string]string{"Date": date, "Retry-After": noon.Add(-time.Hour + time.Minute).Format(http.TimeFormat)}, true, network.ClassRetry, time.Minute},
		{"429 mastodon", 429, map[string]string{"X-RateLimit-Reset": "2026-11-25T12:05:00.000Z"}, true, network.ClassRetry, 5 * time.Minute},
		{"429 bluesky", 429, map[string]string{"RateLimit-Reset": "1795608300"}, true, network.ClassRetry, 5 * time.Minute},
		{"429 draft", 429, map[string]string{"RateLimit-Reset": "30"}, true, network.ClassRetry, 30 * time.Second},
		{"429 discord", 429, map[string]string{"X-RateLimit-Reset-After": "1.5", "X-RateLimit-Reset": "1795608300.5"}, true, network.ClassRetry, 1500 * time.Millisecond},
		{"429 silent", 429, nil, true, network.ClassRetry, time.Minute},
		{"429 for ever", 429, map[string]string{"Retry-After": "99999999"}, true, network.ClassRetry, 24 * time.Hour},
		{"429 nonsense", 429, map[string]string{"Retry-After": "soon"}, true, network.ClassRetry, time.Minute},
		{"429 past", 429, map[string]string{"X-RateLimit-Reset": "2020-01-01T00:00:00Z", "Retry-After": ""}, true, network.ClassRetry, -1},
		{"408", 408, nil, true, network.ClassRetry, 0},
		{"400", 400, nil, true, network.ClassPermanent, 0},
		{"401", 401, nil, true, network.ClassStopped, 0},
		{"403", 403, nil, true, network.ClassStopped, 0},
		{"422", 422, nil, false, network.ClassPermanent, 0},
		{"301", 301, map[string]string{"Location": "https://other.example/x"}, true, network.ClassStopped, 0},
		{"302", 302, nil, true, network.ClassRetry, 0},
		{"500 once", 500, nil, true, network.ClassUnknown, 0},
		{"503 once", 503, map[string]string{"Retry-After": "7"}, true, network.ClassUnknown, 0},
		{"500", 500, nil, false, network.ClassRetry, 0},
		{"503 of a server that counts", 503, map[string]string{"X-RateLimit-Reset": "2026-11-25T12:05:00.000Z"}, false, network.ClassRetry, 0},
		{"503", 503, map[string]string{"Retry-After": "7"}, false, network.ClassRetry, 7 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := network.Answer{Status: c.status, Header: http.Header{}, Body: []byte("no")}
			for k, v := range c.header {
				a.Header.Set(k, v)
			}
			client := network.NewClient(network.ClientOptions{Now: at(noon)})
			class, when := network.ClassOf(client.Failure(network.Call{Once: c.once}, a, "post"))
			want := noon.Add(c.wait)
			switch c.wait {
			case 0:
				want = time.Time{}
			case -1:
				want = noon
			}
			if class != c.class || !when.Equal(want) {
				t.Errorf("got %s at %v, want %s at %v", class, when, c.class, want)
			}
		})
	}
}

func TestFailureText(t *testing.T) {
	client := network.NewClient(network.ClientOptions{})
	a := network.Answer{Status: 422, Header: http.Header{}, Body: []byte(" {\"error\":\n\"s3cr&t and " + strings.Repeat("ä", 300) + "\"}")}
	got := client.Failure(network.Call{Secrets: []string{"s3cr&t"}}, a, "post status").Error()
	want := `post status: 422 Unprocessable Entity: {"error": "*** and ` + strings.Repeat("ä", 181) + "…"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNoSecretInErrors(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // else the server does not see the client go
		<-r.Context().Done()
	}))
	defer hang.Close()
	host := strings.TrimPrefix(hang.URL, "http://")
	client := network.NewClient(network.ClientOptions{Timeout: 50 * time.Millisecond})
	header := http.Header{"Authorization": {"Bearer tok-123"}}
	for _, url := range []string{
		"http://user:pass-123@" + host + "/botpath-123/x?key=path-123",
		"http://user:pass-123@127.0.0.1:1/botpath-123/x",
		"http://pass-123@nowhere.invalid/path-123",
		"http://[::1/path-123",
		"://path-123",
		"http://host\x7f/path-123",
	} {
		_, err := client.Do(t.Context(), network.Call{Method: "POST", URL: url, Header: header, Body: []byte("x"), Once: true, Secrets: []string{"path-123"}})
		if err == nil {
			t.Fatalf("%q: no error", url)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "-123") {
				t.Errorf("%q: a secret in %q", url, e)
			}
		}
	}
}

func TestBucket(t *testing.T) {
	var calls int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", noon.Add(time.Minute).Format(time.RFC3339))
	}))
	defer server.Close()
	now := noon
	client := network.NewClient(network.ClientOptions{Now: func() time.Time { return now }})
	do := func(bucket string) error {
		_, err := client.Do(t.Context(), network.Call{Method: "POST", URL: server.URL, Once: true, Bucket: bucket})
		return err
	}
	if err := do("a"); err != nil {
		t.Fatal(err)
	}
	class, until := network.ClassOf(do("a"))
	if class != network.ClassRetry || !until.Equal(noon.Add(time.Minute)) || calls != 1 {
		t.Errorf("got %s at %v after %d calls, want retry at 12:01 after 1", class, until, calls)
	}
	if err := do("b"); err != nil {
		t.Errorf("another bucket waits too: %v", err)
	}
	now = noon.Add(time.Minute)
	if err := do("a"); err != nil {
		t.Errorf("after the reset: %v", err)
	}
}

func TestNoRedirect(t *testing.T) {
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	client := network.NewClient(network.ClientOptions{})
	a, err := client.Do(t.Context(), network.Call{Method: "POST", URL: server.URL + "/one", Body: []byte("x")})
	if err != nil || a.Status != 307 || len(paths) != 1 {
		t.Errorf("got %d, %v after %v", a.Status, err, paths)
	}
}
