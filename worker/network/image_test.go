package network_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"syndicated/worker/network"
)

// file answers every request with the same bytes.
type file []byte

func (f file) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(f)), Request: r}, nil
}

func picture(t testing.TB, f []byte, l network.ImageLimits) (network.Picture, error) {
	c := network.NewClient(network.ClientOptions{Transport: file(f)})
	return network.Image(t.Context(), c, network.Media{URL: "https://example.org/a", Alt: "An image"}, l)
}

// quarters is an image of four colours, so that it can be seen how it lies.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{A: 255}
			switch {
			case x < w/2 && y < h/2:
				c.R = 255
			case y < h/2:
				c.G = 255
			case x < w/2:
				c.B = 255
			default:
				c.R, c.G = 255, 255
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func noise(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32()) | byte(i%4/3*255)
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a block with an orientation and something that must not get out.
func exif(orientation int) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, 0x0112)
	b = append(b, 3, 0, 1, 0, 0, 0, byte(orientation), 0, 0, 0, 0, 0, 0, 0)
	return append(b, "taken at home"...)
}

func segment(kind byte, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, kind}, uint16(len(data)+2)), data...)
}

// inJPEG puts segments behind the first marker.
func inJPEG(f []byte, segments ...[]byte) []byte {
	return append(append(append([]byte{}, f[:2]...), bytes.Join(segments, nil)...), f[2:]...)
}

func inPNG(f []byte, kind string, data []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
	chunk = append(chunk, data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const head = 8 + 25
	return append(append(append([]byte{}, f[:head]...), chunk...), f[head:]...)
}

// corners are the colours of the four quarters, row by row.
func corners(img image.Image) string {
	b := img.Bounds()
	var out strings.Builder
	for _, at := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Min.X+b.Dx()*at[0]/4, b.Min.Y+b.Dy()*at[1]/4).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000:
			out.WriteByte('y')
		case r > 0x8000:
			out.WriteByte('r')
		case g > 0x8000:
			out.WriteByte('g')
		case bl > 0x8000:
			out.WriteByte('b')
		}
	}
	return out.String()
}

func TestImageUpright(t *testing.T) {
	base := quarters(80, 40)
	// Exif: the row and the column that are the top and the left of what is meant.
	want := []string{"", "rgby", "gryb", "ybgr", "byrg", "rbgy", "bryg", "ygbr", "gyrb"}
	for o := 1; o <= 8; o++ {
		for name, f := range map[string][]byte{
			"jpeg": inJPEG(asJPEG(t, base), segment(0xe1, append([]byte("Exif\x00\x00"), exif(o)...))),
			"png":  inPNG(asPNG(t, base), "eXIf", exif(o)),
		} {
			p, err := picture(t, f, network.ImageLimits{})
			if err != nil {
				t.Fatalf("%s %d: %v", name, o, err)
			}
			img, _, err := image.Decode(bytes.NewReader(p.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			size := image.Pt(80, 40)
			if o >= 5 {
				size = image.Pt(40, 80)
			}
			if got := corners(img); got != want[o] || img.Bounds().Size() != size || p.Width != size.X || p.Height != size.Y {
				t.Errorf("%s turned %d: %s of %v (said %d by %d), want %s of %v", name, o, got, img.Bounds().Size(), p.Width, p.Height, want[o], size)
			}
		}
	}
}

func TestImageHoldsNoMetadata(t *testing.T) {
	xmp := segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x>taken at home</x>"))
	profile := segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01the colours"))
	photo := inJPEG(asJPEG(t, quarters(80, 40)),
		segment(0xe1, append([]byte("Exif\x00\x00"), exif(1)...)), xmp, profile,
		segment(0xe2, []byte("MPF\x00taken at home")), segment(0xed, []byte("Photoshop 3.0\x00taken at home")), segment(0xfe, []byte("taken at home")))
	photo = append(photo, asJPEG(t, quarters(8, 4))...) // a second picture behind the end
	photo = append(photo, "taken at home"...)
	drawing := inPNG(asPNG(t, quarters(80, 40)), "tEXt", []byte("Comment\x00taken at home"))
	drawing = append(inPNG(drawing, "eXIf", exif(1)), "taken at home"...)
	for name, f := range map[string][]byte{"jpeg": photo, "png": drawing} {
		for _, side := range []int{0, 20} {
			p, err := picture(t, f, network.ImageLimits{Side: side})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if bytes.Contains(p.Bytes, []byte("home")) || bytes.Contains(p.Bytes, []byte("Exif")) {
				t.Errorf("%s, side %d: metadata is left", name, side)
			}
			if side == 0 && name == "jpeg" && !bytes.Contains(p.Bytes, []byte("the colours")) {
				t.Error("the colour profile is lost")
			}
			img, _, err := image.Decode(bytes.NewReader(p.Bytes))
			if err != nil || corners(img) != "rgby" {
				t.Errorf("%s, side %d: it is spoiled: %v", name, side, err)
			}
		}
	}
}

func TestImageLimits(t *testing.T) {
	var animated bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&animated, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	webp, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	glass := quarters(40, 40)
	glass.Set(3, 3, color.RGBA{})
	only := []string{"image/jpeg"}
	for _, c := range []struct {
		name string
		file []byte
		l    network.ImageLimits
		kind string
		w, h int
	}{
		{"as it is", asJPEG(t, quarters(80, 40)), network.ImageLimits{Bytes: 100_000, Side: 80, Pixels: 3200}, "image/jpeg", 80, 40},
		{"side", asJPEG(t, quarters(400, 200)), network.ImageLimits{Side: 100}, "image/jpeg", 100, 50},
		{"side of a tall one", asJPEG(t, quarters(200, 400)), network.ImageLimits{Side: 100}, "image/jpeg", 50, 100},
		{"pixels", asJPEG(t, quarters(400, 200)), network.ImageLimits{Pixels: 20_000}, "image/jpeg", 200, 100},
		{"one pixel wide", asPNG(t, quarters(1, 900)), network.ImageLimits{Side: 90}, "image/jpeg", 1, 90},
		{"bytes: worse", asJPEG(t, noise(300, 300)), network.ImageLimits{Bytes: 75_000}, "image/jpeg", 300, 300},
		{"bytes: smaller", asJPEG(t, noise(300, 300)), network.ImageLimits{Bytes: 20_000}, "image/jpeg", 225, 225},
		{"png that is too large", asPNG(t, noise(200, 200)), network.ImageLimits{Bytes: 60_000}, "image/jpeg", 200, 200},
		{"glass", asPNG(t, glass), network.ImageLimits{Side: 20}, "image/png", 20, 20},
		{"glass, jpeg only", asPNG(t, glass), network.ImageLimits{Types: only}, "image/jpeg", 40, 40},
		{"png only", asJPEG(t, quarters(40, 40)), network.ImageLimits{Types: []string{"image/png"}}, "image/png", 40, 40},
		{"gif", animated.Bytes(), network.ImageLimits{}, "image/png", 20, 10},
		{"webp", webp, network.ImageLimits{}, "image/png", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := picture(t, c.file, c.l)
			if err != nil {
				t.Fatal(err)
			}
			head, kind, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			if p.Type != c.kind || "image/"+kind != c.kind || p.Width != c.w || p.Height != c.h || head.Width != c.w || head.Height != c.h {
				t.Errorf("%s (%s) of %d by %d (%d by %d), want %s of %d by %d", p.Type, kind, p.Width, p.Height, head.Width, head.Height, c.kind, c.w, c.h)
			}
			if c.l.Bytes > 0 && len(p.Bytes) > c.l.Bytes {
				t.Errorf("%d bytes, want at most %d", len(p.Bytes), c.l.Bytes)
			}
			if p.Alt != "An image" {
				t.Errorf("alt text %q", p.Alt)
			}
		})
	}
}

func TestImageRefused(t *testing.T) {
	bomb := asPNG(t, quarters(10, 10))
	copy(bomb[16:24], "\x00\x01\x86\xa0\x00\x01\x86\xa0") // it says 100,000 by 100,000
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"bomb", "too many", bomb},
		{"page", "no JPEG", []byte("<html><body>404</body></html>")},
		{"nothing", "no JPEG", nil},
		{"svg", "no JPEG", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
		{"cut", "not enough", asPNG(t, quarters(100, 100))[:200]},
		{"cut jpeg", "short", asJPEG(t, quarters(100, 100))[:700]},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := picture(t, c.file, network.ImageLimits{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAlt(t *testing.T) {
	for _, c := range []struct {
		alt   string
		limit int
		want  string
	}{
		{"A cat", 0, "A cat"},
		{" A cat ", 5, "A cat"},
		{"A cat on a mat", 12, "A cat on a…"},
		{"Supercalifragilistic", 10, "Supercali…"},
		{"ab👨‍👩‍👧cd", 5, "ab…"},
		{"bad \xff", 0, "bad \ufffd"},
	} {
		client := network.NewClient(network.ClientOptions{Transport: file(asPNG(t, quarters(2, 2)))})
		p, err := network.Image(t.Context(), client, network.Media{URL: "https://example.org/a", Alt: c.alt}, network.ImageLimits{Alt: c.limit})
		if err != nil || p.Alt != c.want {
			t.Errorf("%q to %d: %q, %v, want %q", c.alt, c.limit, p.Alt, err, c.want)
		}
	}
}

// Whatever the bytes are, there is an error or a picture within the limits.
func FuzzImage(f *testing.F) {
	f.Add(asPNG(f, quarters(8, 8)), 4)
	f.Add(inJPEG(asJPEG(f, quarters(8, 8)), segment(0xe1, append([]byte("Exif\x00\x00"), exif(6)...))), 0)
	f.Add(inPNG(asPNG(f, quarters(8, 8)), "eXIf", exif(3)), 0)
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L"), 0)
	f.Add([]byte("GIF89a"), 0)
	f.Fuzz(func(t *testing.T, b []byte, side int) {
		head, _, err := image.DecodeConfig(bytes.NewReader(b))
		if err == nil && head.Width*head.Height > 1<<16 {
			t.Skip("large")
		}
		p, err := picture(t, b, network.ImageLimits{Side: max(0, side), Bytes: 10_000})
		if err != nil {
			return
		}
		img, kind, err := image.Decode(bytes.NewReader(p.Bytes))
		if err != nil || "image/"+kind != p.Type || len(p.Bytes) > 10_000 || img.Bounds().Dx() != p.Width || side > 0 && max(p.Width, p.Height) > side {
			t.Errorf("a picture of %d by %d, %s, %d bytes: %v", p.Width, p.Height, p.Type, len(p.Bytes), err)
		}
	})
}

func BenchmarkImage(b *testing.B) {
	for _, side := range []int{1000, 4000} {
		f := asJPEG(b, quarters(side, side*3/4))
		b.Run(fmt.Sprintf("side=%d", side), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := picture(b, f, network.ImageLimits{Side: 900}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
