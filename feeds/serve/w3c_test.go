package serve_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"syndicated/feeds/serve"
)

// TestW3CValidator runs the W3C feed validator itself, where a checkout of it is
// named by FEEDVALIDATOR (its folder src; PYTHON names another interpreter).
func TestW3CValidator(t *testing.T) {
	src := os.Getenv("FEEDVALIDATOR")
	if src == "" {
		t.Skip("FEEDVALIDATOR names no checkout of w3c/feedvalidator")
	}
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	var f *fixture
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.ServeHTTP(w, r) }))
	defer server.Close()
	f, list := troubled(t, server.URL, os.Getenv("SEED") == "")
	var urls []string
	for _, feed := range list {
		urls = append(urls, server.URL+"/feeds/"+feed.Name+".rss", server.URL+"/feeds/"+feed.Name+".atom")
	}
	urls = append(urls, archives(t, f, server.URL, list)...)
	urls = append(urls, server.URL+"/feeds/html")
	cmd := exec.Command(python, "testdata/validate.py", src)
	cmd.Stdin = strings.NewReader(strings.Join(urls, "\n"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d documents: %s", len(urls), out[max(0, len(out)-200):])
}

// archives are the addresses of the archives that the feeds lead to.
func archives(t *testing.T, f *fixture, base string, list []serve.Feed) (out []string) {
	t.Helper()
	for _, feed := range list {
		for _, format := range []string{"rss", "atom"} {
			next := "/feeds/" + feed.Name + "." + format
			for range 20 {
				b := body(t, f.get(next))
				_, link, ok := strings.Cut(b, `rel="prev-archive"`)
				if !ok {
					break
				}
				_, link, _ = strings.Cut(link, `href="`)
				link, _, _ = strings.Cut(link, `"`)
				next = strings.TrimPrefix(link, base)
				out = append(out, link)
			}
		}
	}
	return out
}
