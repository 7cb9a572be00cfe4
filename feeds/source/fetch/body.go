package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

const (
	// largestKept bounds the buffers that are kept for the next answer.
	largestKept = 1 << 20
	// mostLarge is how many bodies larger than that are read at a time, so that
	// a crowd of them takes no more memory than these.
	mostLarge = 16
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func newBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func keepBuffer(b *bytes.Buffer) {
	if b.Cap() <= largestKept {
		buffers.Put(b)
	}
}

// bodies reads what comes over the wire; its slots are for large bodies.
type bodies chan struct{}

// read reads a body of no more than limit bytes into a buffer of the pool.
func (s bodies) read(ctx context.Context, r io.Reader, limit int64) (*bytes.Buffer, error) {
	b := newBuffer()
	wire := &limited{r: r, left: limit}
	n, err := b.ReadFrom(io.LimitReader(wire, largestKept/2))
	if err == nil && n == largestKept/2 {
		select {
		case s <- struct{}{}:
			_, err = b.ReadFrom(wire)
			<-s
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		keepBuffer(b)
		return nil, err
	}
	return b, nil
}

// body reads a body and undoes its encodings, reading no more than limit bytes
// before and after. Decompressing waits until all has come, so that a host that
// takes its time holds no decoder and its window.
func (c *Client) body(ctx context.Context, r io.Reader, encodings []string, limit int64) (*bytes.Buffer, error) {
	raw, err := c.bodies.read(ctx, r, limit)
	if err != nil {
		return nil, err
	}
	if len(encodings) == 0 && bytes.HasPrefix(raw.Bytes(), gzipMagic) {
		encodings = []string{"gzip"} // a compressed file that is served as it is
	}
	names, err := codings(encodings)
	if len(names) == 0 {
		if err != nil {
			keepBuffer(raw)
			return nil, err
		}
		return raw, nil
	}
	defer keepBuffer(raw)
	out := newBuffer()
	if wait := c.Work(ctx, func() { err = undo(out, raw.Bytes(), names, limit) }); wait != nil {
		err = wait
	}
	if err != nil {
		keepBuffer(out)
		return nil, err
	}
	return out, nil
}

// limited is a reader that fails when there is more than its limit, where
// io.LimitReader would pretend that the stream ended.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, ErrTooLarge
	}
	return n, err
}

var errCodings = errors.New("the answer is encoded more than three times")
