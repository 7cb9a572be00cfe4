package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"syndicated/worker/network"
)

// pictures fetches what can be shown of a message's media. A picture that is
// not to be had is left out and noted.
func (s *sender) pictures(ctx context.Context, m network.Message) []file {
	var out []file
	for i, x := range m.Media[:min(len(m.Media), maxFiles)] {
		got, err := s.env.HTTP.Fetch(ctx, x.URL, maxFile)
		kind := ""
		if err == nil {
			if kind = http.DetectContentType(got.Body); !strings.HasPrefix(kind, "image/") {
				err = fmt.Errorf("the picture is %s", kind)
			}
		}
		if err != nil {
			s.env.Log.Warn("picture left out", "account", s.env.Name, "message", m.ID, "err", err)
			continue
		}
		name := fmt.Sprintf("picture-%d.%s", i+1, strings.TrimPrefix(kind, "image/"))
		if m.Warning != "" {
			name = "SPOILER_" + name
		}
		out = append(out, file{name: name, mime: kind, alt: cut(x.Alt, maxAlt), data: got.Body})
	}
	return out
}

// cut keeps the first n characters of s.
func cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
