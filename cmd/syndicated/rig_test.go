package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The rig is a local internet of feeds and social servers that stands beside
// the project, not in it.
const rigFolder = "../../../shared/rig"

// rig is a running one.
type rig struct {
	t       *testing.T
	address string
	folder  string // with syndicated.yaml
}

// newRig builds and starts the rig with n feeds and writes settings for it.
func newRig(t *testing.T, n int, store string, flags ...string) *rig {
	t.Helper()
	if _, err := os.Stat(rigFolder); err != nil {
		t.Skipf("there is no rig at %s", rigFolder)
	}
	bin := filepath.Join(t.TempDir(), "feedrig")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Dir = rigFolder
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the rig: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t, l.Addr().String(), t.TempDir()}
	_ = l.Close()
	args := append([]string{"-listen", r.address, "-feeds", fmt.Sprint(n), "-quiet"}, flags...)
	print := exec.Command(bin, append(args, "-accounts", "mastodon:alice,webhook:x:whsec_aGVsbG8gd29ybGQ=", "-print", "config")...)
	print.Dir = r.folder
	settings, err := print.Output()
	if err != nil {
		t.Fatalf("print the rig's settings: %v", err)
	}
	settings = bytes.Replace(settings, []byte("store: syndicated.db"), []byte("store: "+store), 1)
	// The rig's servers are done with a request at once: no need to wait long.
	settings = append(settings, "\ndefaults: {account: {unknown_wait: 3s}}\n"...)
	if err := os.WriteFile(filepath.Join(r.folder, "syndicated.yaml"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, bin, args...)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = run.Wait() })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get("http://" + r.address + "/stats"); err == nil {
			_ = resp.Body.Close()
			return r
		}
		if time.Now().After(end) {
			t.Fatal("the rig does not answer")
		}
	}
}

func (r *rig) post(path string) {
	r.t.Helper()
	resp, err := http.Post("http://"+r.address+path, "", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		r.t.Fatalf("%s: %s", path, resp.Status)
	}
}

// report is what the rig's social servers got.
type report struct {
	Received   int `json:"received"`
	Duplicates int `json:"duplicates"`
	Missing    int `json:"missing"`
	Disorder   int `json:"order_violations"`
	Accounts   map[string]struct {
		Received int `json:"received"`
		Reposts  int `json:"reposts"`
		// Replays carried the webhook-id of an earlier message, by which a
		// receiver knows them: after a kill in the middle there may be one.
		Replays int `json:"replays"`
	} `json:"accounts"`
}

func (r *rig) report() (out report) {
	r.t.Helper()
	resp, err := http.Get("http://" + r.address + "/report?expect=all")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

// once runs `syndicated once`; with after set it is killed (SIGKILL) as soon as
// after says so.
func (r *rig) once(after func() bool) string {
	r.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		r.t.Fatal(err)
	}
	// The test binary is the program itself when it goes by its name.
	bin := filepath.Join(r.t.TempDir(), "syndicated")
	if err := os.Symlink(exe, bin); err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command(bin, "once")
	cmd.Dir = r.folder
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	if after != nil {
		for end := time.Now().Add(20 * time.Second); !after() && time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return out.String()
	}
	if err := cmd.Wait(); err != nil {
		r.t.Fatalf("once: %v\n%s\n%s", err, out.String(), log.String())
	}
	return out.String()
}

func TestRig(t *testing.T) {
	for name, store := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "syndicated.db" },
		"redis":    startRedis,
	} {
		for _, kill := range []bool{false, true} {
			if underRace && !kill {
				continue // with the kill everything else is tried too
			}
			t.Run(fmt.Sprintf("%s/kill=%v", name, kill), func(t *testing.T) {
				feeds := 200
				if underRace {
					feeds = 60
				}
				r := newRig(t, feeds, store(t))
				r.once(nil)
				if got := r.report().Received; got != 0 {
					t.Fatalf("the first once sent %d messages", got)
				}
				chance := rand.New(rand.NewPCG(1, 2))
				for range 40 {
					r.post(fmt.Sprintf("/ctl/post?n=%d", 1+chance.IntN(feeds)))
				}
				if kill {
					r.once(func() bool { return r.report().Received >= 10 })
					if got := r.report().Received; got == 80 {
						t.Log("the kill came too late to matter")
					}
				}
				for _, pass := range []string{"second", "third"} {
					r.once(nil)
					got := r.report()
					if got.Duplicates != 0 || got.Missing != 0 || got.Disorder != 0 || len(got.Accounts) != 2 {
						t.Errorf("after the %s once: %+v, want nothing wrong", pass, got)
					}
					for account, a := range got.Accounts {
						if a.Received-a.Replays != 40 || a.Reposts != 0 || a.Replays > 0 && !kill {
							t.Errorf("%s got %+v, want 40", account, a)
						}
					}
				}
			})
		}
	}
}

// startRedis starts a redis-server of its own for the test.
func startRedis(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is missing")
		}
		t.Skip("redis-server is not on the PATH")
	}
	socket := filepath.Join(t.TempDir(), "r.sock")
	if len(socket) > 100 {
		socket = filepath.Join(os.TempDir(), fmt.Sprintf("syndicated-%d.sock", os.Getpid()))
	}
	cmd := exec.Command(bin, "--port", "0", "--unixsocket", socket, "--dir", t.TempDir(), "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = os.Remove(socket) })
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("unix", socket); err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("redis-server does not come up")
		}
	}
	return "unix://" + strings.TrimPrefix(socket, "//")
}

// TestBadFeedsHurtNobody serves feeds that are none beside one that is.
func TestBadFeedsHurtNobody(t *testing.T) {
	mux := http.NewServeMux()
	body := func(path, contentType, text string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte(text))
		})
	}
	body("/error", "text/html", "<!doctype html><title>502</title><h1>Bad gateway</h1>")
	body("/empty", "application/rss+xml", "")
	body("/nested", "application/rss+xml", `<rss version="2.0"><channel><item>`+strings.Repeat("<x:a>", 2_000_000))
	item := func(id string) string {
		return "<item><guid isPermaLink=\"false\">" + id + "</guid><title>" + id + "</title><description>Words.</description></item>"
	}
	body("/cut", "application/rss+xml", `<rss version="2.0"><channel><title>Cut</title>`+item("a")+item("b")+"<item><title>half an it")
	posts := item("old")
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>Good</title>` + posts + `</channel></rss>`))
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: mux}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })

	var settings strings.Builder
	settings.WriteString("store: syndicated.db\nsources:\n")
	for _, name := range []string{"error", "empty", "nested", "cut", "good"} {
		fmt.Fprintf(&settings, "  %s: {type: feed, url: http://%s/%s, allow_private: true}\n", name, l.Addr(), name)
	}
	settings.WriteString("accounts:\n  screen: {type: terminal}\n")
	t.Chdir(t.TempDir())
	if err := os.WriteFile("syndicated.yaml", []byte(settings.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	once := func() (status int, out, log string) {
		var o, e bytes.Buffer
		status = dispatch(t.Context(), env{nil, &o, &e, os.LookupEnv}, []string{"once"})
		return status, o.String(), e.String()
	}
	status, out, log := once()
	if status != exitFailed || !strings.Contains(out, "5 sources read, 3 failed") {
		t.Errorf("status %d: %s", status, out)
	}
	for _, name := range []string{"error", "empty", "nested"} {
		if n := strings.Count(log, "source="+name+" "); n != 1 {
			t.Errorf("%d lines about %s, want one clear line:\n%s", n, name, log)
		}
	}
	posts = item("new") + posts
	if _, out, _ := once(); !strings.Contains(out, "1 messages sent") {
		t.Errorf("the good source suffered: %s", out)
	}
}
