package network

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// bareJPEG is a JPEG file without what a camera or a program wrote about it:
// EXIF with its places and times, XMP, comments, other pictures behind the end. The
// colour profile stays. nil if the file is not built as it should be. ISO/IEC 10918-1,
// annex B.
func bareJPEG(file []byte) []byte {
	if len(file) < 4 || file[0] != 0xff || file[1] != 0xd8 {
		return nil
	}
	out := append(make([]byte, 0, len(file)), file[:2]...)
	for b := file[2:]; ; {
		if len(b) < 2 || b[0] != 0xff {
			return nil
		}
		kind := b[1]
		switch {
		case kind == 0xff: // fill
			b = b[1:]
			continue
		case kind == 0xd9:
			return append(out, b[:2]...)
		case kind < 0xc0 || kind >= 0xd0 && kind < 0xd9:
			return nil
		case len(b) < 4:
			return nil
		}
		size := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return nil
		}
		if keepsJPEG(kind, b[4:size]) {
			out = append(out, b[:size]...)
		}
		b = b[size:]
		if kind == 0xda { // the scan, up to the next marker
			n := 0
			for n+1 < len(b) && (b[n] != 0xff || b[n+1] == 0 || b[n+1] >= 0xd0 && b[n+1] < 0xd8) {
				n++
			}
			if n+1 >= len(b) {
				return nil
			}
			out = append(out, b[:n]...)
			b = b[n:]
		}
	}
}

func keepsJPEG(kind byte, segment []byte) bool {
	switch {
	case kind == 0xe2:
		return bytes.HasPrefix(segment, []byte("ICC_PROFILE\x00"))
	case kind == 0xee: // Adobe's: how the colours are coded
		return bytes.HasPrefix(segment, []byte("Adobe"))
	case kind == 0xe0:
		return bytes.HasPrefix(segment, []byte("JFIF\x00"))
	}
	return kind < 0xe0 // neither an application's data nor a comment
}

const pngHead = "\x89PNG\r\n\x1a\n"

// barePNG is a PNG file with the chunks that make the picture and no others. nil
// if the file is not built as it should be. https://www.w3.org/TR/png-3/
func barePNG(file []byte) []byte {
	out := append(make([]byte, 0, len(file)), pngHead...)
	ended := false
	for kind, chunk := range pngChunks(file) {
		if slices.Contains([]string{"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "bKGD"}, kind) {
			out = append(out, chunk...)
		}
		ended = kind == "IEND"
	}
	if !ended {
		return nil
	}
	return out
}

// pngChunks yields the chunks of a file with their kind, whole, up to IEND.
func pngChunks(file []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		b, ok := bytes.CutPrefix(file, []byte(pngHead))
		for ok && len(b) >= 12 {
			size := uint64(binary.BigEndian.Uint32(b)) + 12
			if size > uint64(len(b)) || !yield(string(b[4:8]), b[:size]) || string(b[4:8]) == "IEND" {
				return
			}
			b = b[size:]
		}
	}
}

// orientation is the EXIF tag 0x0112 of a file, 1 to 8; 1 is upright and what is
// assumed where there is none. CIPA DC-008.
func orientation(format string, file []byte) int {
	switch format {
	case "jpeg":
		for b := file[min(2, len(file)):]; len(b) >= 4 && b[0] == 0xff; {
			kind, size := b[1], 2+int(binary.BigEndian.Uint16(b[2:]))
			if kind == 0xda || size < 4 || size > len(b) {
				break
			}
			if tiff, ok := bytes.CutPrefix(b[4:size], []byte("Exif\x00\x00")); ok && kind == 0xe1 {
				return tiffOrientation(tiff)
			}
			b = b[size:]
		}
	case "png":
		for kind, chunk := range pngChunks(file) {
			if kind == "eXIf" {
				return tiffOrientation(chunk[8 : len(chunk)-4])
			}
		}
	case "webp": // RIFF: https://developers.google.com/speed/webp/docs/riff_container
		for b := file[min(12, len(file)):]; len(b) >= 8; {
			size := uint64(binary.LittleEndian.Uint32(b[4:])) + 8
			if size > uint64(len(b)) {
				break
			}
			if string(b[:4]) == "EXIF" {
				return tiffOrientation(bytes.TrimPrefix(b[8:size], []byte("Exif\x00\x00")))
			}
			b = b[min(size+size&1, uint64(len(b))):]
		}
	}
	return 1
}

func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if len(b) < 8 {
		return 1
	}
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 1
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
