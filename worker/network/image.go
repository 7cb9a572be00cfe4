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
	maxImagePixels = 30_000_000
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
	// One at a time: a large image takes up to 400 MB while it is decoded.
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
	switch {
	case errors.Is(err, image.ErrFormat):
		return Picture{}, errors.New("it is no JPEG, PNG, GIF or WebP")
	case err != nil:
		return Picture{}, err
	case head.Width < 1 || head.Height < 1:
		return Picture{}, errors.New("it has no pixels")
	case head.Width > maxImagePixels/head.Height:
		return Picture{}, fmt.Errorf("%d by %d pixels are too many", head.Width, head.Height)
	}
	src, _, err := image.Decode(bytes.NewReader(file)) // a broken one must not be passed on either
	if err != nil {
		return Picture{}, err
	}
	turn := orientation(format, file)
	w, h := within(head.Width, head.Height, l)
	if turn == 1 && w == head.Width && h == head.Height {
		if p, ok := asIs(file, format, l); ok {
			p.Width, p.Height = w, h
			return p, nil
		}
	}
	for {
		// Scale first: to turn a small image is cheap.
		p, ok, err := encode(upright(scaled(src, w, h), turn), l)
		if err != nil || ok {
			return p, err
		}
		if w, h = w*3/4, h*3/4; w < 16 || h < 16 {
			return Picture{}, fmt.Errorf("it cannot be made smaller than %d bytes", l.Bytes)
		}
	}
}

// asIs is the file itself without its metadata, if the network takes it so:
// nothing is lost to another round of compression.
func asIs(file []byte, format string, l ImageLimits) (p Picture, ok bool) {
	switch p.Type = "image/" + format; format {
	case "jpeg":
		p.Bytes = bareJPEG(file)
	case "png":
		p.Bytes = barePNG(file)
	}
	return p, p.Bytes != nil && l.takes(p.Type) && l.fits(p.Bytes)
}

func (l ImageLimits) takes(mediaType string) bool {
	return len(l.Types) == 0 || slices.Contains(l.Types, mediaType)
}

func (l ImageLimits) fits(file []byte) bool { return l.Bytes == 0 || len(file) <= l.Bytes }

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
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return dst
}

// encode makes a file of img; ok is false when none is small enough.
func encode(img image.Image, l ImageLimits) (p Picture, ok bool, err error) {
	size := img.Bounds().Size()
	p = Picture{Width: size.X, Height: size.Y}
	var b bytes.Buffer
	if sharp(img) && l.takes("image/png") {
		if err := png.Encode(&b, img); err != nil {
			return p, false, err
		}
		if l.fits(b.Bytes()) {
			p.Bytes, p.Type = b.Bytes(), "image/png"
			return p, true, nil
		}
	}
	if !l.takes("image/jpeg") {
		if !l.takes("image/png") {
			return p, false, errors.New("the network takes neither JPEG nor PNG")
		}
		b.Reset()
		err := png.Encode(&b, img)
		p.Bytes, p.Type = b.Bytes(), "image/png"
		return p, err == nil && l.fits(b.Bytes()), err
	}
	flat := flattened(img)
	for _, quality := range []int{90, 82, 72, 60} {
		b.Reset()
		if err := jpeg.Encode(&b, flat, &jpeg.Options{Quality: quality}); err != nil {
			return p, false, err
		}
		if l.fits(b.Bytes()) {
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

// upright turns and mirrors img as its orientation asks.
func upright(img image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	src := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Bounds(), img, b.Min, draw.Src)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}
