package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"syndicated/feeds"
)

// picture is the image that a post's page names, nil if none. The answer is
// kept, so that a page is asked once for all accounts; a page that does not
// answer never costs the message.
func (w *Worker) picture(ctx context.Context, s *Source, link string) *feeds.Media {
	if w.Picture == nil || link == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(link))
	key := "picture/" + hex.EncodeToString(sum[:12])
	var m feeds.Media
	if b, err := w.Store.Load(ctx, key); err == nil && b != nil && json.Unmarshal(b, &m) == nil {
		return found(m)
	}
	ask, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	m, _, err := w.Picture(ask, s, link)
	if err != nil {
		w.Log.Info("the post's page tells no image", "source", s.Name, "err", err)
		return nil
	}
	b, err := json.Marshal(m)
	if err == nil {
		err = w.Store.Save(ctx, key, b)
	}
	if err != nil {
		w.Log.Warn("an image is not remembered", "source", s.Name, "err", err)
	}
	return found(m)
}

func found(m feeds.Media) *feeds.Media {
	if m.URL == "" {
		return nil
	}
	return &m
}
