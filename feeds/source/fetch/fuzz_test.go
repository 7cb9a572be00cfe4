package fetch_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/source/fetch"
)

// answers is a host that always answers the same.
type answers struct {
	status int
	header http.Header
	body   []byte
}

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: -1}, nil
}

// FuzzGet lets a host answer anything.
func FuzzGet(f *testing.F) {
	f.Add(200, "Content-Encoding: gzip\nCache-Control: max-age=60\nETag: \"a\"", []byte("\x1f\x8b\x08"))
	f.Add(200, "Content-Encoding: br, zstd", []byte("\x28\xb5\x2f\xfd"))
	f.Add(301, "Location: //user:hush@[::1]:x/", []byte(""))
	f.Add(308, "Location: ?hush=1", []byte(""))
	f.Add(429, "Retry-After: 99999999999999999999", []byte(""))
	f.Add(226, "IM: feed;x, y\nExpires: Thu, 01 Jan 1970 00:00:00 GMT\nAge: -5", []byte("x"))
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		h := http.Header{}
		for line := range strings.SplitSeq(header, "\n") {
			name, value, _ := strings.Cut(line, ":")
			h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
		const limit = 64 << 10
		c := fetch.NewClient(fetch.ClientOptions{Transport: answers{status, h, body}, MaxBody: limit, Spacing: -1, Now: func() time.Time { return now }})
		r, err := c.Get(context.Background(), "https://me:hush@example.org/", fetch.Options{Delta: true, Timeout: 5 * time.Second}, fetch.State{})
		if err != nil {
			if at, ok := fetch.NotBefore(err); ok && (!at.After(now) || at.After(now.AddDate(0, 0, 8))) && status != 429 && status != 503 && status != 403 {
				t.Errorf("not before %v", at)
			}
			return
		}
		if len(r.Body) > limit || !r.NotBefore.IsZero() && (!r.NotBefore.After(now) || r.NotBefore.After(now.AddDate(0, 0, 1))) {
			t.Errorf("%d bytes, not before %v", len(r.Body), r.NotBefore)
		}
		// The state survives its store byte for byte.
		if again := kept(t, r.State); again != r.State {
			t.Errorf("kept %+v, got %+v", r.State, again)
		}
	})
}
