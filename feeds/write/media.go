package write

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"syndicated/feeds"
)

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$`)

// medium is m clean, or nil if it has no address.
func medium(m feeds.Media, base, otherwise string) *feeds.Media {
	if m.URL = webAddress(m.URL, base); m.URL == "" {
		return nil
	}
	t, _, _ := strings.Cut(strings.ToLower(m.Type), ";")
	if t = strings.TrimSpace(t); !mediaType.MatchString(t) {
		t = guessType(m.URL)
	}
	m.Type = cmp.Or(t, otherwise)
	m.Title, m.Alt = line(m.Title), line(m.Alt)
	m.Length = max(0, m.Length)
	return &m
}

// guessType of a file by how its address ends.
func guessType(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	dot := strings.LastIndexByte(u.Path, '.')
	if dot < 0 {
		return ""
	}
	return types[strings.ToLower(u.Path[dot+1:])]
}

var types = map[string]string{
	"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav",
	"mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mkv": "video/x-matroska",
	"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
	"pdf": "application/pdf", "epub": "application/epub+zip", "zip": "application/zip", "torrent": "application/x-bittorrent",
}
