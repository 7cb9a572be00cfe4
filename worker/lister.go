package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds/source"
	"syndicated/worker/store"
)

// member is a source that a lister names.
type member struct {
	parent *Source
	source.Member
}

// memberCache holds the members of all listers by their source name. It is
// filled from the store, where the last listing is kept, so that every worker
// knows the members that any worker found.
type memberCache struct {
	mu     sync.Mutex
	byName map[string]member
}

func membersKey(lister string) string { return "members/" + lister }

// memberName is the source name of a member: the lister's and the address
// without its scheme and whatever may be secret in it. A query, where private
// feeds have their tokens, is told from others by a few letters of its hash.
func memberName(lister, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Sprintf("%s/%08x", lister, uint32(xxhash.Sum64String(address)))
	}
	name := lister + "/" + strings.TrimSuffix(u.Host+u.EscapedPath(), "/")
	if u.RawQuery != "" {
		name += fmt.Sprintf("?%08x", uint32(xxhash.Sum64String(u.RawQuery)))
	}
	return name
}

// source finds a source by name, the members of listers too. It is nil if the
// settings no longer have it.
func (w *Worker) source(ctx context.Context, name string) (*Source, error) {
	if s := w.sources[name]; s != nil {
		return s, nil
	}
	parent := w.parent(name)
	if parent == nil {
		return nil, nil
	}
	w.members.mu.Lock()
	m, ok := w.members.byName[name]
	w.members.mu.Unlock()
	if !ok {
		if err := w.loadMembers(ctx, parent); err != nil {
			return nil, err
		}
		w.members.mu.Lock()
		m, ok = w.members.byName[name]
		w.members.mu.Unlock()
	}
	if !ok {
		return nil, nil
	}
	s := *parent
	s.Name, s.Lister, s.Spread = name, nil, true
	s.Open = func() (source.Source, error) { return parent.Member(name, m.Member) }
	return &s, nil
}

func (w *Worker) parent(name string) *Source {
	for i := strings.IndexByte(name, '/'); i > 0; {
		if s := w.sources[name[:i]]; s != nil && s.Lister != nil {
			return s
		}
		j := strings.IndexByte(name[i+1:], '/')
		if j < 0 {
			return nil
		}
		i += 1 + j
	}
	return nil
}

func (w *Worker) loadMembers(ctx context.Context, parent *Source) error {
	b, err := w.Store.Load(ctx, membersKey(parent.Name))
	if err != nil {
		return fmt.Errorf("load the members of %s: %w", parent.Name, err)
	}
	var list []source.Member
	if b != nil {
		if err := json.Unmarshal(b, &list); err != nil {
			return fmt.Errorf("read the members of %s: %w", parent.Name, err)
		}
	}
	w.members.put(parent, list)
	return nil
}

// memberNames are the sources that all listers name.
func (w *Worker) memberNames(ctx context.Context) ([]string, error) {
	for _, s := range w.Sources {
		if s.Lister != nil {
			if err := w.loadMembers(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	w.members.mu.Lock()
	defer w.members.mu.Unlock()
	return slices.Sorted(maps.Keys(w.members.byName)), nil
}

func (c *memberCache) put(parent *Source, list []source.Member) (names, gone []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := make(map[string]bool, len(list))
	for _, m := range list {
		name := memberName(parent.Name, m.URL)
		if now[name] {
			continue
		}
		now[name] = true
		names = append(names, name)
		c.byName[name] = member{parent, m}
	}
	for name, m := range c.byName {
		if m.parent == parent && !now[name] {
			gone = append(gone, name)
			delete(c.byName, name)
		}
	}
	slices.Sort(gone)
	return names, gone
}

// list reads a lister and plans its members. The members are kept before they
// are planned and planned before the lister's state says that they were, so
// that a crash between the two repeats harmlessly.
func (w *Worker) list(ctx context.Context, p store.Poll, s *Source, st sourceState, now time.Time) (string, error) {
	l, err := s.Lister.List(ctx, st.Own)
	if ctx.Err() != nil {
		return "lost", context.Cause(ctx)
	}
	if err != nil {
		return w.failed(ctx, p, s, st, source.Reading{State: l.State}, err, now)
	}
	if !l.Unchanged {
		if err := w.loadMembers(ctx, s); err != nil { // to see who has left
			return "lost", err
		}
		b, err := json.Marshal(l.Members)
		if err != nil {
			return "lost", err
		}
		if err := w.Store.Save(ctx, membersKey(s.Name), b); err != nil {
			return "lost", fmt.Errorf("keep the members of %s: %w", s.Name, err)
		}
		names, gone := w.members.put(s, l.Members)
		planned := make([]store.Planned, len(names))
		every := min(s.interval(now, time.Hour), time.Duration(len(names))*10*time.Millisecond)
		for i, name := range names {
			planned[i] = store.Planned{Source: name, Next: now.Add(offset(name, every))}
		}
		if err := w.Store.Plan(ctx, now, planned); err != nil {
			return "lost", fmt.Errorf("plan the members of %s: %w", s.Name, err)
		}
		if err := w.Store.Forget(ctx, gone); err != nil {
			return "lost", fmt.Errorf("forget the lost members of %s: %w", s.Name, err)
		}
		w.Log.Info("list read", "source", s.Name, "members", len(names), "left", len(gone))
	}
	st.LastOK, st.Failures, st.Error, st.Since = now, 0, "", time.Time{}
	st.Read = true
	if l.State != nil {
		st.Own = l.State
	}
	st.Notes = either(l.Notes, st.Notes)
	w.done.add(ctx, w, store.Rescheduled{Poll: p, State: st.bytes(), Next: w.due(s, st, source.Reading{NotBefore: l.NotBefore}, now, false)})
	return "listed", nil
}
