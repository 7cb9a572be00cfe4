package nostr

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
)

// Kinds of events.
const (
	kindNote     = 1     // NIP-01
	kindDeletion = 5     // NIP-09
	kindComment  = 1111  // NIP-22
	kindAuth     = 22242 // NIP-42
	kindArticle  = 30023 // NIP-23
)

// event is what is signed and kept. https://github.com/nostr-protocol/nips/blob/master/01.md
type event struct {
	ID      string     `json:"id"`
	PubKey  string     `json:"pubkey"`
	Created int64      `json:"created_at"`
	Kind    int        `json:"kind"`
	Tags    [][]string `json:"tags"`
	Content string     `json:"content"`
	Sig     string     `json:"sig"`
}

// serialised is the text whose hash is the id. encoding/json does not write it:
// it escapes U+2028 and U+2029, which relays take verbatim.
func (e *event) serialised() []byte {
	b := []byte(`[0,"` + e.PubKey + `",` + strconv.FormatInt(e.Created, 10) + `,` + strconv.Itoa(e.Kind) + `,[`)
	for i, tag := range e.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, v := range tag {
			if j > 0 {
				b = append(b, ',')
			}
			b = quote(b, v)
		}
		b = append(b, ']')
	}
	b = append(b, "],"...)
	b = quote(b, e.Content)
	return append(b, ']')
}

// quote appends s as NIP-01 wants it: seven characters escaped, all others as they are.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '\n':
			b = append(b, '\\', 'n')
		case '"', '\\':
			b = append(b, '\\', c)
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// clean takes out what NIP-01 has no one spelling for: control characters that
// it does not name, and what is no UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// json is the event as it is sent.
func (e *event) json() []byte {
	b := []byte(`{"id":"` + e.ID + `","pubkey":"` + e.PubKey + `","created_at":` + strconv.FormatInt(e.Created, 10) + `,"kind":` + strconv.Itoa(e.Kind) + `,"tags":[`)
	for i, tag := range e.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, v := range tag {
			if j > 0 {
				b = append(b, ',')
			}
			b = quote(b, v)
		}
		b = append(b, ']')
	}
	b = append(b, `],"content":`...)
	b = quote(b, e.Content)
	return append(b, `,"sig":"`+e.Sig+`"}`...)
}

// key signs events.
type key struct {
	private *btcec.PrivateKey
	public  string // x-only, hex
}

// parseKey reads a private key as NIP-19 writes it (nsec1…) or in hex.
func parseKey(s string) (key, error) {
	s = strings.TrimSpace(s)
	var raw []byte
	var err error
	if strings.HasPrefix(strings.ToLower(s), "nsec1") {
		if _, raw, err = unbech32(s); err != nil {
			return key{}, err
		}
	} else if raw, err = hex.DecodeString(s); err != nil {
		return key{}, errors.New("is neither nsec1… nor hex")
	}
	if len(raw) != 32 {
		return key{}, fmt.Errorf("has %d bytes, not 32", len(raw))
	}
	var scalar btcec.ModNScalar
	if over := scalar.SetByteSlice(raw); over || scalar.IsZero() {
		return key{}, errors.New("is no key of the curve")
	}
	private, public := btcec.PrivKeyFromBytes(raw)
	return key{private, hex.EncodeToString(schnorr.SerializePubKey(public))}, nil
}

// sign fills in who wrote e, its id and the signature.
func (k key) sign(e *event) error {
	e.PubKey = k.public
	e.Content = clean(e.Content)
	if e.Tags == nil {
		e.Tags = [][]string{}
	}
	for _, tag := range e.Tags {
		for i := range tag {
			tag[i] = clean(tag[i])
		}
	}
	id := sha256.Sum256(e.serialised())
	sig, err := schnorr.Sign(k.private, id[:])
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	e.ID, e.Sig = hex.EncodeToString(id[:]), hex.EncodeToString(sig.Serialize())
	return nil
}

// page is where people see an event: a note by its id, an article by its name.
func (k key) page(e *event, d string) string {
	if e.Kind != kindArticle {
		id, _ := hex.DecodeString(e.ID)
		return "https://njump.me/" + bech32("note", id)
	}
	// NIP-19: a list of type, length, value.
	var b []byte
	add := func(kind byte, v []byte) { b = append(append(b, kind, byte(len(v))), v...) }
	author, _ := hex.DecodeString(k.public)
	if len(d) > 255 {
		return ""
	}
	add(0, []byte(d))
	add(2, author)
	add(3, binary.BigEndian.AppendUint32(nil, kindArticle))
	return "https://njump.me/" + bech32("naddr", b)
}
