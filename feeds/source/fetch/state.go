package fetch

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// State is what an exchange leaves for the next one. Callers keep it, as JSON,
// in the state of their source.
type State struct {
	// URL is where permanent redirects have moved the source; empty is where it
	// is configured. A caller sets it to Response.Moved once it has understood
	// what it found there.
	URL string `json:"url,omitzero"`
	// For is where the source was configured to be, empty when it is From. With
	// another address in the settings nothing of the state holds any more.
	For string `json:"for,omitzero"`
	// From is the URL that gave the validators: they are sent to no other.
	From         string   `json:"from,omitzero"`
	ETag         verbatim `json:"etag,omitzero"`
	LastModified verbatim `json:"modified,omitzero"`
	// Hash is the xxhash of the body, 0 when unknown.
	Hash uint64 `json:"hash,omitzero"`
}

// origin is where the source was configured to be.
func (s *State) origin() string {
	if s.For != "" {
		return s.For
	}
	return s.From
}

// validators takes an answer's validators as they came. A 304 need not repeat
// those that stay the same, RFC 9110 section 15.4.5.
func (s *State) validators(h http.Header, keep bool) {
	etag, modified := verbatim(h.Get("Etag")), verbatim(h.Get("Last-Modified"))
	if etag != "" || !keep {
		s.ETag = etag
	}
	if modified != "" || !keep {
		s.LastModified = modified
	}
}

// Response is an answer that is of use: 200, 226 or 304.
type Response struct {
	// NotModified: 304, or the same body as the last time. Body is nil.
	NotModified bool
	Status      int
	Header      http.Header
	// Body is decompressed.
	Body []byte
	// URL is where the body came from, without credentials.
	URL string
	// Moved is the new address when every redirect on the way was permanent.
	Moved string
	// Delta: Body holds only what is new (226 with IM: feed, RFC 3229).
	Delta bool
	// State is to be kept for the next Get.
	State State
	// NotBefore is how long the answer stays fresh (Cache-Control, Expires),
	// at most a day; zero if the host does not say.
	NotBefore time.Time
}

// verbatim is a header value as its bytes came, which need not be UTF-8.
type verbatim string

const verbatimMark = "base64:"

func (v verbatim) MarshalJSON() ([]byte, error) {
	s := string(v)
	if !utf8.ValidString(s) || strings.HasPrefix(s, verbatimMark) {
		s = verbatimMark + base64.StdEncoding.EncodeToString([]byte(s))
	}
	return json.Marshal(s)
}

func (v *verbatim) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if coded, ok := strings.CutPrefix(s, verbatimMark); ok {
		raw, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			return err
		}
		s = string(raw)
	}
	*v = verbatim(s)
	return nil
}
