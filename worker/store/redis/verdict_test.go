package redis_test

import (
	"fmt"
	"strings"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// check holds what came out against what was written.
func (w *world) check() error {
	for _, account := range theAccounts {
		count, last, place := map[string]int{}, map[string]string{}, map[string]int{}
		tell := func(i int, key, text string) {
			last[key] = text
			if _, ok := place[key]; !ok {
				place[key] = i
			}
		}
		for i, s := range w.networks[account] {
			id, text, _ := strings.Cut(s, " ")
			id = strings.TrimSuffix(id, twin)
			key := strings.Split(id, "/")[1]
			count[id]++
			if strings.HasSuffix(id, "/digest") {
				for line := range strings.SplitSeq(text, ";") {
					key, text, _ := strings.Cut(line, "=")
					count[account+"/"+key+"/new"]++
					tell(i, key, text)
				}
			}
			tell(i, key, text)
		}
		for id, n := range count {
			if n > 1 {
				return fmt.Errorf("%s was sent %d times", id, n)
			}
		}
		seen := map[string]bool{}
		for _, source := range w.sources {
			before := -1
			for _, key := range w.order[source] {
				if seen[key] {
					continue // told from another source
				}
				seen[key] = true
				text, there := w.shown[source][key]
				at, told := place[key]
				if id := account + "/" + key + "/new"; w.dead[id] {
					if told {
						return fmt.Errorf("%s was refused and is out", id)
					}
					if state, err := w.state(id); err != nil || state != store.IsDead {
						return fmt.Errorf("%s was refused and is %q, %w", id, state, err)
					}
					continue
				}
				if there && (!told || last[key] != text && !strings.HasPrefix(text, "typo: ")) {
					return fmt.Errorf("%s of %s: followers of %s see %q, the post says %q", key, source, account, last[key], text)
				}
				if !there && told && last[key] != "" {
					return fmt.Errorf("%s of %s is gone, followers of %s still see %q", key, source, account, last[key])
				}
				if told && at < before {
					return fmt.Errorf("%s of %s came too early to %s", key, source, account)
				}
				if told {
					before = at
				}
			}
		}
	}
	for _, source := range w.sources {
		posts, err := w.store.Posts(w.ctx, feeds.Query{Sources: []string{source}})
		if err != nil {
			return err
		}
		got := map[string]string{}
		for _, p := range posts {
			got[p.Key] = p.Title
		}
		if fmt.Sprint(got) != fmt.Sprint(w.shown[source]) {
			return fmt.Errorf("the feed of %s shows %v, want %v", source, got, w.shown[source])
		}
		for key := range w.shown[source] {
			story, err := w.store.Story(w.ctx, "", "https://example.org/"+key)
			if err != nil || len(story) == 0 {
				return fmt.Errorf("%s has no story: %w", key, err)
			}
		}
	}
	left, err := w.store.Messages(w.ctx, store.Filter{State: store.Waiting})
	if err != nil || len(left) > 0 {
		return fmt.Errorf("%d messages are left, %w", len(left), err)
	}
	return nil
}
