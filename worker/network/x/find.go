package x

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"syndicated/worker/network"
)

// user is who the account is.
type user struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

const vaultMe = "me"

// me asks who the account is, or remembers it.
func (a *Account) me(ctx context.Context, anew bool) (user, error) {
	var u user
	if !anew {
		b, err := a.env.Vault.Load(ctx, vaultMe)
		if err != nil {
			return u, fmt.Errorf("load who the account is: %w", err)
		}
		if len(b) > 0 && json.Unmarshal(b, &u) == nil && u.ID != "" {
			return u, nil
		}
	}
	if err := a.note(ctx, costRead); err != nil {
		return u, err
	}
	var got struct {
		Data user `json:"data"`
	}
	if err := a.send(ctx, http.MethodGet, "/2/users/me", nil, false, "ask who the account is", &got); err != nil {
		return u, err
	}
	if got.Data.ID == "" {
		return u, fmt.Errorf("ask who the account is: the answer names nobody")
	}
	b, err := json.Marshal(got.Data)
	if err != nil {
		return u, err
	}
	if err := a.env.Vault.Save(ctx, vaultMe, b); err != nil {
		return u, fmt.Errorf("note who the account is: %w", err)
	}
	return got.Data, nil
}

const (
	page     = 20 // posts are billed by the piece
	maxPages = 5
	skew     = 5 * time.Minute // that X's clock may be behind ours
)

// post is one of the account's own.
type post struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Entities struct {
		URLs []struct {
			URL      string `json:"url"`
			Expanded string `json:"expanded_url"`
			Unwound  string `json:"unwound_url"`
		} `json:"urls"`
	} `json:"entities"`
}

// Find implements network.Finder: it lists the account's posts since the message
// was made and compares words and addresses.
func (a *Account) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	m.Text = words(m)
	return a.find(ctx, m)
}

// find looks for a message whose text has its warning in it.
func (a *Account) find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	me, err := a.me(ctx, false)
	if err != nil {
		return network.Receipt{}, false, err
	}
	q := url.Values{
		"max_results": {fmt.Sprint(page)}, "tweet.fields": {"created_at,entities"},
		"start_time": {m.Created.Add(-skew).UTC().Format(time.RFC3339)},
	}
	for range maxPages {
		var got struct {
			Data []post `json:"data"`
			Meta struct {
				Next string `json:"next_token"`
			} `json:"meta"`
		}
		if err := a.send(ctx, http.MethodGet, "/2/users/"+url.PathEscape(me.ID)+"/tweets?"+q.Encode(), nil, false, "list own posts", &got); err != nil {
			return network.Receipt{}, false, err
		}
		if err := a.note(ctx, micro(len(got.Data))*costRead); err != nil {
			return network.Receipt{}, false, err
		}
		for _, p := range got.Data {
			if p.is(m) {
				return a.receipt(p.ID), true, nil
			}
		}
		if got.Meta.Next == "" {
			return network.Receipt{}, false, nil
		}
		q.Set("pagination_token", got.Meta.Next)
	}
	return network.Receipt{}, false, fmt.Errorf("list own posts: more than %d since %s", page*maxPages, m.Created.UTC().Format(time.RFC3339))
}

// is reports whether p is m: the same words, and every address of m among those
// that p leads to. X writes its own short addresses into the text.
func (p post) is(m network.Message) bool {
	words, links := apart(m.Text)
	theirs, _ := apart(html.UnescapeString(p.Text))
	if words != theirs {
		return false
	}
	var to []string
	for _, u := range p.Entities.URLs {
		to = append(to, bare(u.Expanded), bare(u.Unwound), bare(u.URL))
	}
	return !slices.ContainsFunc(links, func(l string) bool { return !slices.Contains(to, bare(l)) })
}

// apart takes the addresses out of a text and the spaces out of the rest.
func apart(text string) (words string, links []string) {
	rs := []rune(norm.NFC.String(text))
	var b strings.Builder
	from := 0
	for _, s := range addresses(rs) {
		b.WriteString(string(rs[from:s.from]))
		links = append(links, string(rs[s.from:s.to]))
		from = s.to
	}
	b.WriteString(string(rs[from:]))
	return strings.Join(strings.Fields(b.String()), ""), links
}

// bare is an address without what X may have added.
func bare(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		rest = s
	}
	return strings.TrimRight(strings.ToLower(rest), "/")
}
