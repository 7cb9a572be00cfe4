package serve

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
)

// maxRead is the most posts that are read for one feed, however few of them it
// keeps: a library may hold hundreds of thousands.
const maxRead = 5000

// choose gives the posts of a feed, newest by first publication first, at most
// want. It reads more than that where a filter throws posts away, within bounds.
func (s *Server) choose(ctx context.Context, f Feed, since time.Time, want int) ([]feeds.Post, error) {
	narrow := f.Keep != nil || len(f.Tags)+len(f.By)+len(f.Languages) > 0
	limit := want + want/8 + 8 // some are private or duplicates
	if narrow {
		limit = want * 4
	}
	if f.Kind == kindUpdates { // an old post may have a new update
		limit = max(limit, 500)
	}
	for {
		limit = min(limit, maxRead)
		posts, err := s.c.Library.Posts(ctx, feeds.Query{Sources: f.Sources, Since: since, Limit: limit})
		if err != nil {
			return nil, fmt.Errorf("read posts of feed %s: %w", f.Name, err)
		}
		all := len(posts) < limit || limit == maxRead
		kept := f.choose(posts)
		if len(kept) >= want || all {
			return kept[:min(want, len(kept))], nil
		}
		limit *= 4
	}
}

// choose keeps the posts that belong in the feed, one of each.
func (f *Feed) choose(posts []feeds.Post) []feeds.Post {
	kept := make([]feeds.Post, 0, len(posts))
	for _, p := range posts {
		if !p.Private && f.has(&p) && (f.Keep == nil || f.Keep(p)) {
			kept = append(kept, p)
		}
	}
	// Oldest first, so that of two the one stays that was there before.
	slices.SortStableFunc(kept, func(a, b feeds.Post) int {
		if c := a.Published.Compare(b.Published); c != 0 {
			return c
		}
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	links := map[string]string{} // canonical link: source
	bodies := map[uint64]bool{}
	once := kept[:0]
	for _, p := range kept {
		if l := canonicalLink(p.Link); l != "" {
			if first, ok := links[l]; ok && first != p.Source {
				continue // read from another source already
			}
			links[l] = p.Source
		}
		// A re-run has another id, date and often another link.
		if len(p.Content) >= 200 {
			h := fnv.New64a()
			h.Write([]byte(p.Source + "\x00" + p.Title + "\x00" + p.Content))
			if bodies[h.Sum64()] {
				continue
			}
			bodies[h.Sum64()] = true
		}
		once = append(once, p)
	}
	slices.Reverse(once)
	if f.Kind == kindUpdates {
		slices.SortStableFunc(once, func(a, b feeds.Post) int { return news(&b).Compare(news(&a)) })
	}
	return once
}

// news is when a post was last worth telling.
func news(p *feeds.Post) time.Time {
	if p.Revision > 0 && p.Updated.After(p.Published) {
		return p.Updated
	}
	return p.Published
}

func (f *Feed) has(p *feeds.Post) bool {
	if len(f.Tags) > 0 && !slices.ContainsFunc(p.Tags, func(t string) bool { return containsFold(f.Tags, t) }) {
		return false
	}
	if len(f.By) > 0 && !slices.ContainsFunc(p.Authors, func(a feeds.Author) bool { return containsFold(f.By, a.Name) }) {
		return false
	}
	return len(f.Languages) == 0 || slices.ContainsFunc(f.Languages, func(l string) bool { return sameLanguage(l, p.Language) })
}

func containsFold(list []string, s string) bool {
	s = strings.TrimSpace(s)
	return slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(strings.TrimSpace(l), s) })
}

// sameLanguage is basic filtering, RFC 4647 section 3.3.1: "pt" matches "pt-BR".
func sameLanguage(want, have string) bool {
	want, have = strings.ReplaceAll(want, "_", "-"), strings.ReplaceAll(have, "_", "-")
	if len(have) < len(want) || !strings.EqualFold(have[:len(want)], want) {
		return false
	}
	return len(have) == len(want) || have[len(want)] == '-'
}

// canonicalLink is what two links to the same page have in common: without
// scheme, "www.", fragment, tracking parameters and slash at the end.
func canonicalLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	out := host + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery == "" {
		return out
	}
	q := u.Query()
	for k := range q {
		if strings.HasPrefix(strings.ToLower(k), "utm_") || k == "fbclid" || k == "gclid" || k == "mc_cid" || k == "mc_eid" {
			q.Del(k)
		}
	}
	if len(q) > 0 {
		out += "?" + q.Encode()
	}
	return out
}
