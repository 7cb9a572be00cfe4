package serve_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/serve"
)

// What serving costs is measured in CPU time of a process that does nothing
// else, so this test binary is that process when SERVE_CHILD says so.
func TestMain(m *testing.M) {
	if kind := os.Getenv("SERVE_CHILD"); kind != "" {
		if err := child(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// thirtyKB is a feed whose RSS has about 30 KB.
func thirtyKB() *library {
	lib := &library{}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 20 {
		p := post(n)
		var text []byte
		for range 150 { // words that pack like a language's
			for range 2 + r.IntN(7) {
				text = append(text, "etaoinshrdlu"[min(r.IntN(12), r.IntN(12))])
			}
			text = append(text, ' ')
		}
		p.Content = "<p>" + string(text) + "</p>"
		p.Tags = []string{"one", "two"}
		lib.put(p)
	}
	return lib
}

func child(kind string) error {
	s, err := serve.New(serve.Config{BaseURL: "https://feeds.example.org", Library: thirtyKB(), Feeds: []serve.Feed{{Name: "all", Title: "All", Language: "en"}}, Unconditional: 30})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var h http.Handler = s
	if err := s.Refresh(context.Background()); err != nil {
		return err
	}
	if kind == "bare" {
		h = bare(s)
	}
	fmt.Println(l.Addr())
	go func() { _ = http.Serve(l, h) }()
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent is done
	return err
}

// bare writes the same compressed bytes in the fewest words.
func bare(s *serve.Server) http.Handler {
	body, header := fetched(s)
	tag, modified, length := header.Get("Etag"), header.Get("Last-Modified"), strconv.Itoa(len(body))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("ETag", tag)
		h.Set("Cache-Control", "public, max-age=900")
		h.Set("Vary", "Accept-Encoding")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/rss+xml; charset=utf-8")
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", length)
		h.Set("Last-Modified", modified)
		_, _ = w.Write(body)
	})
}

func fetched(h http.Handler) ([]byte, http.Header) {
	w := &response{header: http.Header{}}
	r, _ := http.NewRequest("GET", "/feeds/all.rss", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	h.ServeHTTP(w, r)
	return w.body, w.header
}

// response is a ResponseWriter that keeps or counts what is written.
type response struct {
	header http.Header
	body   []byte
	count  bool
	n      int
	status int
}

func (w *response) Header() http.Header { return w.header }
func (w *response) WriteHeader(s int)   { w.status = s }
func (w *response) Write(b []byte) (int, error) {
	if w.n += len(b); !w.count {
		w.body = append(w.body, b...)
	}
	return len(b), nil
}

// server is a child process that serves.
type server struct {
	name, url string
	cmd       *exec.Cmd
	tag       string
	cpu       [2]time.Duration // of 200s and of 304s
	requests  [2]int
}

func startChild(t *testing.T, kind string) *server {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SERVE_CHILD="+kind, "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return &server{name: kind, url: "http://" + strings.TrimSpace(addr) + "/feeds/all.rss", cmd: cmd}
}

// startNginx serves the same file, or returns nil where there is no nginx.
func startNginx(t *testing.T) *server {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		t.Log("no nginx: not compared")
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := serve.New(serve.Config{BaseURL: "https://feeds.example.org", Library: thirtyKB(), Feeds: []serve.Feed{{Name: "all", Title: "All", Language: "en"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	packed, _ := fetched(s)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	conf := fmt.Sprintf(`daemon off; master_process off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http { access_log off; sendfile on; keepalive_requests 1000000000; open_file_cache max=100; gzip_static on; types { application/rss+xml rss; }
client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
server { listen %[2]s; root %[1]s; add_header Cache-Control "public, max-age=900"; add_header Vary Accept-Encoding; } }`, dir, addr)
	for name, b := range map[string][]byte{"nginx.conf": []byte(conf), "feeds/all.rss": plain, "feeds/all.rss.gz": packed} {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "-c", filepath.Join(dir, "nginx.conf"), "-e", filepath.Join(dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return &server{name: "nginx", url: "http://" + addr + "/feeds/all.rss", cmd: cmd}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not answer")
	return nil
}

// spent is the CPU time of a process so far.
func (s *server) spent(t *testing.T) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc: CPU time cannot be read")
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// load sends requests for a while and adds what they cost.
func (s *server) load(t *testing.T, i int) {
	t.Helper()
	args := []string{"-t1", "-c16", "-d2s", "-H", "Accept-Encoding: gzip"}
	if i == 1 {
		args = append(args, "-H", "If-None-Match: "+s.tag)
	}
	before := s.spent(t)
	out, err := exec.Command("wrk", append(args, s.url)...).CombinedOutput()
	if err != nil {
		t.Fatalf("wrk: %v\n%s", err, out)
	}
	if strings.Contains(string(out), "Non-2xx or 3xx") {
		t.Fatalf("%s: %s", s.name, out)
	}
	_, rest, _ := strings.Cut(string(out), "\n  ")
	for line := range strings.Lines(rest) {
		if n, ok := strings.CutSuffix(strings.SplitN(strings.TrimSpace(line), " in ", 2)[0], " requests"); ok {
			k, _ := strconv.Atoi(n)
			s.requests[i] += k
		}
	}
	s.cpu[i] += s.spent(t) - before
}

// TestServingCost compares this server with a bare handler and with nginx, in
// turns, in one run. SERVE_BENCH asks for it; wrk makes the load.
func TestServingCost(t *testing.T) {
	if os.Getenv("SERVE_BENCH") == "" {
		t.Skip("SERVE_BENCH is not set: it takes a minute and wants a quiet machine")
	}
	if _, err := exec.LookPath("wrk"); err != nil {
		t.Skip("no wrk")
	}
	servers := []*server{startChild(t, "bare"), startChild(t, "syndicated")}
	if n := startNginx(t); n != nil {
		servers = append(servers, n)
	}
	for _, s := range servers {
		r, err := http.NewRequest("GET", s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(a.Body)
		a.Body.Close()
		if err != nil || a.StatusCode != 200 || a.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: %s, coding %q, %v", s.name, a.Status, a.Header.Get("Content-Encoding"), err)
		}
		s.tag = a.Header.Get("Etag")
		t.Logf("%s: %d bytes, %d headers", s.name, len(b), len(a.Header))
	}
	for range 5 {
		for i := range 2 {
			for _, s := range servers {
				s.load(t, i)
			}
		}
	}
	micro := func(s *server, i int) float64 {
		return float64(s.cpu[i].Microseconds()) / float64(max(1, s.requests[i]))
	}
	for i, what := range []string{"200", "304"} {
		for _, s := range servers {
			t.Logf("%s %-10s %6.1f us a request, %.2f of bare (%d requests)", what, s.name, micro(s, i), micro(s, i)/micro(servers[0], i), s.requests[i])
		}
		if ratio := micro(servers[1], i) / micro(servers[0], i); ratio > 1.1 {
			t.Errorf("a %s costs %.2f times a bare handler's, want 1.1 at most", what, ratio)
		}
	}
}

// TestServingAllocatesNothingThatGrows: what a request allocates does not
// depend on how large the document is.
func TestServingAllocatesNothingThatGrows(t *testing.T) {
	measure := func(posts, words int, tagged bool) (allocs float64, size int) {
		lib := &library{}
		for n := range posts {
			p := post(n)
			p.Content = "<p>" + strings.Repeat("word ", words) + "</p>"
			lib.put(p)
		}
		s, err := serve.New(serve.Config{BaseURL: "https://feeds.example.org", Library: lib, Feeds: []serve.Feed{{Name: "all", Title: "All", Items: 1000}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, _ := http.NewRequest("GET", "/feeds/all.rss", nil)
		r.Header.Set("Accept-Encoding", "identity")
		if tagged {
			w := &response{header: http.Header{}, count: true}
			s.ServeHTTP(w, r)
			r.Header.Set("If-None-Match", w.header["Etag"][0])
		}
		w := &response{header: make(http.Header, 20), count: true}
		allocs = testing.AllocsPerRun(100, func() {
			clear(w.header)
			w.n = 0
			s.ServeHTTP(w, r)
		})
		return allocs, w.n
	}
	for _, tagged := range []bool{false, true} {
		small, n := measure(1, 10, tagged)
		large, m := measure(500, 400, tagged)
		if small != large || small > 5 {
			t.Errorf("conditional %v: %v allocations for %d bytes, %v for %d", tagged, small, n, large, m)
		}
	}
}

func BenchmarkServe(b *testing.B) {
	s, err := serve.New(serve.Config{BaseURL: "https://feeds.example.org", Library: thirtyKB(), Feeds: []serve.Feed{{Name: "all", Title: "All"}}, Unconditional: -1})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	_, header := fetched(s)
	for _, c := range []struct {
		name, match string
		h           http.Handler
	}{{"bare/200", "", bare(s)}, {"200", "", s}, {"bare/304", header.Get("Etag"), bare(s)}, {"304", header.Get("Etag"), s}} {
		b.Run(c.name, func(b *testing.B) {
			r, _ := http.NewRequest("GET", "/feeds/all.rss", nil)
			r.RemoteAddr = "203.0.113.9:4711"
			r.Header.Set("Accept-Encoding", "gzip")
			if c.match != "" {
				r.Header.Set("If-None-Match", c.match)
			}
			w := &response{header: make(http.Header, 20), count: true}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				c.h.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkRefresh(b *testing.B) {
	lib := thirtyKB()
	s, err := serve.New(serve.Config{BaseURL: "https://feeds.example.org", Library: lib, Feeds: []serve.Feed{{Name: "all", Title: "All"}}})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"nothing new", func() {}},
		{"other posts", func() { lib.revision++ }},
		{"new post", func() {
			n++
			lib.put(feeds.Post{Source: "blog", Key: "new", Title: fmt.Sprint(n), Content: "<p>x</p>", Published: day0.Add(1000 * time.Hour)})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.change()
				if err := s.Refresh(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
