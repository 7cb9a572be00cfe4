package wordpress

import (
	"context"
	"fmt"

	"syndicated/feeds/source"
)

// removed gives all posts of the site when fewer are listed than must be.
func (s *Source) removed(ctx context.Context, was state, is *state, l *list, r *source.Reading) ([]post, error) {
	if l.total == 0 { // it does not say
		return nil, nil
	}
	if !was.Whole || l.total >= was.Total+l.fresh {
		is.Total, is.Doubt = l.total, 0
		is.Whole = was.Whole && is.Total <= maxWhole
		return nil, nil
	}
	all, note, err := s.whole(ctx, was, l.total)
	if err != nil {
		return nil, err
	}
	if note != "" {
		if was.Doubt != l.total {
			r.Notes = append(r.Notes, note)
		}
		is.Doubt = l.total
		return nil, nil
	}
	is.Total, is.Doubt = l.total, 0
	r.Partial, r.Feed.Complete = false, true
	return all, nil
}

// whole lists all posts, because there are fewer than there were. What is not
// among them was trashed, deleted or made private. A site that lists less than
// half of what it did is more likely broken than tidied; it is asked again.
func (s *Source) whole(ctx context.Context, was state, total int) ([]post, string, error) {
	if total*2 < was.Total {
		return nil, fmt.Sprintf("the site lists %d posts and listed %d; nothing is taken for removed", total, was.Total), nil
	}
	l := list{order: "date", pages: maxWhole/perPage + 1}
	all, err := s.pages(ctx, was.Site, &l)
	if err != nil {
		return nil, "", err
	}
	if len(all) != total {
		return nil, fmt.Sprintf("the site says that it has %d posts and lists %d; nothing is taken for removed", total, len(all)), nil
	}
	return all, "", nil
}
