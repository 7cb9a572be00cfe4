package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
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

// packer compresses; its tables are dear to make, so it is used again.
type packer struct {
	gzip   *gzip.Writer
	brotli *brotli.Writer
	zstd   *zstd.Encoder
}

var packers = sync.Pool{New: func() any {
	// The window is as large as a feed; the levels are those beyond which a
	// document gets hardly smaller, but much dearer to make.
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		return err
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	return &packer{z, brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 7, LGWin: 20}), e}
}}

func pack(body []byte) (out [codings][]byte, err error) {
	var p *packer
	switch v := packers.Get().(type) {
	case error:
		return out, fmt.Errorf("compress: %w", v)
	case *packer:
		p = v
	}
	defer packers.Put(p)
	var b bytes.Buffer
	for i, w := range map[int]interface {
		io.WriteCloser
		Reset(io.Writer)
	}{codingGzip: p.gzip, codingBrotli: p.brotli} {
		b.Reset()
		w.Reset(&b)
		if _, err = w.Write(body); err == nil {
			err = w.Close()
		}
		if err != nil {
			return out, fmt.Errorf("compress: %w", err)
		}
		out[i] = bytes.Clone(b.Bytes())
	}
	out[codingZstd] = p.zstd.EncodeAll(body, nil)
	return out, nil
}

// stamp fixes when the document was last changed.
func (d *document) stamp(t time.Time) {
	d.modified = t.UTC().Truncate(time.Second)
	d.lastModified = []string{d.modified.Format(http.TimeFormat)}
}
