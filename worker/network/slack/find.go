package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"syndicated/worker/network"
)

// answering is what the vault keeps of the last answer that was tried: the
// thread it belongs to, for the channel's history does not have it.
type answering struct {
	ID     string `json:"id"`
	Thread string `json:"thread"`
}

const vaultAnswering = "answering"

const (
	page     = 100
	maxPages = 20
	skew     = 5 * time.Minute // that the server's clock may be behind ours
)

// Find implements network.Finder: it reads the channel's history, or the thread
// of an answer, for our metadata.
func (b *bot) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	q := url.Values{
		"channel": {b.c.Channel}, "limit": {strconv.Itoa(page)}, "include_all_metadata": {"true"},
		"oldest": {fmt.Sprintf("%d.000000", m.Created.Add(-skew).Unix())},
	}
	method := "conversations.history"
	if m.Verb == network.VerbReply {
		note, err := b.env.Vault.Load(ctx, vaultAnswering)
		if err != nil {
			return network.Receipt{}, false, fmt.Errorf("load which message is answered: %w", err)
		}
		var a answering
		if json.Unmarshal(note, &a) == nil && a.ID == m.ID && a.Thread != "" {
			method = "conversations.replies"
			q.Set("ts", a.Thread)
		}
	}
	for range maxPages {
		var got history
		if err := b.read(ctx, method, q, "read the history", &got); err != nil {
			if method == "conversations.replies" && says(err, "thread_not_found") {
				return network.Receipt{}, false, nil
			}
			return network.Receipt{}, false, err
		}
		for _, x := range got.Messages {
			if x.Metadata.Type == event && x.Metadata.Payload.ID == m.ID {
				return b.receipt(x.TS, own{Channel: b.c.Channel, Blocks: len(x.Blocks) > 0}), true, nil
			}
		}
		switch {
		case got.Next.Cursor != "":
			q.Set("cursor", got.Next.Cursor)
		case got.More && len(got.Messages) > 0:
			q.Set("latest", got.Messages[len(got.Messages)-1].TS)
		default:
			return network.Receipt{}, false, nil
		}
	}
	return network.Receipt{}, false, fmt.Errorf("read the history: more than %d pages since %s", maxPages, m.Created.UTC().Format(time.RFC3339))
}

type history struct {
	Messages []struct {
		TS       string            `json:"ts"`
		Blocks   []json.RawMessage `json:"blocks"`
		Metadata struct {
			Type    string `json:"event_type"`
			Payload struct {
				ID string `json:"id"`
			} `json:"event_payload"`
		} `json:"metadata"`
	} `json:"messages"`
	More bool `json:"has_more"`
	Next struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}
