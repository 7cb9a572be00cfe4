package mastodon

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"syndicated/worker/network"
)

const (
	// skew is how far the server's clock may be behind that of the store.
	skew = 5 * time.Minute
	// maxPages of 40 statuses are read.
	maxPages = 25
)

// Find looks for m among the account's own statuses since it was queued. A
// status is taken for m when its source has the text of m, and when it is not
// one that another message is known to have become.
func (a *Account) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	const what = "look for the status"
	if a.id == "" {
		var me struct {
			ID string `json:"id"`
		}
		if err := a.get(ctx, "/api/v1/accounts/verify_credentials", what, &me); err != nil {
			return network.Receipt{}, false, err
		}
		a.id = me.ID
	}
	oldest := m.Created.Add(-skew)
	want := letters(m.Text)
	query := url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}}
	var second *status
	for range maxPages {
		var page []status
		if err := a.get(ctx, "/api/v1/accounts/"+url.PathEscape(a.id)+"/statuses?"+query.Encode(), what, &page); err != nil {
			return network.Receipt{}, false, err
		}
		old := 0
		for _, s := range page {
			if s.Created.Before(oldest) {
				old++ // pinned ones may come first
				continue
			}
			same, err := a.same(ctx, s, m, want)
			if err != nil {
				return network.Receipt{}, false, fmt.Errorf("%s: %w", what, err)
			}
			switch {
			case !same:
			case m.Verb == network.VerbReply && s.InReplyTo == "" && second == nil:
				second = &s // an answer to what was not there is posted by itself
			case m.Verb != network.VerbReply || s.InReplyTo != "":
				a.account(s.ID, m.ID)
				return s.receipt(mediaOf(s, m)), true, nil
			}
		}
		if len(page) == 0 || old == len(page) {
			if second != nil {
				a.account(second.ID, m.ID)
				return second.receipt(mediaOf(*second, m)), true, nil
			}
			a.again[m.ID]++ // it is not there: Pleroma may have kept a failure under the key
			return network.Receipt{}, false, nil
		}
		query.Set("max_id", page[len(page)-1].ID)
	}
	return network.Receipt{}, false, fmt.Errorf("%s: not among the newest %d statuses; it may be older", what, maxPages*40)
}

// same reports whether s is what m became.
func (a *Account) same(ctx context.Context, s status, m network.Message, want string) (bool, error) {
	if a.others(s.ID, m.ID) || m.Verb == network.VerbPost && s.InReplyTo != "" {
		return false, nil
	}
	shown := letters(readable(s.Content))
	if shown == want || shown == letters(mention.ReplaceAllString(m.Text, "$1$2")) {
		return true, nil
	}
	// Servers show some texts otherwise than they were sent: without a host,
	// shortened, as Markdown. The source tells.
	if !alike(shown, want) && (m.Link == "" || !strings.Contains(html.UnescapeString(s.Content), m.Link)) {
		return false, nil
	}
	var source struct {
		Text string `json:"text"`
	}
	err := a.get(ctx, "/api/v1/statuses/"+url.PathEscape(s.ID)+"/source", "read the source of a status", &source)
	if class, _ := network.ClassOf(err); errors.Is(err, context.Canceled) || err != nil && class == network.ClassRetry {
		return false, err
	}
	return err == nil && letters(source.Text) == want, nil
}

// alike reports two texts that begin the same way.
func alike(a, b string) bool {
	n := min(len(a), len(b), 12)
	return n > 0 && a[:n] == b[:n]
}

var tag = regexp.MustCompile(`<[^>]*>`)

func readable(content string) string { return html.UnescapeString(tag.ReplaceAllString(content, " ")) }

// letters is what of a text no server changes: letters, digits and symbols,
// without white space, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// mediaOf pairs the images of a found status with those of its message.
func mediaOf(s status, m network.Message) []attached {
	if len(s.Media) != len(m.Media) {
		return nil // an edit uploads them again
	}
	var out []attached
	for i, one := range s.Media {
		out = append(out, attached{ID: one.ID, URL: m.Media[i].URL, Alt: one.Description})
	}
	return out
}
