package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// packer makes documents of bytes. The tables of the compressors are dear to
// make, so a server keeps one packer. Each compresses at the level beyond which
// a feed gets hardly smaller, but much dearer to make.
type packer struct {
	mu     sync.Mutex
	gzip   *gzip.Writer
	brotli *brotli.Writer
	zstd   *zstd.Encoder
}

func newPacker() (*packer, error) {
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("set up gzip: %w", err)
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("set up zstd: %w", err)
	}
	return &packer{gzip: z, brotli: brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 7, LGWin: 20}), zstd: e}, nil
}

// document packs body in every coding; one that makes it no smaller is left out.
func (p *packer) document(body []byte, contentType string) (*document, error) {
	d := &document{hash: hashOf(body), contentType: []string{contentType}}
	packed, err := p.pack(body)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	packed[codingIdentity] = body
	for i, b := range packed {
		if i != codingIdentity && len(b) >= len(body) {
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

func (p *packer) pack(body []byte) (out [codings][]byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if out[codingGzip], err = packWith(p.gzip, body); err != nil {
		return out, err
	}
	if out[codingBrotli], err = packWith(p.brotli, body); err != nil {
		return out, err
	}
	out[codingZstd] = p.zstd.EncodeAll(body, nil)
	return out, nil
}

func packWith(w interface {
	io.WriteCloser
	Reset(io.Writer)
}, body []byte,
) ([]byte, error) {
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil
}
