package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"slices"

	_ "image/gif" // GIF can be read

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // WebP can be read
)

const (
	// maxImageFile is how much of an image is fetched, in bytes.
	maxImageFile = 20 << 20
	// maxImagePixels is the largest image that is decoded: a file of some
	// kilobytes may claim more than the machine has memory.
	maxImagePixels = 40_000_000
)

// ImageLimits are what a network takes of an image; 0 is no limit.
type ImageLimits struct {
	Bytes  int // of the file
	Pixels int // width times height
	Side   int // the longer of width and height
	Alt    int // characters of the alternative text
	// Types are the media types that it takes; empty is image/jpeg and image/png.
	Types []string
}

// Picture is an image that is ready for a network. It holds no metadata.
type Picture struct {
	Bytes         []byte
	Type          string // media type
	Alt           string
	Width, Height int
}

// Image fetches m through the guarded client and makes a picture of it that
// is within l: upright, without EXIF, scaled down where it must be. JPEG, PNG,
// GIF (its first frame) and WebP are read. An error costs the image, never the
// message: post without it.
func Image(ctx context.Context, c *Client, m Media, l ImageLimits) (Picture, error) {
	a, err := c.Fetch(ctx, m.URL, maxImageFile)
	if err != nil {
		return Picture{}, fmt.Errorf("image: %w", err)
	}
	// One at a time: a decoded image takes up to 160 MB.
	select {
	case c.decoding <- struct{}{}:
		defer func() { <-c.decoding }()
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	p, err := picture(a.Body, l)
	if err != nil {
		return Picture{}, fmt.Errorf("image of %s: %w", hostOf(m.URL), err)
	}
	p.Alt = cutAlt(m.Alt, l.Alt)
	return p, nil
}

func picture(file []byte, l ImageLimits) (Picture, error) {
	head, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return Picture{}, err
	}
	if head.Width < 1 || head.Height < 1 {
		return Picture{}, errors.New("it has no pixels")
	}
	if head.Width > maxImagePixels/head.Height {
		return Picture{}, fmt.Errorf("%d by %d pixels are too many", head.Width, head.Height)
	}
	src, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return Picture{}, err
	}
	turn := 1
	if format == "jpeg" {
		turn = orientation(file)
	}
	// Scale first: turning a small image is cheap.
	w, h := within(head.Width, head.Height, l)
	for {
		img := upright(scaled(src, w, h), turn)
		p, ok, err := encode(img, l)
		if err != nil || ok {
			return p, err
		}
		if w, h = w*3/4, h*3/4; w < 16 || h < 16 {
			return Picture{}, fmt.Errorf("it cannot be made smaller than %d bytes", l.Bytes)
		}
	}
}

// within gives the largest size of the same shape that l allows.
func within(w, h int, l ImageLimits) (int, int) {
	f := 1.0
	if l.Side > 0 {
		f = min(f, float64(l.Side)/float64(max(w, h)))
	}
	if l.Pixels > 0 {
		f = min(f, math.Sqrt(float64(l.Pixels)/float64(w)/float64(h)))
	}
	return max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
}

func scaled(src image.Image, w, h int) image.Image {
	b := src.Bounds()
	if b.Dx() == w && b.Dy() == h {
		return src
	}
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return dst
}

// encode makes a file of img; ok is false when none is small enough.
func encode(img image.Image, l ImageLimits) (p Picture, ok bool, err error) {
	size := img.Bounds().Size()
	p = Picture{Width: size.X, Height: size.Y}
	takes := func(t string) bool { return len(l.Types) == 0 || slices.Contains(l.Types, t) }
	fits := func(b []byte) bool { return l.Bytes == 0 || len(b) <= l.Bytes }
	var b bytes.Buffer
	if sharp(img) && takes("image/png") {
		if err := png.Encode(&b, img); err != nil {
			return p, false, err
		}
		if fits(b.Bytes()) {
			p.Bytes, p.Type = b.Bytes(), "image/png"
			return p, true, nil
		}
	}
	if !takes("image/jpeg") {
		if !takes("image/png") {
			return p, false, errors.New("the network takes neither JPEG nor PNG")
		}
		b.Reset()
		err := png.Encode(&b, img)
		p.Bytes, p.Type = b.Bytes(), "image/png"
		return p, err == nil && fits(b.Bytes()), err
	}
	flat := flattened(img)
	for _, quality := range []int{90, 82, 72, 60} {
		b.Reset()
		if err := jpeg.Encode(&b, flat, &jpeg.Options{Quality: quality}); err != nil {
			return p, false, err
		}
		if fits(b.Bytes()) {
			p.Bytes, p.Type = b.Bytes(), "image/jpeg"
			return p, true, nil
		}
	}
	return p, false, nil
}

// sharp reports an image that JPEG would spoil: with a palette or transparent.
func sharp(img image.Image) bool {
	if _, ok := img.(*image.Paletted); ok {
		return true
	}
	o, ok := img.(interface{ Opaque() bool })
	return ok && !o.Opaque()
}

// flattened lays img on white, for JPEG knows no transparency.
func flattened(img image.Image) image.Image {
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return img
	}
	dst := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), img, img.Bounds().Min, draw.Over)
	return dst
}
