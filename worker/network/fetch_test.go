package network_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syndicated/worker/network"
)

func TestFetchGuard(t *testing.T) {
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	client := network.NewClient(network.ClientOptions{})
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.1", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
		"169.254.169.254", "100.100.100.200", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
		"[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]",
	} {
		_, err := client.Fetch(t.Context(), "http://"+host+":"+port+"/", 1000)
		if err == nil || reached {
			t.Errorf("%s: fetched", host)
		} else if !strings.Contains(err.Error(), "private or reserved") && !strings.Contains(err.Error(), "no such host") {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, url := range []string{"file:///etc/passwd", "ftp://example.org/x", "//example.org", "http:///x", ""} {
		if _, err := client.Fetch(t.Context(), url, 1000); err == nil {
			t.Errorf("%q: fetched", url)
		}
	}
}

func TestFetchBounds(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/hop/"):
			var n int
			fmt.Sscanf(r.URL.Path, "/hop/%d", &n)
			if n > 0 {
				http.Redirect(w, r, fmt.Sprintf("/hop/%d", n-1), http.StatusFound)
			}
		case r.URL.Path == "/bytes":
			w.Write(make([]byte, 1001))
		case r.URL.Path == "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	client := network.NewClient(network.ClientOptions{Private: true})
	for _, c := range []struct {
		path  string
		limit int64
		want  string // in the error; empty: none
	}{
		{"/hop/5", 1000, ""},
		{"/hop/6", 1000, "more than 5 redirects"},
		{"/bytes", 1001, ""},
		{"/bytes", 1000, "longer than 1000 bytes"},
		{"/file", 1000, `scheme "file"`},
		{"/none", 1000, "404 Not Found"},
	} {
		_, err := client.Fetch(t.Context(), server.URL+c.path, c.limit)
		switch {
		case err == nil && c.want != "":
			t.Errorf("%s: no error, want %q", c.path, c.want)
		case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
}
