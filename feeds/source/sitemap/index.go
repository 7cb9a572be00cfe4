package sitemap

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

// again asks the sitemaps of an index that has not changed.
func (s *Source) again(ctx context.Context, is *state, r *source.Reading) ([]page, error) {
	var listed []sitemap
	for _, address := range slices.Sorted(maps.Keys(is.Children)) {
		listed = append(listed, sitemap{address, is.Children[address].Modified})
	}
	return s.children(ctx, listed, is.Children, is, r)
}

// children reads those sitemaps of an index that may have changed. One that
// cannot be read is noted and tried again the next time.
//
// Of an index that is read for the first time, a sitemap that cannot be read,
// or is not because there are too many, counts as read: what it holds when it is
// read at last was there before and is not new.
func (s *Source) children(ctx context.Context, listed []sitemap, was map[string]child, is *state, r *source.Reading) ([]page, error) {
	if len(listed) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(listed, func(a, b sitemap) int { return b.modified.Compare(a.modified) })
	read := listed
	if len(read) > maxSitemaps {
		read = read[:maxSitemaps]
		r.Notes = append(r.Notes, fmt.Sprintf("of its %d sitemaps the newest %d are read", len(listed), maxSitemaps))
	}
	if first := !r.Partial; first {
		for _, m := range listed {
			is.Known[m.before()] = struct{}{}
		}
	}
	is.Children = map[string]child{}
	var (
		pages   []page
		failed  int
		failure error
	)
	for _, m := range read {
		before, known := was[m.url]
		if known && m.same(before) && !recent(m.modified, s.now()) {
			is.Children[m.url] = before
			continue
		}
		got, c, err := s.child(ctx, m, before)
		switch {
		case ctx.Err() != nil:
			return nil, err
		case err != nil:
			failed++
			failure = err
			before.Modified = time.Time{}
			is.Children[m.url] = before
			continue
		}
		is.Children[m.url] = c
		if _, silent := is.Known[m.before()]; silent {
			delete(is.Known, m.before())
			if r.Partial {
				if _, err := is.Known.fresh(got); err != nil {
					return nil, err
				}
				continue
			}
		}
		pages = append(pages, got...)
	}
	if failed == len(read) {
		return nil, failure
	}
	if failed > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d of its sitemaps cannot be read: %v", failed, failure))
	}
	return pages, nil
}

// before is the key under which it is known that a sitemap was there when the
// index was first read, and has not been read since.
func (m sitemap) before() uint64 { return xxhash.Sum64String("sitemap\x00" + m.url) }

func (m sitemap) same(c child) bool {
	return c.From != "" && !m.modified.IsZero() && m.modified.Equal(c.Modified)
}

// recent: a date without a time stands for a whole day, in which a sitemap may
// change again.
func recent(t, now time.Time) bool { return now.Sub(t) < 48*time.Hour }

func (s *Source) now() time.Time {
	if s.o.Now != nil {
		return s.o.Now()
	}
	return time.Now()
}

func (s *Source) child(ctx context.Context, m sitemap, before child) ([]page, child, error) {
	resp, err := s.o.Client.Get(ctx, m.url, s.o.RequestFor(s.c.URL, m.url), before.State)
	if err != nil {
		return nil, child{}, err
	}
	c := child{State: resp.State, Modified: m.modified}
	if resp.NotModified {
		return nil, c, nil
	}
	doc, err := parse(resp.Body, resp.URL, s.o.Timezone)
	if err != nil {
		return nil, child{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
	}
	return doc.pages, c, nil
}
