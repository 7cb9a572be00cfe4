package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// acceptEncoding is what decoded undoes.
const acceptEncoding = "gzip, br, zstd"

// A window larger than this is not for HTTP, RFC 9659.
const zstdWindow = 8 << 20

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	gzips   sync.Pool
	brotlis sync.Pool
	zstds   sync.Pool
)

const (
	// largestKept bounds the buffers that are kept for the next answer.
	largestKept = 1 << 20
	// mostLarge is how many bodies larger than that are read at a time, so that
	// a crowd of bombs takes no more memory than these.
	mostLarge = 16
)

// bodies reads the bodies of answers; its slots are for the large ones.
type bodies chan struct{}

// read reads a body and undoes its encodings into a buffer of the pool,
// reading no more than limit bytes of either.
func (s bodies) read(ctx context.Context, r io.Reader, encodings []string, limit int64) (*bytes.Buffer, error) {
	wire := &limited{r: r, left: limit}
	decoder, undo, err := decoded(wire, strings.Join(encodings, ","))
	if err != nil {
		return nil, err
	}
	defer undo()
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	if err = s.fill(ctx, b, &limited{r: decoder, left: limit}); err == nil && decoder != io.Reader(wire) {
		// What follows the compressed stream is of no use, but read to its end
		// the connection can serve again.
		_, err = io.Copy(io.Discard, io.LimitReader(wire, 4<<10))
	}
	if err != nil {
		keepBuffer(b)
		return nil, err
	}
	if len(encodings) == 0 && bytes.HasPrefix(b.Bytes(), gzipMagic) {
		// A compressed file that is served as it is. Only once: there are files
		// that decompress to themselves.
		defer keepBuffer(b)
		return s.read(ctx, bytes.NewReader(b.Bytes()), []string{"gzip"}, limit)
	}
	return b, nil
}

func (s bodies) fill(ctx context.Context, b *bytes.Buffer, r io.Reader) error {
	n, err := b.ReadFrom(io.LimitReader(r, largestKept/2))
	if err != nil || n < largestKept/2 {
		return err
	}
	select {
	case s <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s }()
	_, err = b.ReadFrom(r)
	return err
}

var gzipMagic = []byte{0x1f, 0x8b, 0x08}

func keepBuffer(b *bytes.Buffer) {
	if b.Cap() <= largestKept {
		buffers.Put(b)
	}
}

// decoded undoes the encodings of a Content-Encoding header, last first.
func decoded(r io.Reader, encodings string) (io.Reader, func(), error) {
	undo := func() {}
	names := strings.Split(encodings, ",")
	if len(names) > 3 {
		return nil, nil, errors.New("the answer is encoded more than three times")
	}
	for i := len(names) - 1; i >= 0; i-- {
		var (
			next io.Reader
			back func()
			err  error
		)
		switch name := strings.ToLower(strings.TrimSpace(names[i])); name {
		case "", "identity", "none", "utf-8":
			continue
		case "gzip", "x-gzip":
			next, back, err = gunzip(r)
		case "br":
			next, back = unbrotli(r)
		case "zstd":
			next, back, err = unzstd(r)
		case "deflate":
			var z io.ReadCloser
			if z, err = zlib.NewReader(r); err == nil {
				next, back = z, func() { z.Close() }
			}
		default:
			err = fmt.Errorf("the encoding %.20q is not known", name)
		}
		if err != nil {
			undo()
			return nil, nil, fmt.Errorf("decompress: %w", err)
		}
		before := undo
		undo = func() { back(); before() }
		r = next
	}
	return r, undo, nil
}

// gunzip takes a body that is not compressed as it is, whatever its header says.
func gunzip(r io.Reader) (io.Reader, func(), error) {
	head := make([]byte, len(gzipMagic))
	n, err := io.ReadFull(r, head)
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	if err != nil || !bytes.Equal(head, gzipMagic) {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = nil
		}
		return r, func() {}, err
	}
	z, ok := gzips.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	if err := z.Reset(r); err != nil {
		gzips.Put(z)
		return nil, nil, err
	}
	z.Multistream(false) // what follows is not the document's
	return z, func() { gzips.Put(z) }, nil
}

func unbrotli(r io.Reader) (io.Reader, func()) {
	z, ok := brotlis.Get().(*brotli.Reader)
	if !ok {
		z = brotli.NewReader(r)
	} else {
		z.Reset(r)
	}
	return z, func() { brotlis.Put(z) }
}

func unzstd(r io.Reader) (io.Reader, func(), error) {
	z, ok := zstds.Get().(*zstd.Decoder)
	if !ok {
		var err error
		z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil, nil, err
		}
	}
	if err := z.Reset(r); err != nil {
		return nil, nil, err
	}
	return z, func() { _ = z.Reset(nil); zstds.Put(z) }, nil
}

// limited is a reader that fails when there is more than its limit, where
// io.LimitReader would pretend that the stream ended.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, ErrTooLarge
	}
	return n, err
}
