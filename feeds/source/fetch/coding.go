package fetch

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// acceptEncoding is what undo undoes.
const acceptEncoding = "gzip, br, zstd"

// A window larger than this is not for HTTP, RFC 9659.
const zstdWindow = 8 << 20

var gzipMagic = []byte{0x1f, 0x8b, 0x08}

var gzips, brotlis, zstds sync.Pool

// codings reads a Content-Encoding header, without those that change nothing.
func codings(lines []string) ([]string, error) {
	var names []string
	for _, line := range lines {
		for name := range strings.SplitSeq(line, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case "", "identity", "none", "utf-8":
				continue
			}
			if names = append(names, name); len(names) > 3 {
				return nil, errCodings
			}
		}
	}
	return names, nil
}

// undo decodes b by its encodings, the last first.
func undo(out *bytes.Buffer, b []byte, names []string, limit int64) error {
	var r io.Reader = bytes.NewReader(b)
	for i := len(names) - 1; i >= 0; i-- {
		next, done, err := decoder(r, names[i])
		if err != nil {
			return fmt.Errorf("decompress: %w", err)
		}
		defer done()
		// Each layer is bounded, not only the last.
		r = &limited{r: next, left: limit}
	}
	if _, err := out.ReadFrom(r); err != nil {
		return fmt.Errorf("decompress: %w", err)
	}
	return nil
}

func decoder(r io.Reader, name string) (io.Reader, func(), error) {
	switch name {
	case "gzip", "x-gzip":
		return gunzip(r)
	case "br":
		return unbrotli(r)
	case "zstd":
		return unzstd(r)
	case "deflate":
		z, err := zlib.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		return z, func() { z.Close() }, nil
	}
	return nil, nil, fmt.Errorf("the encoding %.20q is not known", name)
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

func unbrotli(r io.Reader) (io.Reader, func(), error) {
	z, ok := brotlis.Get().(*brotli.Reader)
	if !ok {
		z = brotli.NewReader(r)
	} else if err := z.Reset(r); err != nil {
		return nil, nil, err
	}
	return z, func() { brotlis.Put(z) }, nil
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
