package store

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"syndicated/feeds"
)

// Posts take most of the room, and HTML packs well: their JSON is kept as raw
// DEFLATE (RFC 1951) where that is shorter. JSON is known by its first byte; the
// rare packing that begins with the same byte is not used.

var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// PackPost gives what is kept of a post for feeds: its JSON, packed where that
// is shorter. UnpackPost gives the JSON back.
func PackPost(p feeds.Post) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil || len(plain) < 256 {
		return plain, err
	}
	var b bytes.Buffer
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if packed := b.Bytes(); len(packed) < len(plain) && packed[0] != '{' {
		return packed, nil
	}
	return plain, nil
}

// mostPost bounds what a packed post may become.
const mostPost = 64 << 20

// UnpackPost gives the JSON of a post as PackPost or anything else wrote it.
func UnpackPost(body []byte) ([]byte, error) {
	if len(body) == 0 || body[0] == '{' {
		return body, nil
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(body)), mostPost))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return plain, nil
}
