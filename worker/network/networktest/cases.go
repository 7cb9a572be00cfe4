package networktest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"syndicated/worker/network"
)

// limit: as long as Manner allows is taken, one more is refused for good.
func (s Suite) limit(t *testing.T) {
	manner := s.stage(t).account.Manner()
	if manner.Max == 0 {
		t.Skip("the network has no limit")
	}
	count := manner.Count
	if count == nil {
		count = func(text string) int { return len([]rune(text)) }
	}
	full := ""
	for words := strings.Repeat("word ", manner.Max/5+1); ; words = words[:len(words)-1] {
		full = words + "."
		if count(full) <= manner.Max {
			break
		}
	}
	if n := count(full); n != manner.Max {
		t.Fatalf("a text of plain letters counts %d, never %d", n, manner.Max)
	}
	st := s.stage(t)
	m := st.message("full", full)
	m.Media, m.Link, m.Title = nil, "", ""
	st.mustPost(st.freeze(m))
	if s.NoLimit {
		return
	}
	st = s.stage(t)
	m = st.message("over", full+"x")
	m.Link, m.Title = "", ""
	if _, err := st.post(st.freeze(m)); err == nil || st.class(err) != network.ClassPermanent {
		t.Errorf("one over the limit: got %v, want a permanent failure", err)
	}
	st.shows()
}

func (s Suite) want(status int) network.Class {
	if c, ok := s.Classes[status]; ok {
		return c
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return network.ClassStopped
	case status == http.StatusTooManyRequests:
		return network.ClassRetry
	case status >= 500:
		return network.ClassUnknown
	}
	return network.ClassPermanent
}

// allowed reports whether a class is right for an answer that was lost or is
// as good as lost.
func (s Suite) doubtful(c network.Class) bool {
	return c == network.ClassUnknown || s.Repeats && c == network.ClassRetry
}

// failures: every answer means what it should, nothing is seen, and the message
// can be sent afterwards.
func (s Suite) failures(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 422, 429, 500, 502, 503, 504} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			st := s.stage(t)
			m := st.message("m1", "first words")
			f := Fault{Status: status}
			if status == http.StatusTooManyRequests {
				f.Header = http.Header{"Retry-After": {"42"}}
			}
			if !st.fault(f) {
				t.Skip("the fake has no such fault")
			}
			_, err := st.post(m)
			if err == nil {
				t.Fatal("no error")
			}
			class, at := network.ClassOf(err)
			if want := s.want(status); class != want && (want != network.ClassUnknown || !s.doubtful(class)) {
				t.Errorf("class %s, want %s: %v", class, want, err)
			}
			if status == http.StatusTooManyRequests && !at.Equal(Noon.Add(42*time.Second)) {
				t.Errorf("try again at %v, want in 42 s: %v", at, err)
			}
			st.shows()
			if class != network.ClassStopped && status != http.StatusTooManyRequests {
				st.mustPost(m)
				st.shows("first words")
			}
		})
	}
}

// unreachable: what was never sent is to be tried again.
func (s Suite) unreachable(t *testing.T) {
	t.Run("cancelled", func(t *testing.T) {
		st := s.stage(t)
		_, err := st.note(st.account.Post(cancelled(), st.message("m1", "words")))
		if err == nil || st.class(err) != network.ClassRetry {
			t.Errorf("got %v, want an error of class retry", err)
		}
		st.shows()
	})
	t.Run("dial", func(t *testing.T) {
		st := s.stage(t)
		if st.fake.Handler == nil {
			t.Skip("not over HTTP")
		}
		a := s.New(t, "http://127.0.0.1:1", network.Env{Name: "test", Now: Clock})
		_, err := st.note(a.Post(t.Context(), st.message("m1", "words")))
		if err == nil || st.class(err) != network.ClassRetry {
			t.Errorf("got %v, want an error of class retry", err)
		}
	})
}

// lost: an answer that never came. One request is made; who can be asked knows
// whether the message is there; it is seen once in the end.
func (s Suite) lost(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		there bool
	}{
		{"before", Fault{Before: true}, false},
		{"after", Fault{After: true}, true},
		{"reset", Fault{Reset: true}, true},
		{"hang", Fault{Hang: true}, true},
		{"502 though done", Fault{Bad: true}, true},
	} {
		for _, verb := range []network.Verb{network.VerbPost, network.VerbReply} {
			t.Run(c.name+" "+string(verb), func(t *testing.T) {
				st := s.stage(t)
				// Others that look alike must not be taken for it.
				root := st.mustPost(st.message("m0", "words"))
				m := st.message("m1", "words and more")
				m.Verb = verb
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				send := func() (network.Receipt, error) { return st.note(st.account.Post(ctx, m)) }
				if verb == network.VerbReply {
					r, ok := st.account.(network.Replier)
					if !ok {
						t.Skip("no replies there")
					}
					m.Kind, m.Of = "update", "m0"
					send = func() (network.Receipt, error) { return st.note(r.Reply(ctx, root, m)) }
				}
				m = st.freeze(m)
				st.front.count()
				if !st.fault(c.fault) {
					t.Skip("the fake has no such fault")
				}
				if c.fault.Hang && st.fake.Handler != nil {
					go func() { // whoever waits loses patience
						select {
						case <-st.front.hangs:
							cancel()
						case <-ctx.Done():
						}
					}()
				}
				if _, err := send(); err == nil || !s.doubtful(st.class(err)) {
					t.Fatalf("got %v of class %s, want it to be in doubt", err, st.class(err))
				}
				ctx = t.Context()
				if n := st.front.count(); st.fake.Handler != nil && n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
				want := []string{"words"}
				if c.there {
					want = append(want, "words and more")
				}
				st.shows(want...)
				switch _, asks := st.account.(network.Finder); {
				case asks:
					r, found := st.find(m)
					if found != c.there {
						t.Fatalf("found: %v, want %v", found, c.there)
					}
					if shown := st.fake.Shown(); found && r.ID != shown[len(shown)-1].ID {
						t.Errorf("found %s, want %s", r.ID, shown[len(shown)-1].ID)
					}
					if found {
						break
					}
					fallthrough
				case s.Repeats:
					if _, err := send(); err != nil {
						t.Fatalf("again: %v", err)
					}
				default:
					return
				}
				st.shows("words", "words and more")
			})
		}
	}
}

// found: a message whose note that it was sent was lost is found, however often it
// is asked for, by the same account and by another process.
func (s Suite) found(t *testing.T) {
	st := s.stage(t)
	if _, ok := st.account.(network.Finder); !ok {
		t.Skip("it cannot be asked")
	}
	st.mustPost(st.message("m0", "words"))
	m := st.message("m1", "words and more")
	was := st.mustPost(m)
	look := func(who string) {
		t.Helper()
		for range 2 {
			if r, found := st.find(m); !found || r.ID != was.ID {
				t.Errorf("%s found %v, %q; want %q", who, found, r.ID, was.ID)
			}
		}
	}
	look("the same account")
	st.account = s.New(t, st.url, st.env)
	if p, ok := st.account.(network.Prober); ok && s.Probed {
		if _, err := p.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look("another process")
}

// edit: what stands is changed; the same edit twice is well; what is gone is missing.
func (s Suite) edit(t *testing.T) {
	st := s.stage(t)
	e, ok := st.account.(network.Editor)
	if !ok || s.NoEdit {
		t.Skip("no edits there")
	}
	edit := func(was network.Receipt, id, text string) (network.Receipt, error) {
		m := st.message(id, text)
		m.Kind, m.Verb, m.Of = "update", network.VerbEdit, "m1"
		return st.note(e.Edit(t.Context(), was, st.freeze(m)))
	}
	was := st.mustPost(st.message("m1", "first words"))
	now, err := edit(was, "m2", "second words")
	if err != nil {
		t.Fatalf("edit: %v", err)
	}
	st.shows("second words")
	for range 2 {
		if now, err = edit(now, "m2", "second words"); err != nil {
			t.Fatalf("the same edit again: %v", err)
		}
	}
	st.shows("second words")
	if st.fake.Edits != nil && st.fault(Fault{After: true}) {
		if _, err := edit(now, "m3", "third words"); err == nil {
			t.Error("no error though the answer was lost")
		}
		if now, err = edit(now, "m3", "third words"); err != nil {
			t.Fatalf("an edit again whose answer was lost: %v", err)
		}
		st.shows("third words")
	}
	if st.fake.Remove == nil {
		return
	}
	st.fake.Remove(was.ID)
	if _, err := edit(now, "m4", "fourth words"); !errors.Is(err, network.ErrMissing) {
		t.Errorf("edit of what is gone: got %v, want ErrMissing", err)
	}
	st.shows()
}

// reply: readers see an answer to the message.
func (s Suite) reply(t *testing.T) {
	st := s.stage(t)
	r, ok := st.account.(network.Replier)
	if !ok {
		t.Skip("no replies there")
	}
	was := st.mustPost(st.message("m1", "first words"))
	m := st.message("m2", "second words")
	m.Kind, m.Verb, m.Of = "update", network.VerbReply, "m1"
	if _, err := st.note(r.Reply(t.Context(), was, st.freeze(m))); err != nil {
		t.Fatalf("reply: %v", err)
	}
	st.shows("first words", "second words")
	if shown := st.fake.Shown(); len(shown) == 2 && shown[1].ReplyTo != was.ID {
		t.Errorf("it answers %q, want %q", shown[1].ReplyTo, was.ID)
	}
	if st.fake.Remove == nil {
		return
	}
	st.fake.Remove(was.ID)
	m = st.message("m3", "third words")
	m.Kind, m.Verb, m.Of = "update", network.VerbReply, "m1"
	if _, err := st.note(r.Reply(t.Context(), was, st.freeze(m))); err != nil && !errors.Is(err, network.ErrMissing) {
		t.Errorf("reply to what is gone: got %v, want none or ErrMissing", err)
	}
}

// delete: what is taken back is gone, and what is gone can be taken back.
func (s Suite) delete(t *testing.T) {
	st := s.stage(t)
	d, ok := st.account.(network.Deleter)
	if !ok {
		t.Skip("no deletion there")
	}
	was := st.mustPost(st.message("m1", "first words"))
	st.mustPost(st.message("m2", "second words"))
	for _, what := range []string{"delete", "delete again"} {
		if err := d.Delete(t.Context(), was); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		st.shows("second words")
	}
}

// probe: it tells who the account is and posts nothing; a refused token stops.
func (s Suite) probe(t *testing.T) {
	st := s.stage(t)
	p, ok := st.account.(network.Prober)
	if !ok {
		t.Skip("it cannot be asked")
	}
	who, err := p.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if who.Name == "" {
		t.Error("the profile has no name")
	}
	st.shows()
	if st.fake.Handler == nil {
		return
	}
	for status, want := range map[int]network.Class{401: network.ClassStopped, 500: network.ClassRetry} {
		st := s.stage(t)
		st.front.setAll(&Fault{Status: status})
		_, err := st.account.(network.Prober).Probe(t.Context())
		if err == nil || st.class(err) != want {
			t.Errorf("%d: got %v of class %s, want %s", status, err, st.class(err), want)
		} else {
			st.errs = append(st.errs, err)
		}
	}
}

// patient: whichever request of a question is answered with 429, nothing more is
// asked and the error tells when to ask again.
func (s Suite) patient(t *testing.T) {
	limit := Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}}}
	for what, ask := range map[string]func(t *testing.T, a network.Account, m network.Message) error{
		"probe": func(t *testing.T, a network.Account, _ network.Message) error {
			p, ok := a.(network.Prober)
			if !ok {
				return nil
			}
			_, err := p.Probe(t.Context())
			return err
		},
		"find": func(t *testing.T, a network.Account, m network.Message) error {
			f, ok := a.(network.Finder)
			if !ok {
				return nil
			}
			_, _, err := f.Find(t.Context(), m)
			return err
		},
	} {
		for n := 0; ; n++ {
			st := s.stage(t)
			if st.fake.Handler == nil {
				t.Skip("not over HTTP")
			}
			m := st.freeze(st.message("m1", "words"))
			st.mustPost(m)
			st.front.setLate(limit, n)
			err := ask(t, st.account, m)
			beyond := st.front.beyond()
			if beyond <= 0 {
				break
			}
			if !network.Later(err) || beyond > 1 {
				t.Errorf("%s: 429 to request %d: %v, and %d more requests; want none and an error that tells when to ask again", what, n+1, err, beyond-1)
			}
		}
	}
}
