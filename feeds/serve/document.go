package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// document is one address's answer, ready to be sent in every coding. It is
// never changed.
type document struct {
	hash     string // of the bytes, hexadecimal
	modified time.Time
	forms    [codings]form
	// headers that are the same for every form, as net/http keeps them; shared
	// between requests and never changed.
	contentType, lastModified, cacheControl, vary, link []string
	page                                                bool // for people: no CORS, own policies
	// feed and format, where readers may be sent what is new only (RFC 3229).
	feed, format string
}

// form is a document in one coding.
type form struct {
	body                   []byte
	etag                   string
	etagH, lengthH, coding []string
}

// Content codings, best first.
const (
	codingBrotli = iota
	codingZstd
	codingGzip
	codingIdentity
	codings
)

var codingNames = [codings]string{"br", "zstd", "gzip", ""}

// newDocument compresses body. A coding that makes it no smaller is left out.
func newDocument(body []byte, contentType string) (*document, error) {
	d := &document{hash: hashOf(body), contentType: []string{contentType}}
	packed, err := pack(body)
	if err != nil {
		return nil, err
	}
	packed[codingIdentity] = body
	for i, b := range packed {
		if b == nil || i != codingIdentity && len(b) >= len(body) {
			continue
		}
		etag := `"` + d.hash
		if codingNames[i] != "" {
			etag += "-" + codingNames[i]
		}
		etag += `"`
		d.forms[i] = form{body: b, etag: etag, etagH: []string{etag}, lengthH: []string{strconv.Itoa(len(b))}}
		if codingNames[i] != "" {
			d.forms[i].coding = []string{codingNames[i]}
		}
	}
	return d, nil
}

// hashOf names a document's bytes.
func hashOf(body []byte) string { return fmt.Sprintf("%016x%x", xxhash.Sum64(body), len(body)) }

func pack(body []byte) (out [codings][]byte, err error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return out, fmt.Errorf("gzip: %w", err)
	}
	z.Write(body)
	if err := z.Close(); err != nil {
		return out, fmt.Errorf("gzip: %w", err)
	}
	out[codingGzip] = bytes.Clone(b.Bytes())
	b.Reset()
	level := 9
	if len(body) > 1<<20 {
		level = 5
	}
	w := brotli.NewWriterLevel(&b, level)
	w.Write(body)
	if err := w.Close(); err != nil {
		return out, fmt.Errorf("brotli: %w", err)
	}
	out[codingBrotli] = bytes.Clone(b.Bytes())
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return out, fmt.Errorf("zstd: %w", err)
	}
	out[codingZstd] = e.EncodeAll(body, nil)
	return out, e.Close()
}

// stamp fixes when the document was last changed.
func (d *document) stamp(t time.Time) {
	d.modified = t.UTC().Truncate(time.Second)
	d.lastModified = []string{d.modified.Format(http.TimeFormat)}
}
