package bluesky

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"syndicated/worker/network"
)

const (
	collection = "app.bsky.feed.post"
	maxText    = 300  // graphemes
	maxBytes   = 3000 // of UTF-8
	maxTags    = 8
	maxTag     = 64 // graphemes
	stamp      = "2006-01-02T15:04:05.000Z"
)

// record is a post. https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
type record struct {
	Type    string   `json:"$type"`
	Text    string   `json:"text"`
	Facets  []facet  `json:"facets,omitzero"`
	Reply   *thread  `json:"reply,omitzero"`
	Embed   any      `json:"embed,omitzero"`
	Langs   []string `json:"langs,omitzero"`
	Labels  *labels  `json:"labels,omitzero"`
	Tags    []string `json:"tags,omitzero"`
	Created string   `json:"createdAt"`
}

// thread is where a reply belongs.
type thread struct {
	Root   strong `json:"root"`
	Parent strong `json:"parent"`
}

// strong is a reference to a record as it was.
type strong struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type labels struct {
	Type   string  `json:"$type"`
	Values []label `json:"values"`
}

type label struct {
	Val string `json:"val"`
}

type images struct {
	Type   string  `json:"$type"`
	Images []shown `json:"images"`
}

type shown struct {
	Image json.RawMessage `json:"image"`
	Alt   string          `json:"alt"`
	Ratio *ratio          `json:"aspectRatio,omitzero"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type external struct {
	Type     string `json:"$type"`
	External card   `json:"external"`
}

type card struct {
	URI         string          `json:"uri"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Thumb       json.RawMessage `json:"thumb,omitzero"`
}

// selfLabels are the warnings that the network has a word for.
var selfLabels = map[string]string{
	"porn": "porn", "sexual": "sexual", "nudity": "nudity", "graphic-media": "graphic-media", "nsfw": "porn",
}

// write makes the record of a message, without its embed. note says what of the
// message it could not take.
func write(m network.Message, now time.Time) (r record, note string) {
	r = record{Type: collection, Text: m.Text, Created: now.UTC().Format(stamp)}
	if val, ok := selfLabels[strings.ToLower(m.Warning)]; ok {
		r.Labels = &labels{Type: "com.atproto.label.defs#selfLabels", Values: []label{{val}}}
	} else if r.Text = network.Warned(m.Warning, m.Text, warned, fits); m.Warning != "" && r.Text == m.Text {
		note = "without its warning, for which there is no room"
	}
	if m.Language != "" {
		r.Langs = []string{strings.ReplaceAll(m.Language, "_", "-")}
	}
	r.Facets = facets(r.Text)
	for _, tag := range m.Tags {
		tag = strings.TrimPrefix(tag, "#")
		inText := slices.ContainsFunc(r.Facets, func(f facet) bool { return strings.EqualFold(f.Features[0].Tag, tag) })
		if tag != "" && !inText && len(r.Tags) < maxTags && network.Graphemes(tag) <= maxTag && len(tag) <= 10*maxTag {
			r.Tags = append(r.Tags, tag)
		}
	}
	return r, note
}

// warned is a text behind a warning that is no label.
func warned(warning, text string) string { return warning + "\n\n" + text }

func fits(text string) bool { return len(text) <= maxBytes && network.Graphemes(text) <= maxText }

// frozen is what must be the same in every try.
type frozen struct {
	Key string `json:"rkey"`
}

// key is the record key of a message: what was frozen, else what would have been.
func key(m network.Message) string {
	var f frozen
	if json.Unmarshal(m.Frozen, &f) == nil && validTID(f.Key) {
		return f.Key
	}
	return tid(m.ID, m.Created)
}

const tidLetters = "234567abcdefghijklmnopqrstuvwxyz"

// tid makes a record key for a message: the second in which it was queued, and 30
// bits of its id where a TID has microseconds and the number of a clock. So two
// messages of one moment do not meet. https://atproto.com/specs/tid
func tid(id string, at time.Time) string {
	sum := sha256.Sum256([]byte(id))
	micros := uint64(at.Unix())*1_000_000 + binary.BigEndian.Uint64(sum[:])%1_000_000
	n := micros<<10 | binary.BigEndian.Uint64(sum[8:])&0x3ff
	n &= 1<<63 - 1
	var out [13]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = tidLetters[n&31]
		n >>= 5
	}
	return string(out[:])
}

func validTID(s string) bool {
	if len(s) != 13 || strings.IndexByte("234567abcdefghij", s[0]) < 0 {
		return false
	}
	return strings.Trim(s, tidLetters) == ""
}

// encode writes JSON as it is meant to be read: no HTML is near.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // strings, numbers and what a server sent as JSON
	return bytes.TrimRight(b.Bytes(), "\n")
}
