package share

import (
	"strings"

	"golang.org/x/net/html"

	"syndicated/feeds"
	"syndicated/worker/network"
)

// mediaMost bounds the images of a message where the network does not.
const mediaMost = 10

// media chooses the images of a message: the post's image or, for all, those
// attached and those in its text too.
func (c *Composer) media(p feeds.Post, note bool) []network.Media {
	limit := min(c.Manner.Media, mediaMost)
	if c.Words.Media == "none" || limit <= 0 {
		return nil
	}
	var out []network.Media
	seen := map[string]bool{}
	add := func(m feeds.Media) {
		m.URL = webLink(m.URL)
		if m.URL == "" || seen[m.URL] || len(out) == limit {
			return
		}
		alt := oneLine(m.Alt)
		if alt == "" {
			alt = oneLine(m.Title)
		}
		if alt == "" && c.Words.Alt == "skip" {
			return
		}
		seen[m.URL] = true
		out = append(out, network.Media{URL: m.URL, Alt: alt, Type: m.Type})
	}
	pictures := inText(p.Content)
	if p.Image != nil {
		image := *p.Image
		// A feed that names the image often leaves its alt text in the content.
		for _, in := range pictures {
			if image.Alt == "" && in.URL == image.URL {
				image.Alt = in.Alt
			}
		}
		add(image)
	}
	// A note is often nothing but its pictures, so they all belong to it.
	if all := c.Words.Media == "all" || note; all || len(out) == 0 {
		for _, e := range p.Enclosures {
			if strings.HasPrefix(e.Type, "image/") && (all || len(out) == 0) {
				add(e)
			}
		}
		if all {
			for _, in := range pictures {
				add(in)
			}
		}
	}
	return out
}

// inText gives the images in a post's text that are more than an ornament.
func inText(content string) []feeds.Media {
	if !strings.Contains(content, "<img") && !strings.Contains(content, "<IMG") {
		return nil
	}
	var out []feeds.Media
	for z := html.NewTokenizer(strings.NewReader(content[:min(len(content), readMax)])); ; {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data != "img" {
				continue
			}
			var m feeds.Media
			small := false
			for _, a := range t.Attr {
				switch a.Key {
				case "src":
					m.URL = a.Val
				case "alt":
					m.Alt = a.Val
				case "width", "height":
					// Counting pixels, emoji and icons.
					small = small || len(strings.TrimSuffix(a.Val, "px")) < 3
				case "class":
					small = small || strings.Contains(a.Val, "emoji") || strings.Contains(a.Val, "avatar") || strings.Contains(a.Val, "wp-smiley")
				}
			}
			if !small && webLink(m.URL) != "" {
				out = append(out, m)
			}
		}
	}
}
