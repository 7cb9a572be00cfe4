package mastodon_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/mastodon"
	"syndicated/worker/network/networktest"
)

// TestGoToSocial runs the suite against GoToSocial, with the program and its web
// folder in one place:
//
//	SYNDICATED_GOTOSOCIAL=/opt/gotosocial go test -run TestGoToSocial -v ./worker/network/mastodon
func TestGoToSocial(t *testing.T) {
	folder := os.Getenv("SYNDICATED_GOTOSOCIAL")
	if folder == "" {
		t.Skip("SYNDICATED_GOTOSOCIAL names no folder with the program gotosocial and its folder web")
	}
	g := startGoToSocial(t, folder)
	target, err := url.Parse(g.base)
	if err != nil {
		t.Fatal(err)
	}
	like := fakeOf(&server{}) // for what tells one request from another
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake {
			for _, s := range g.statuses(t) {
				g.remove(t, s.ID)
			}
			return &networktest.Fake{
				Handler: httputil.NewSingleHostReverseProxy(target), Writes: like.Writes, Edits: like.Edits,
				Shown: func() []networktest.Shown {
					out := []networktest.Shown{}
					for _, s := range slices.Backward(g.statuses(t)) {
						one := networktest.Shown{ID: s.ID, Text: s.Content, ReplyTo: s.InReplyTo, Alts: []string{}}
						for _, m := range s.Media {
							one.Alts = append(one.Alts, m.Description)
						}
						out = append(out, one)
					}
					return out
				},
				Remove: func(id string) { g.remove(t, id) },
			}
		},
		New: func(t *testing.T, url string, env network.Env) network.Account {
			a, err := mastodon.New(mastodon.Config{Server: url, Token: config.NewSecret(g.token)}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{g.token}, Probed: true, Golden: "-", Late: true, Timeout: 10 * time.Second,
	})
}

type goToSocial struct{ base, token, account string }

type shownStatus struct {
	ID        string                         `json:"id"`
	Content   string                         `json:"content"`
	InReplyTo string                         `json:"in_reply_to_id"`
	Media     []struct{ Description string } `json:"media_attachments"`
}

func (g *goToSocial) statuses(t *testing.T) (out []shownStatus) {
	t.Helper()
	if err := json.Unmarshal(g.call(t, "GET", "/api/v1/accounts/"+g.account+"/statuses?limit=40", nil), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// remove takes a status away, and waits: the server does it when it has answered.
func (g *goToSocial) remove(t *testing.T, id string) {
	t.Helper()
	g.call(t, "DELETE", "/api/v1/statuses/"+id, nil)
	for range 100 {
		if !strings.Contains(string(g.call(t, "GET", "/api/v1/statuses/"+id, nil)), id) {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Fatalf("status %s is not removed", id)
}

func (g *goToSocial) call(t *testing.T, method, path string, form url.Values) []byte {
	t.Helper()
	return exchange(t, http.DefaultClient, method, g.base+path, g.token, form)
}

func exchange(t *testing.T, client *http.Client, method, address, token string, form url.Values) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json, text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 400 && resp.StatusCode != 404 {
		t.Fatalf("%s %s: %s: %.500s", method, address, resp.Status, body)
	}
	return body
}

func startGoToSocial(t *testing.T, folder string) *goToSocial {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := t.TempDir()
	flags := []string{
		"--host", fmt.Sprintf("localhost:%d", port), "--protocol", "http", "--bind-address", "127.0.0.1", "--port", fmt.Sprint(port),
		"--db-type", "sqlite", "--db-address", filepath.Join(dir, "sqlite.db"), "--storage-local-base-path", filepath.Join(dir, "storage"),
		"--web-template-base-dir", filepath.Join(folder, "web/template"), "--web-asset-base-dir", filepath.Join(folder, "web/assets"),
		"--letsencrypt-enabled=false", "--advanced-rate-limit-requests", "0", "--advanced-throttling-multiplier", "0", "--log-level", "error",
	}
	g := &goToSocial{base: fmt.Sprintf("http://localhost:%d", port)}
	program := filepath.Join(folder, "gotosocial")
	const password = "a-long-password-for-ann-4711"
	g.start(t, program, flags)() // once, to make its tables
	create := append([]string{"admin", "account", "create", "--username", "ann", "--email", "ann@example.org", "--password", password}, flags...)
	if out, err := exec.CommandContext(t.Context(), program, create...).CombinedOutput(); err != nil {
		t.Fatalf("create an account: %v\n%s", err, out)
	}
	t.Cleanup(g.start(t, program, flags))
	g.signIn(t, password)
	return g
}

// start starts the server and gives what ends it.
func (g *goToSocial) start(t *testing.T, program string, flags []string) (end func()) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"server", "start"}, flags...)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("GoToSocial says:\n%.5000s", said.String())
		}
	}
	for began := time.Now(); ; {
		resp, err := http.Get(g.base + "/api/v2/instance")
		if err == nil {
			var instance struct{ Version string }
			json.NewDecoder(resp.Body).Decode(&instance)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK { // 503 while it makes its tables
				t.Logf("GoToSocial %s", instance.Version)
				return end
			}
			err = errors.New(resp.Status)
		}
		if time.Since(began) > 3*time.Minute {
			end()
			t.Fatalf("it does not start: %v", err)
		}
		<-time.After(200 * time.Millisecond)
	}
}

// signIn goes the way of a client that asks for a token, and of its user.
func (g *goToSocial) signIn(t *testing.T, password string) {
	t.Helper()
	const oob, scopes = "urn:ietf:wg:oauth:2.0:oob", "read write"
	var app struct{ Client_id, Client_secret string }
	json.Unmarshal(g.call(t, "POST", "/api/v1/apps", url.Values{"client_name": {"test"}, "redirect_uris": {oob}, "scopes": {scopes}}), &app)
	jar, _ := cookiejar.New(nil)
	var code string
	user := &http.Client{Jar: jar, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if c := req.URL.Query().Get("code"); c != "" {
			code = c
		}
		return nil
	}}
	ask := g.base + "/oauth/authorize?" + url.Values{"client_id": {app.Client_id}, "redirect_uri": {oob}, "response_type": {"code"}, "scope": {scopes}}.Encode()
	exchange(t, user, "GET", ask, "", nil)
	exchange(t, user, "POST", g.base+"/auth/sign_in", "", url.Values{"username": {"ann@example.org"}, "password": {password}})
	exchange(t, user, "POST", g.base+"/oauth/authorize", "", url.Values{})
	var token struct{ Access_token string }
	json.Unmarshal(g.call(t, "POST", "/oauth/token", url.Values{
		"client_id": {app.Client_id}, "client_secret": {app.Client_secret}, "redirect_uri": {oob}, "grant_type": {"authorization_code"}, "code": {code},
	}), &token)
	if token.Access_token == "" {
		t.Fatalf("no token for code %q", code)
	}
	g.token = token.Access_token
	var me struct{ ID string }
	json.Unmarshal(g.call(t, "GET", "/api/v1/accounts/verify_credentials", nil), &me)
	g.account = me.ID
}
