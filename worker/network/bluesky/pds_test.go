package bluesky_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/bluesky"
	"syndicated/worker/network/networktest"
)

// TestPDS runs the suite against the reference PDS; version 0.5 wants Node 22, with
// Node 20 npm takes 0.4:
//
//	mkdir /tmp/pds && cd /tmp/pds && npm install @atproto/pds
//	SYNDICATED_PDS=/tmp/pds go test -run TestPDS -v ./worker/network/bluesky
func TestPDS(t *testing.T) {
	folder := os.Getenv("SYNDICATED_PDS")
	if folder == "" {
		t.Skip("SYNDICATED_PDS names no folder in which npm install @atproto/pds was run")
	}
	server := startPDS(t, folder)
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	fake := fakeOf(newPDS(t)) // for what tells one request from another
	var who member
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake {
			who = join(t, server)
			mine := who
			return &networktest.Fake{
				Handler: httputil.NewSingleHostReverseProxy(target),
				Writes:  fake.Writes, Edits: fake.Edits,
				Shown: func() []networktest.Shown { return mine.posts(t) },
				Remove: func(uri string) {
					mine.call(t, "POST", "com.atproto.repo.deleteRecord", map[string]any{
						"repo": mine.DID, "collection": "app.bsky.feed.post", "rkey": uri[strings.LastIndexByte(uri, '/')+1:],
					}, nil)
				},
			}
		},
		New: func(t *testing.T, url string, env network.Env) network.Account {
			a, err := bluesky.New(bluesky.Config{Server: url, Handle: who.Handle, Password: config.NewSecret(password)}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{password},
		Message: func(m *network.Message) { m.Link = "" },
		Repeats: true, Golden: "-", Timeout: 3 * time.Second,
	})
	t.Run("lengths", func(t *testing.T) {
		a := openOn(t, server, join(t, server))
		for _, text := range []string{
			strings.Repeat("क्षत्रिय", 60), strings.Repeat("👨‍👩‍👧‍👦", 100), strings.Repeat("🇧🇪", 300), strings.Repeat("e\u0301", 300),
			strings.Repeat("各각", 100), strings.Repeat("র\u200d্যাব", 75), "https://example.com/" + strings.Repeat("a", 280), strings.Repeat("ü", 300),
		} {
			m := network.Message{ID: text, Created: networktest.Noon}
			for m.Text = text; network.Graphemes(m.Text) > 300 || len(m.Text) > 3000; {
				m.Text = m.Text[:len(m.Text)-1]
			}
			m.Text = strings.ToValidUTF8(m.Text, "")
			if _, err := a.Post(t.Context(), m); err != nil {
				t.Errorf("%d graphemes of %.20q: %v", network.Graphemes(m.Text), m.Text, err)
			}
		}
	})
	t.Run("card", func(t *testing.T) {
		pictures := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(networktest.PNG(300, 200)) }))
		defer pictures.Close()
		who := join(t, server)
		m := network.Message{
			ID: "m1", Text: "A card, with a thumbnail", Link: "https://example.org/a", Title: "Title", Summary: "Summary",
			Media: []network.Media{{URL: pictures.URL, Alt: "x"}}, Tags: []string{"Go"}, Language: "en", Warning: "nudity", Created: networktest.Noon,
		}
		r, err := openOn(t, server, who).Post(t.Context(), m)
		if err != nil || r.Was != "" {
			t.Fatalf("%v, %s", err, r.Was)
		}
		record := who.records(t)[0].Value
		if record.Embed.External.URI != m.Link || record.Embed.External.Thumb == nil {
			t.Errorf("embed %+v, want a card with a thumbnail", record.Embed)
		}
	})
}

func openOn(t *testing.T, server string, who member) *bluesky.Account {
	t.Helper()
	a, err := bluesky.New(bluesky.Config{Server: server, Handle: who.Handle, Password: config.NewSecret(password)}, network.Env{
		HTTP: network.NewClient(network.ClientOptions{Private: true}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const launcher = `
import { pathToFileURL } from 'node:url';
const { PDS, envToCfg, envToSecrets, readEnv } = await import(pathToFileURL(process.argv[2] + '/node_modules/@atproto/pds/dist/index.js'));
const env = readEnv();
const pds = await PDS.create(envToCfg(env), envToSecrets(env));
await pds.start();
console.log('ready');
`

// startPDS starts a server with a directory of its own, and gives its address.
func startPDS(t *testing.T, folder string) string {
	t.Helper()
	directory := httptest.NewServer(&plc{operations: map[string]operation{}})
	t.Cleanup(directory.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	dir := t.TempDir()
	script := filepath.Join(dir, "launch.mjs")
	if err := os.WriteFile(script, []byte(launcher), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", script, folder)
	cmd.Env = append(os.Environ(),
		"PDS_HOSTNAME=localhost", "PDS_PORT="+port, "PDS_DATA_DIRECTORY="+dir, "PDS_BLOBSTORE_DISK_LOCATION="+dir+"/blobs",
		"PDS_DID_PLC_URL="+directory.URL, "PDS_JWT_SECRET=0123456789abcdef0123456789abcdef", "PDS_ADMIN_PASSWORD=admin",
		"PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX="+strings.Repeat("01", 32), "PDS_INVITE_REQUIRED=false", "PDS_DEV_MODE=true",
		"PDS_SERVICE_HANDLE_DOMAINS=.test", "PDS_RATE_LIMITS_ENABLED=false", "PDS_DISABLE_SSRF_PROTECTION=true", "LOG_ENABLED=false")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "ready" {
		t.Fatalf("the PDS does not start: %q, %v\n%s", line, err, stderr.String())
	}
	go io.Copy(io.Discard, out)
	server := "http://localhost:" + port
	var health struct{ Version string }
	request(t, "GET", server+"/xrpc/_health", "", nil, &health)
	t.Logf("PDS %s", cmp.Or(health.Version, version(folder)))
	return server
}

func version(folder string) string {
	var p struct{ Version string }
	b, _ := os.ReadFile(filepath.Join(folder, "node_modules/@atproto/pds/package.json"))
	json.Unmarshal(b, &p)
	return p.Version
}

// member is an account that was made for a test.
type member struct {
	server      string
	Handle, DID string
	AccessJwt   string
	RefreshJwt  string
}

var members struct {
	sync.Mutex
	n int
}

func join(t *testing.T, server string) member {
	t.Helper()
	members.Lock()
	members.n++
	name := fmt.Sprintf("ann%d", members.n)
	members.Unlock()
	who := member{server: server}
	request(t, "POST", server+"/xrpc/com.atproto.server.createAccount", "", map[string]string{
		"handle": name + ".test", "email": name + "@example.com", "password": password,
	}, &who)
	return who
}

func (m member) call(t *testing.T, method, nsid string, body, into any) {
	t.Helper()
	request(t, method, m.server+"/xrpc/"+nsid, m.AccessJwt, body, into)
}

type stored struct {
	URI   string
	Value struct {
		Text  string
		Reply *struct{ Parent struct{ URI string } }
		Embed struct {
			Images   []struct{ Alt string }
			External struct {
				URI   string
				Thumb any
			}
		}
	}
}

func (m member) records(t *testing.T) []stored {
	t.Helper()
	var list struct{ Records []stored }
	m.call(t, "GET", "com.atproto.repo.listRecords?collection=app.bsky.feed.post&limit=100&repo="+m.DID, nil, &list)
	return list.Records
}

// posts are what is there; keys of one second have no order, the texts of the suite do.
func (m member) posts(t *testing.T) []networktest.Shown {
	t.Helper()
	out := []networktest.Shown{}
	for _, r := range m.records(t) {
		one := networktest.Shown{ID: r.URI, Text: r.Value.Text, Alts: []string{}}
		if r.Value.Reply != nil {
			one.ReplyTo = r.Value.Reply.Parent.URI
		}
		for _, i := range r.Value.Embed.Images {
			one.Alts = append(one.Alts, i.Alt)
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b networktest.Shown) int { return strings.Compare(a.Text, b.Text) })
	return out
}

func request(t *testing.T, method, url, token string, body, into any) {
	t.Helper()
	var b []byte
	if body != nil {
		b, _ = json.Marshal(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 {
		t.Fatalf("%s %s: %s: %s", method, url, resp.Status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %v", method, url, err)
		}
	}
}

// plc is a directory of identities that believes everything.
// https://web.plc.directory/api/redoc
type plc struct {
	mu         sync.Mutex
	operations map[string]operation
}

type operation struct {
	AlsoKnownAs         []string
	VerificationMethods map[string]string
	Services            map[string]struct{ Type, Endpoint string }
	RotationKeys        []string
}

func (p *plc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	did, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	did, _ = url.PathUnescape(did)
	if r.Method == http.MethodPost {
		var o operation
		json.NewDecoder(r.Body).Decode(&o)
		p.operations[did] = o
		return
	}
	o, ok := p.operations[did]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if rest == "data" {
		json.NewEncoder(w).Encode(map[string]any{
			"did": did, "alsoKnownAs": o.AlsoKnownAs, "verificationMethods": o.VerificationMethods, "rotationKeys": o.RotationKeys, "services": o.Services,
		})
		return
	}
	json.NewEncoder(w).Encode(map[string]any{
		"@context": []string{"https://www.w3.org/ns/did/v1"}, "id": did, "alsoKnownAs": o.AlsoKnownAs,
		"verificationMethod": []any{map[string]string{
			"id": did + "#atproto", "type": "Multikey", "controller": did, "publicKeyMultibase": strings.TrimPrefix(o.VerificationMethods["atproto"], "did:key:"),
		}},
		"service": []any{map[string]string{
			"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": o.Services["atproto_pds"].Endpoint,
		}},
	})
}
