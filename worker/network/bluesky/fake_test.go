package bluesky_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"syndicated/worker/network/networktest"
)

const (
	password = "abcd-efgh-ijkl-mnop"
	did      = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
)

// pds is a small PDS that answers as the reference one was seen to.
type pds struct {
	t       *testing.T
	mu      sync.Mutex
	records []*record
	blobs   map[string]bool
	tokens  int
	access  string
	refresh string
	life    time.Duration
	logins  int
	renewed int
	commits int
	// refuseSession answers every login with this error; empty for none.
	refuseSession string
}

type record struct {
	key, cid string
	value    map[string]any
	raw      []byte
}

func newPDS(t *testing.T) *pds { return &pds{t: t, blobs: map[string]bool{}, life: 2 * time.Hour} }

func newFake(t *testing.T) *networktest.Fake { return fakeOf(newPDS(t)) }

func fakeOf(s *pds) *networktest.Fake {
	isPut := func(r *http.Request) (put, edit bool) {
		if !strings.HasSuffix(r.URL.Path, "repo.putRecord") {
			return false, false
		}
		body, _ := io.ReadAll(r.Body)
		var in struct{ SwapRecord *string }
		json.Unmarshal(body, &in)
		return in.SwapRecord == nil, in.SwapRecord != nil
	}
	return &networktest.Fake{
		Handler: s,
		Writes:  func(r *http.Request) bool { put, _ := isPut(r); return put },
		Edits:   func(r *http.Request) bool { _, edit := isPut(r); return edit },
		Shown:   s.shown,
		Remove: func(uri string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.remove(uri[strings.LastIndexByte(uri, '/')+1:])
		},
	}
}

func (s *pds) shown() []networktest.Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []networktest.Shown
	for _, r := range s.records {
		one := networktest.Shown{ID: uri(r.key), Text: r.value["text"].(string), Alts: []string{}}
		if reply, ok := r.value["reply"].(map[string]any); ok {
			one.ReplyTo = reply["parent"].(map[string]any)["uri"].(string)
		}
		embed, _ := r.value["embed"].(map[string]any)
		if list, ok := embed["images"].([]any); ok {
			for _, i := range list {
				one.Alts = append(one.Alts, i.(map[string]any)["alt"].(string))
			}
		} else if embed != nil {
			one.Alts = nil // a card has no alt texts
		}
		out = append(out, one)
	}
	return out
}

func uri(key string) string { return "at://" + did + "/app.bsky.feed.post/" + key }

func (s *pds) remove(key string) {
	s.records = slices.DeleteFunc(s.records, func(r *record) bool { return r.key == key })
}

// token makes a token that tells when it ends.
func (s *pds) token(scope string) string {
	s.tokens++
	claims := fmt.Sprintf(`{"scope":%q,"exp":%d,"n":%d}`, scope, networktest.Noon.Add(s.life).Unix(), s.tokens)
	return "eyJ0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

func (s *pds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, body := s.answer(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func fault(name, message string) map[string]string {
	return map[string]string{"error": name, "message": message}
}

func (s *pds) answer(r *http.Request) (int, any) {
	method := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch method {
	case "_health":
		return 200, map[string]string{"version": "0.5.35"}
	case "com.atproto.server.createSession":
		s.logins++
		var in struct{ Identifier, Password string }
		json.NewDecoder(r.Body).Decode(&in)
		if s.refuseSession != "" {
			return 400, fault(s.refuseSession, "no")
		}
		if in.Identifier != "ann.example" || in.Password != password {
			return 401, fault("AuthenticationRequired", "Invalid identifier or password")
		}
		return s.session()
	case "com.atproto.server.refreshSession":
		if bearer != s.refresh {
			return 400, fault("ExpiredToken", "Token has been revoked")
		}
		s.renewed++
		return s.session()
	}
	if bearer == "" {
		return 401, fault("AuthMissing", "Authentication Required")
	}
	if bearer != s.access {
		return 400, fault("InvalidToken", "Token could not be verified")
	}
	switch method {
	case "com.atproto.server.getSession":
		return 200, map[string]any{"did": did, "handle": "ann.example", "active": true}
	case "com.atproto.repo.uploadBlob":
		b, _ := io.ReadAll(r.Body)
		if len(b) > 5<<20 || len(b) == 0 {
			return 400, fault("PayloadTooLarge", "")
		}
		cid := cidOf(b)
		s.blobs[cid] = true
		return 200, map[string]any{"blob": map[string]any{
			"$type": "blob", "ref": map[string]string{"$link": cid}, "mimeType": r.Header.Get("Content-Type"), "size": len(b),
		}}
	case "com.atproto.repo.getRecord":
		for _, one := range s.records {
			if one.key == r.FormValue("rkey") {
				return 200, map[string]any{"uri": uri(one.key), "cid": one.cid, "value": one.value}
			}
		}
		return 400, fault("RecordNotFound", "Could not locate record")
	case "com.atproto.repo.deleteRecord":
		var in struct{ Rkey string }
		json.NewDecoder(r.Body).Decode(&in)
		s.remove(in.Rkey)
		return 200, map[string]any{}
	case "com.atproto.repo.putRecord":
		return s.put(r)
	}
	return 501, fault("MethodNotImplemented", method)
}

func (s *pds) session() (int, any) {
	s.access, s.refresh = s.token("access"), s.token("refresh")
	return 200, map[string]any{"did": did, "handle": "ann.example", "accessJwt": s.access, "refreshJwt": s.refresh}
}

var tid = regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)

func (s *pds) put(r *http.Request) (int, any) {
	var in struct {
		Repo, Collection, Rkey string
		Record                 json.RawMessage
		SwapRecord             json.RawMessage
	}
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &in); err != nil {
		return 400, fault("InvalidRequest", err.Error())
	}
	if in.Repo != did || in.Collection != "app.bsky.feed.post" || !tid.MatchString(in.Rkey) || in.SwapRecord == nil {
		return 400, fault("InvalidRequest", "bad key: "+string(body))
	}
	var value map[string]any
	json.Unmarshal(in.Record, &value)
	if problem := s.check(value); problem != "" {
		return 400, fault("InvalidRequest", problem)
	}
	var raw bytes.Buffer
	json.Compact(&raw, in.Record)
	cid := cidOf(raw.Bytes())
	at := slices.IndexFunc(s.records, func(one *record) bool { return one.key == in.Rkey })
	if at >= 0 && s.records[at].cid == cid {
		return 200, map[string]any{"uri": uri(in.Rkey), "cid": cid} // no commit
	}
	now := "null"
	if at >= 0 {
		now = `"` + s.records[at].cid + `"`
	}
	if string(in.SwapRecord) != now {
		return 400, fault("InvalidSwap", "Record was at "+now)
	}
	s.commits++
	one := &record{key: in.Rkey, cid: cid, value: value, raw: raw.Bytes()}
	if at >= 0 {
		s.records[at] = one
	} else {
		s.records = append(s.records, one)
	}
	return 200, map[string]any{"uri": uri(in.Rkey), "cid": cid, "commit": map[string]string{"cid": "x", "rev": "y"}}
}

func cidOf(b []byte) string { return fmt.Sprintf("bafyrei%x", sha256.Sum256(b))[:59] }

// check is what the lexicon asks, and what the server does not: facets that lie
// on the text.
func (s *pds) check(value map[string]any) string {
	text, _ := value["text"].(string)
	if len(text) > 3000 {
		return "Record/text must not be longer than 3000 bytes"
	}
	// The suite's long text has one rune a grapheme.
	if utf8.RuneCountInString(text) > 300 {
		return "Record/text must not be longer than 300 graphemes"
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000Z", value["createdAt"].(string)); err != nil {
		return err.Error()
	}
	facets, _ := value["facets"].([]any)
	for _, f := range facets {
		index := f.(map[string]any)["index"].(map[string]any)
		from, to := int(index["byteStart"].(float64)), int(index["byteEnd"].(float64))
		if from < 0 || from >= to || to > len(text) || !utf8.ValidString(text[from:to]) {
			s.t.Errorf("facet %v does not lie on %q", index, text)
		}
	}
	return ""
}
