package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/share"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

// site is a source whose posts the test writes.
type site struct {
	mu    sync.Mutex
	posts []feeds.Post
	err   error
	reads []time.Time
}

func (s *site) Read(context.Context, []byte) (source.Reading, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, time.Now())
	if s.err != nil {
		return source.Reading{}, s.err
	}
	return source.Reading{Feed: feeds.Feed{Title: "Site", Posts: slices.Clone(s.posts)}, State: []byte("{}")}, nil
}

func (s *site) write(id, html string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := "https://example.org/" + id
	for i := range s.posts {
		if s.posts[i].ID == id {
			s.posts[i].Content = html
			return
		}
	}
	s.posts = append([]feeds.Post{{ID: id, Link: link, Title: "Post " + id, Content: html, Published: time.Now().UTC()}}, s.posts...)
}

func (s *site) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *site) times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reads)
}

// plain is a network that can only be posted to. answer decides what becomes
// of each attempt; posted says whether it is out all the same.
type plain struct {
	mu     sync.Mutex
	manner network.Manner
	out    []network.Message
	times  []time.Time
	tries  int
	answer func(try int, m network.Message) (posted bool, err error)
}

func (p *plain) Manner() network.Manner { return p.manner }

func (p *plain) Post(_ context.Context, m network.Message) (network.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	posted, err := true, error(nil)
	if p.answer != nil {
		posted, err = p.answer(p.tries, m)
	}
	if posted {
		p.out = append(p.out, m)
		p.times = append(p.times, time.Now())
	}
	return network.Receipt{ID: m.ID, URL: "https://social.example/" + m.ID}, err
}

func (p *plain) sent() []network.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.out)
}

// full can be edited, answered and asked too.
type full struct{ plain }

func (f *full) Edit(_ context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = append(f.out, m)
	return was, nil
}

func (f *full) Reply(ctx context.Context, _ network.Receipt, m network.Message) (network.Receipt, error) {
	return f.Post(ctx, m)
}

func (f *full) Find(_ context.Context, m network.Message) (network.Receipt, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range f.out {
		if o.ID == m.ID {
			return network.Receipt{ID: m.ID}, true, nil
		}
	}
	return network.Receipt{}, false, nil
}

// answerable can be answered but not asked.
type answerable struct{ plain }

func (a *answerable) Reply(ctx context.Context, _ network.Receipt, m network.Message) (network.Receipt, error) {
	return a.Post(ctx, m)
}

var (
	_ network.Editor  = (*full)(nil)
	_ network.Replier = (*full)(nil)
	_ network.Finder  = (*full)(nil)
)

// account wraps a network with the settings' defaults.
func account(name string, n network.Account) *worker.Account {
	return &worker.Account{
		Name: name, Account: n, Review: []string{"burst"}, OnUnknown: "hold", UnknownWait: 90 * time.Second, Retries: 12,
		Compose: func(m network.Manner) (*share.Composer, error) {
			_, edits := n.(network.Editor)
			_, replies := n.(network.Replier)
			return share.New(share.Config{Account: name, Network: "test", Manner: m, CanEdit: edits, CanReply: replies})
		},
	}
}

func read(name string, s source.Source) *worker.Source {
	return &worker.Source{
		Name: name, Open: func() (source.Source, error) { return s, nil }, Archive: true,
		Schedule: worker.Schedule{Every: time.Minute}, Settle: 2 * time.Minute, SettleUpdate: 10 * time.Minute,
		MaxAge: 14 * 24 * time.Hour, Burst: 10,
	}
}

// bench is a worker that runs in a bubble of time until the test ends.
type bench struct {
	t     *testing.T
	store store.Store
	stop  func()
	mu    sync.Mutex
	told  []store.Decision
}

func open(t *testing.T, path string) store.Store {
	t.Helper()
	st, err := embedded.Open(t.Context(), embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func start(t *testing.T, st store.Store, c worker.Config) *bench {
	t.Helper()
	b := &bench{t: t, store: st}
	c.Store, c.Log = st, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	c.Tick = 5 * time.Second // the days of these tests hold many seconds
	c.Told = func(d store.Decision) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.told = append(b.told, d)
	}
	w, err := worker.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	return b
}

func (b *bench) heard(what string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.told {
		if d.What == what {
			n++
		}
	}
	return n
}

func (b *bench) reasons(what string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, d := range b.told {
		if d.What == what {
			out = append(out, d.Reason)
		}
	}
	return strings.Join(out, "\n")
}

func texts(ms []network.Message) (out []string) {
	for _, m := range ms {
		out = append(out, string(m.Verb)+" "+m.Title)
	}
	return out
}

// run makes a bubble with a worker in it.
func run(t *testing.T, c worker.Config, f func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := open(t, "")
		b := start(t, st, c)
		f(b)
		b.stop()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestFirstReadSharesNothingThenNewOnesOnceEach(t *testing.T) {
	s, a, b := &site{}, &full{}, &plain{}
	s.posts = []feeds.Post{{ID: "old", Title: "Old", Content: "old words"}}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", a), account("b", b)}}, func(x *bench) {
		time.Sleep(5 * time.Minute)
		if n := len(a.sent()) + len(b.sent()); n != 0 {
			t.Fatalf("the first read sent %d messages", n)
		}
		s.write("one", "<p>The first thing that happened.</p>")
		time.Sleep(90 * time.Second)
		if n := len(a.sent()); n != 0 {
			t.Errorf("sent %d messages before the post had settled", n)
		}
		time.Sleep(3 * time.Minute)
		s.write("two", "<p>The second thing that happened.</p>")
		time.Sleep(time.Hour)
		want := "[post Post one post Post two]"
		for name, n := range map[string]interface{ sent() []network.Message }{"a": a, "b": b} {
			if got := fmt.Sprint(texts(n.sent())); got != want {
				t.Errorf("%s got %s, want %s", name, got, want)
			}
		}
	})
}

func TestTypoSilentUpdateTold(t *testing.T) {
	const (
		first  = "<p>On Sunday we walkd along the canal from the old lock to the mill and counted eleven herons.</p>"
		second = "<p>On Sunday we walked along the canal from the old lock to the mill and counted eleven herons.</p>"
		third  = second + "<p>UPDATE (October 16 2018): The lock is closed for repairs until April, so start at the railway bridge.</p>"
	)
	s, a, b := &site{}, &full{plain: plain{manner: network.Manner{Update: network.VerbEdit}}}, &full{plain: plain{manner: network.Manner{Update: network.VerbReply}}}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", a), account("b", b)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", first)
		time.Sleep(10 * time.Minute)
		s.write("one", second)
		time.Sleep(30 * time.Minute)
		if n := len(a.sent()); n != 1 {
			t.Fatalf("a typo fix made %d messages of 1", n)
		}
		s.write("one", third)
		time.Sleep(time.Hour)
		if got, want := fmt.Sprint(texts(a.sent())), "[post Post one edit Post one]"; got != want {
			t.Errorf("a got %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(texts(b.sent())), "[post Post one reply Post one]"; got != want {
			t.Errorf("b got %s, want %s", got, want)
		}
		if text := b.sent()[1].Text; !strings.Contains(text, "closed for repairs") {
			t.Errorf("the answer does not carry the note: %q", text)
		}
	})
}

func TestCorrectionBeforeSendingReplaces(t *testing.T) {
	s, a := &site{}, &plain{}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", a)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The meeting is on Tusday in the town hall, as always.</p>")
		time.Sleep(70 * time.Second)
		s.write("one", "<p>The meeting is on Tuesday in the town hall, as always.</p>")
		time.Sleep(time.Hour)
		out := a.sent()
		if len(out) != 1 || !strings.Contains(out[0].Text, "Tuesday") {
			t.Errorf("got %v, want one message with the corrected word; reads %v; story: %+v", texts(out), s.times(), x.told)
		}
	})
}

func TestLostAnswer(t *testing.T) {
	lost := errors.New("connection reset")
	for _, c := range []struct {
		name   string
		make   func(answer func(int, network.Message) (bool, error)) (network.Account, func() []network.Message)
		posted bool // the lost attempt went through
		resend bool
		want   int
		held   int
	}{
		{"asked, it is there", asFull, true, false, 1, 0},
		{"asked, it is not there", asFull, false, false, 1, 0},
		{"cannot be asked, held", asPlain, true, false, 1, 1},
		{"cannot be asked, not out, held", asPlain, false, false, 0, 1},
		{"cannot be asked, resend", asPlain, false, true, 1, 0},
		{"repeatable", asRepeatable, false, false, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &site{}
			n, sent := c.make(func(try int, _ network.Message) (bool, error) {
				if try == 1 {
					return c.posted, network.Unknown(lost)
				}
				return true, nil
			})
			a := account("a", n)
			if c.resend {
				a.OnUnknown = "resend"
			}
			run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
				time.Sleep(2 * time.Minute)
				s.write("one", "<p>Words.</p>")
				time.Sleep(time.Hour)
				if got := len(sent()); got != c.want {
					t.Errorf("%d messages are out, want %d", got, c.want)
				}
				held, err := x.store.Messages(x.t.Context(), store.Filter{State: store.OnHold})
				if err != nil || len(held) != c.held {
					t.Errorf("%d messages are held (%v), want %d", len(held), err, c.held)
				}
			})
		})
	}
}

func asFull(answer func(int, network.Message) (bool, error)) (network.Account, func() []network.Message) {
	f := &full{plain: plain{answer: answer}}
	return f, f.sent
}

func asPlain(answer func(int, network.Message) (bool, error)) (network.Account, func() []network.Message) {
	p := &plain{answer: answer}
	return p, p.sent
}

func asRepeatable(answer func(int, network.Message) (bool, error)) (network.Account, func() []network.Message) {
	p := &plain{answer: answer, manner: network.Manner{Repeatable: true}}
	return p, p.sent
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    func() error
		fails  int // so many attempts fail
		want   int // messages out in the end
		state  store.State
		within time.Duration
	}{
		{"retried with a pause", func() error { return errors.New("connection refused") }, 3, 1, store.IsSent, time.Hour},
		{"the network says when", func() error { return network.After(errors.New("429"), time.Now().Add(7*time.Minute)) }, 2, 1, store.IsSent, time.Hour},
		{"refused for good", func() error { return network.Permanent(errors.New("422")) }, 99, 0, store.IsDead, time.Hour},
		{"given up", func() error { return errors.New("connection refused") }, 99, 0, store.IsDead, 12 * time.Hour},
		{"account stopped", func() error { return network.Stopped(errors.New("401")) }, 99, 0, store.Waiting, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &site{}
			n := &plain{}
			n.answer = func(try int, _ network.Message) (bool, error) {
				if try <= c.fails {
					return false, c.err()
				}
				return true, nil
			}
			run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
				time.Sleep(2 * time.Minute)
				s.write("one", "<p>Words.</p>")
				time.Sleep(c.within)
				if got := len(n.sent()); got != c.want {
					t.Errorf("%d messages are out, want %d", got, c.want)
				}
				in, err := x.store.Messages(x.t.Context(), store.Filter{State: c.state})
				if err != nil || len(in) != 1 {
					t.Errorf("%d messages are %s (%v), want 1", len(in), c.state, err)
				}
				if c.name == "account stopped" && n.tries != 1 {
					t.Errorf("a stopped account was tried %d times", n.tries)
				}
			})
		})
	}
}

func TestOrderAndSpacing(t *testing.T) {
	s, n := &site{}, &plain{}
	n.answer = func(try int, _ network.Message) (bool, error) {
		if try == 2 {
			return false, errors.New("connection refused") // the second must not be overtaken
		}
		return true, nil
	}
	a := account("a", n)
	a.Limits = worker.Limits{Spacing: 5 * time.Minute}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		for i := range 5 {
			s.write(fmt.Sprint(i), fmt.Sprintf("<p>Words number %d.</p>", i))
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Hour)
		if got, want := fmt.Sprint(texts(n.sent())), "[post Post 0 post Post 1 post Post 2 post Post 3 post Post 4]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		for i := 1; i < len(n.times); i++ {
			if gap := n.times[i].Sub(n.times[i-1]); gap < 5*time.Minute {
				t.Errorf("message %d came %s after the one before", i, gap)
			}
		}
	})
}

func TestFailingSourceBacksOffAndComesBack(t *testing.T) {
	s := &site{}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}}, func(x *bench) {
		time.Sleep(10 * time.Minute)
		before := len(s.times())
		if before < 9 || before > 12 {
			t.Errorf("read %d times in 10 minutes", before)
		}
		s.fail(errors.New("500"))
		time.Sleep(6 * time.Hour)
		failed := len(s.times()) - before
		if failed > 15 {
			t.Errorf("a failing source was read %d times in 6 hours", failed)
		}
		s.fail(nil)
		time.Sleep(12 * time.Hour) // back within what it had backed off to
		last := len(s.times())
		time.Sleep(10 * time.Minute)
		if again := len(s.times()) - last; again < 9 {
			t.Errorf("read %d times in 10 minutes after it worked again", again)
		}
	})
}

func TestRestartPollsNothingEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/s.db"
		s := &site{}
		src := read("site", s)
		src.Schedule.Every = time.Hour
		st := open(t, path)
		b := start(t, st, worker.Config{Sources: []*worker.Source{src}})
		time.Sleep(time.Minute)
		b.stop()
		_ = st.Close()
		reads := len(s.times())
		st = open(t, path)
		b = start(t, st, worker.Config{Sources: []*worker.Source{src}})
		time.Sleep(time.Minute)
		b.stop()
		_ = st.Close()
		if got := len(s.times()); reads != 1 || got != reads {
			t.Errorf("read %d times, then %d after a restart, want 1 and 1", reads, got)
		}
	})
}

func TestBurstIsHeld(t *testing.T) {
	s, n := &site{}, &plain{}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(90 * time.Second)
		for i := range 15 {
			s.write(fmt.Sprint(i), fmt.Sprintf("<p>Something else again, number %d of many things.</p>", i))
		}
		time.Sleep(time.Hour)
		if got := len(n.sent()); got != 0 {
			t.Errorf("%d of a burst were sent", got)
		}
		held, err := x.store.Messages(x.t.Context(), store.Filter{State: store.OnHold})
		if err != nil || len(held) != 15 {
			t.Errorf("%d are held (%v), want 15", len(held), err)
		}
		if x.heard("alert") != 1 {
			t.Errorf("%d alerts, want 1: %s", x.heard("alert"), x.reasons("alert"))
		}
	})
}

func TestExpectedSilence(t *testing.T) {
	s := &site{}
	src := read("site", s)
	src.Expect = 24 * time.Hour
	src.Schedule.Every = time.Hour
	run(t, worker.Config{Sources: []*worker.Source{src}}, func(x *bench) {
		time.Sleep(3 * 24 * time.Hour)
		if got := x.heard("alert"); got != 1 {
			t.Errorf("%d alerts of a silent source, want 1", got)
		}
		s.write("one", "<p>Words.</p>")
		time.Sleep(23 * time.Hour)
		if got := x.heard("alert"); got != 1 {
			t.Errorf("%d alerts after it spoke, want 1", got)
		}
		time.Sleep(48 * time.Hour)
		if got := x.heard("alert"); got != 2 {
			t.Errorf("%d alerts after it fell silent again, want 2", got)
		}
	})
}

func TestSamePostInTwoSourcesOnce(t *testing.T) {
	s, s2, n := &site{}, &site{}, &plain{}
	run(t, worker.Config{Sources: []*worker.Source{read("one", s), read("two", s2)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("p", "<p>Words.</p>")
		s2.write("p", "<p>Words.</p>")
		time.Sleep(time.Hour)
		if got := len(n.sent()); got != 1 {
			t.Errorf("sent %d times, want once", got)
		}
	})
}

func TestArchive(t *testing.T) {
	s := &site{}
	s.write("old", "<p>Old words.</p>")
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("new", "<p>New words.</p>")
		time.Sleep(2 * time.Minute)
		posts, err := x.store.Posts(x.t.Context(), feeds.Query{Sources: []string{"site"}})
		if err != nil || len(posts) != 2 {
			b, _ := json.Marshal(posts)
			t.Errorf("%d posts in the archive (%v), want 2: %s", len(posts), err, b)
		}
	})
}

// TestVanishedState: the store was lost; what is on the account already is not
// posted again, though start asks for the newest posts.
func TestVanishedState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n, fresh := &site{}, &full{}, &full{}
		for i := range 5 {
			s.write(fmt.Sprint(i), fmt.Sprintf("<p>Words number %d, of many.</p>", i))
		}
		src := read("site", s)
		src.Start = 3
		for life, want := range []int{3, 3} {
			st := open(t, "") // each life begins with an empty store
			accounts := []*worker.Account{account("a", n)}
			if life == 1 {
				accounts = append(accounts, account("b", fresh))
			}
			b := start(t, st, worker.Config{Sources: []*worker.Source{src}, Accounts: accounts})
			time.Sleep(time.Hour)
			b.stop()
			if got := len(n.sent()); got != want {
				t.Errorf("life %d: %d messages are out, want %d", life, got, want)
			}
			if life == 1 && (b.heard("alert") != 1 || len(fresh.sent()) != 3) {
				t.Errorf("%d alerts, want 1; a new account got %d messages, want 3", b.heard("alert"), len(fresh.sent()))
			}
			_ = st.Close()
		}
	})
}

// TestUpdateOfAHeldMessageIsHeld: a message that may be out is on hold; an
// update must not tell of its post as if nobody had heard of it.
func TestUpdateOfAHeldMessageIsHeld(t *testing.T) {
	s := &site{}
	n := &answerable{plain{manner: network.Manner{Update: network.VerbReply}}}
	n.answer = func(int, network.Message) (bool, error) { return true, network.Unknown(errors.New("502")) }
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p>")
		time.Sleep(time.Hour)
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p><p>UPDATE (October 16 2018): The lock is closed for repairs, so start at the railway bridge.</p>")
		time.Sleep(time.Hour)
		held, err := x.store.Messages(x.t.Context(), store.Filter{State: store.OnHold})
		if err != nil || len(held) != 2 || len(n.sent()) != 1 {
			t.Errorf("%d held (%v) and %d out, want 2 and 1: %s", len(held), err, len(n.sent()), x.reasons("held"))
		}
	})
}

func TestOverflowDigest(t *testing.T) {
	s, n := &site{}, &plain{}
	a := account("a", n)
	a.Limits = worker.Limits{Quota: 2, QuotaPer: "day", Overflow: "digest"}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		for i := range 2 {
			s.write(fmt.Sprint(i), fmt.Sprintf("<p>Words number %d, of some.</p>", i))
		}
		time.Sleep(time.Hour)
		for i := range 5 {
			s.write(fmt.Sprint("later", i), fmt.Sprintf("<p>Other words number %d, of some.</p>", i))
		}
		time.Sleep(12 * time.Hour)
		if got := len(n.sent()); got != 2 {
			t.Fatalf("%d messages on the first day, want the quota of 2", got)
		}
		time.Sleep(24 * time.Hour)
		out := n.sent()
		if len(out) != 3 || out[2].Kind != "digest" {
			t.Fatalf("got %v, want a digest as the third", texts(out))
		}
		for i := range 5 {
			if !strings.Contains(out[2].Text, fmt.Sprint("Post later", i)) {
				t.Errorf("the digest leaves out post %d: %q", i, out[2].Text)
			}
		}
	})
}

// TestPictureOfThePage: with media: page a post without an image gets the one
// that its page names, asked for once; a page that does not answer costs nothing.
func TestPictureOfThePage(t *testing.T) {
	s, n := &site{}, &plain{manner: network.Manner{Media: 1}}
	asked := 0
	a, b := account("a", n), account("b", &plain{manner: network.Manner{Media: 1}})
	a.Pictures, b.Pictures = true, true
	picture := func(_ context.Context, _ *worker.Source, link string) (feeds.Media, bool, error) {
		asked++
		if strings.HasSuffix(link, "/two") {
			return feeds.Media{}, false, errors.New("the page does not answer")
		}
		return feeds.Media{URL: "https://example.org/i.jpg", Alt: "a cat"}, true, nil
	}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a, b}, Picture: picture}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The first words that were ever written here.</p>")
		time.Sleep(time.Hour)
		if asked != 1 {
			t.Errorf("the page was asked %d times for two accounts, want once", asked)
		}
		s.write("two", "<p>Some other words about something else.</p>")
		time.Sleep(time.Hour)
		out := n.sent()
		if len(out) != 2 || len(out[0].Media) != 1 || out[0].Media[0].Alt != "a cat" || len(out[1].Media) != 0 {
			t.Errorf("got %+v, want an image on the first of two messages", out)
		}
	})
}

// TestSilenceOfAFailingSource: a source that fails is silent too, and that is
// said once, not at every try.
func TestSilenceOfAFailingSource(t *testing.T) {
	s := &site{}
	src := read("site", s)
	src.Expect = 24 * time.Hour
	run(t, worker.Config{Sources: []*worker.Source{src}}, func(x *bench) {
		time.Sleep(time.Hour)
		s.fail(errors.New("500"))
		time.Sleep(4 * 24 * time.Hour)
		if got := x.heard("alert"); got != 1 {
			t.Errorf("%d alerts, want 1: %s", got, x.reasons("alert"))
		}
	})
}

// TestQuotaPriority: where a quota does not reach for all that is due, new
// posts go before updates, and nothing is lost.
func TestQuotaPriority(t *testing.T) {
	s, n := &site{}, &plain{}
	src := read("site", s)
	src.SettleUpdate = 2 * time.Minute
	a := account("a", n)
	a.Limits = worker.Limits{Quota: 2, QuotaPer: "day"}
	const text = "<p>The walk along the canal starts at the old lock on Sunday, whatever the weather.</p>"
	run(t, worker.Config{Sources: []*worker.Source{src}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", text)
		time.Sleep(10 * time.Minute)
		s.write("two", "<p>Bread is baked here at night.</p>")
		time.Sleep(10 * time.Minute) // the quota of today is used up
		s.write("one", text+"<p>UPDATE (October 16 2018): The lock is closed for repairs, so start at the railway bridge.</p>")
		time.Sleep(10 * time.Minute)
		s.write("three", "<p>The library has new hours from Monday.</p>")
		s.write("four", "<p>A bench of oak stands on the square again.</p>")
		time.Sleep(24 * time.Hour)
		if got, want := fmt.Sprint(texts(n.sent())), "[post Post one post Post two post Post three post Post four]"; got != want {
			t.Errorf("the second day: got %s, want %s", got, want)
		}
		time.Sleep(24 * time.Hour)
		if out := n.sent(); len(out) != 5 || out[4].Kind != "update" {
			t.Errorf("the third day: got %s, want the update as the fifth", texts(out))
		}
	})
}

// TestDigestLeavesOutWhatWasTried: a message that was tried keeps its own body;
// in a digest it would come twice.
func TestDigestLeavesOutWhatWasTried(t *testing.T) {
	s, n := &site{}, &plain{}
	n.answer = func(try int, _ network.Message) (bool, error) {
		if try == 1 {
			return false, errors.New("connection refused")
		}
		return true, nil
	}
	a := account("a", n)
	a.Limits = worker.Limits{Spacing: time.Hour, Overflow: "digest"}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("first", "<p>The first words of all.</p>")
		time.Sleep(2*time.Minute + 50*time.Second)
		for i := range 3 {
			s.write(fmt.Sprint("later", i), fmt.Sprintf("<p>Other words number %d, of some.</p>", i))
		}
		time.Sleep(24 * time.Hour)
		seen := map[string]int{}
		for _, m := range n.sent() {
			for _, name := range []string{"first", "later0", "later1", "later2"} {
				seen[name] += min(strings.Count(m.Text, "Post "+name), 1)
			}
		}
		if fmt.Sprint(seen) != "map[first:1 later0:1 later1:1 later2:1]" {
			t.Errorf("posts were told %v times: %q", seen, texts(n.sent()))
		}
	})
}

// editable can be edited but neither answered nor asked.
type editable struct{ plain }

func (e *editable) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	r, err := e.Post(ctx, m)
	if r.ID = was.ID; err != nil {
		return network.Receipt{}, err
	}
	return r, nil
}

// TestUpdatePostedInPlaceOfAnEdit: the message to be edited was never sent, so
// the update is posted; when that answer is lost it must not be repeated as an
// edit may be.
func TestUpdatePostedInPlaceOfAnEdit(t *testing.T) {
	s, n := &site{}, &editable{plain{manner: network.Manner{Update: network.VerbEdit}}}
	refuse := false
	n.answer = func(_ int, m network.Message) (bool, error) {
		switch {
		case m.Kind == "new" && refuse:
			return false, network.Permanent(errors.New("422"))
		case m.Kind == "new":
			return false, errors.New("connection refused")
		}
		return true, network.Unknown(errors.New("502"))
	}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p>")
		time.Sleep(5 * time.Minute) // it is tried, in vain
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p><p>UPDATE (October 16 2018): The lock is closed for repairs, so start at the railway bridge.</p>")
		time.Sleep(5 * time.Minute)
		n.mu.Lock()
		refuse = true
		n.mu.Unlock()
		time.Sleep(12 * time.Hour)
		if out := n.sent(); len(out) != 1 || out[0].Kind != "update" || x.heard("held") != 1 {
			t.Errorf("%q are out and %d held, want the update once and on hold: %s", texts(out), x.heard("held"), x.reasons("held"))
		}
	})
}

// TestLostEditWaits: an edit whose answer was lost is repeated, but only when
// the lost one can no longer be at work.
func TestLostEditWaits(t *testing.T) {
	s, n := &site{}, &editable{plain{manner: network.Manner{Update: network.VerbEdit}}}
	edits := 0
	n.answer = func(_ int, m network.Message) (bool, error) {
		if m.Kind == "update" {
			if edits++; edits == 1 {
				return true, network.Unknown(errors.New("504"))
			}
		}
		return true, nil
	}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p>")
		time.Sleep(10 * time.Minute)
		s.write("one", "<p>The walk starts at the old lock on Sunday.</p><p>UPDATE (October 16 2018): The lock is closed for repairs, so start at the railway bridge.</p>")
		time.Sleep(2 * time.Hour)
		if len(n.times) != 3 || n.times[2].Sub(n.times[1]) < 90*time.Second {
			t.Errorf("got %d messages at %v, want the edit repeated after unknown_wait", len(n.times), n.times)
		}
	})
}

// TestStoryOfWhatTheCommitDid: that a message took another's place, or was left
// out because another source had the same post, stands in the story.
func TestStoryOfWhatTheCommitDid(t *testing.T) {
	s, s2, n := &site{}, &site{}, &plain{}
	run(t, worker.Config{Sources: []*worker.Source{read("one", s), read("two", s2)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("p", "<p>The meeting is on Tusday in the town hall, as always.</p>")
		time.Sleep(70 * time.Second)
		s.write("p", "<p>The meeting is on Tuesday in the town hall, as always.</p>")
		time.Sleep(10 * time.Minute)
		s2.write("p", "<p>The meeting is on Tuesday in the town hall, as always.</p>")
		time.Sleep(10 * time.Minute)
		whole := func(source string) (out string) {
			story, err := x.store.Story(x.t.Context(), source, "https://example.org/p")
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range story {
				out += d.What + ": " + d.Reason + "\n"
			}
			return out
		}
		if got := whole("one"); !strings.Contains(got, "replaced: the post was changed before its message was sent") {
			t.Errorf("the story does not tell of the replacement:\n%s", got)
		}
		if got := whole("two"); !strings.Contains(got, "silent: the same post was queued for this account from another source") || len(n.sent()) != 1 {
			t.Errorf("the story does not tell that another source had it (%d sent):\n%s", len(n.sent()), got)
		}
	})
}

// TestPostThatBecomesPrivate leaves the feeds.
func TestPostThatBecomesPrivate(t *testing.T) {
	s := &site{}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("p", "<p>Words for everybody, for now.</p>")
		time.Sleep(2 * time.Minute)
		s.mu.Lock()
		s.posts[0].Private, s.posts[0].Content = true, "<form class='post-password-form'></form>"
		s.mu.Unlock()
		time.Sleep(2 * time.Minute)
		posts, err := x.store.Posts(x.t.Context(), feeds.Query{})
		if err != nil || len(posts) != 0 {
			t.Errorf("%d posts are in the feeds (%v), want none", len(posts), err)
		}
	})
}
