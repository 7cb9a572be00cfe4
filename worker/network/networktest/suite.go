// Package networktest is what every network must pass. A network gives a small
// fake of its service, and the suite puts faults between the account and it. It
// knows what was done to the fake only by what the fake says readers see.
//
//	func TestAccount(t *testing.T) {
//		networktest.Run(t, networktest.Suite{
//			Fake:    newFake,
//			New:     func(t *testing.T, url string, env network.Env) network.Account { … },
//			Secrets: []string{token},
//		})
//	}
package networktest

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/worker/network"
)

// Suite is a network under test.
type Suite struct {
	// Fake makes a fresh service.
	Fake func(t *testing.T) *Fake
	// New opens an account on the service at url. It is to use env as it is.
	New func(t *testing.T, url string, env network.Env) network.Account
	// Secrets that New uses; none may be in an error or a log line.
	Secrets []string
	// Tokens are parts of what the service hands out in a session; they must not be
	// told either.
	Tokens []string
	// Golden is a file under testdata that holds the requests of a post, a
	// reply, an edit and a deletion; empty: requests.golden; "-": they are not looked at.
	Golden string
	// Classes says what an answer to a post with a status means, where it differs
	// from the rules: 400, 404, 422 permanent, 401 and 403 stopped, 429 retry, 5xx unknown.
	Classes map[int]network.Class
	// Repeats: a post is idempotent (a frozen key, an id that the receiver knows), so
	// that a lost answer may be of class retry as well as unknown, and a post that is
	// sent again is seen once.
	Repeats bool
	// Message changes the messages of the suite to what the network needs; nil
	// leaves them.
	Message func(m *network.Message)
	// Probed: the account is asked who it is before each case, because it behaves by
	// what the server says.
	Probed bool
	// NoEdit: the account answers what it cannot edit.
	NoEdit bool
	// Timeout of a call; 0 is 20 s, and 2 s for a service that is not over HTTP, whose
	// silence is waited for.
	Timeout time.Duration
	// Late: the service, a real one, does what it has answered a moment later.
	Late bool
	// NoLimit: the fake does not refuse what is over the limit, because the
	// service cuts it.
	NoLimit bool
}

// Fake is a service. It must behave as the service does where the suite looks:
// limits, what is missing, what an unchanged edit is.
type Fake struct {
	// Handler is the service over HTTP. The suite serves it, with faults in between.
	Handler http.Handler
	// Writes reports whether a request makes a message visible: a post or a reply,
	// not an upload and no login.
	Writes func(r *http.Request) bool
	// Edits reports whether a request changes a message; nil if there are none.
	Edits func(r *http.Request) bool
	// Shown is what readers see now, oldest first.
	Shown func() []Shown
	// Remove takes a message away behind the account's back; nil if that cannot be.
	Remove func(id string)

	// URL of a service that is not over HTTP; Handler is nil then, and Break makes
	// the next write fail. It returns false for a fault that it does not know.
	URL   string
	Break func(f Fault) bool
}

// Shown is a message as readers see it.
type Shown struct {
	ID      string // as in the receipt
	Text    string
	ReplyTo string // id of the message that is answered
	Alts    []string
}

// Fault is what goes wrong with the next write.
type Fault struct {
	// Status is answered, with Header, in place of the service; nothing is done.
	Status int
	Header http.Header
	// Before: the request is read and the connection closed; nothing is done.
	Before bool
	// After: the service does it, and the connection is closed without an answer.
	After bool
	// Reset: the service does it, and the connection is reset.
	Reset bool
	// Hang: the service does it, and never answers.
	Hang bool
	// Bad: the service does it and a gateway answers 502 all the same.
	Bad bool
}

// Noon is the time on the clock of the suite.
var Noon = time.Date(2026, time.October, 16, 12, 0, 0, 0, time.UTC)

// Clock stands still at Noon.
func Clock() time.Time { return Noon }

// Run runs the whole suite.
func Run(t *testing.T, s Suite) {
	t.Run("golden", s.golden)
	t.Run("limit", s.limit)
	t.Run("failures", s.failures)
	t.Run("unreachable", s.unreachable)
	t.Run("lost", s.lost)
	t.Run("found", s.found)
	t.Run("edit", s.edit)
	t.Run("reply", s.reply)
	t.Run("delete", s.delete)
	t.Run("images", s.images)
	t.Run("probe", s.probe)
	t.Run("patient", s.patient)
}

// stage is one case: a fresh service, an account on it, the faults in between.
type stage struct {
	t       *testing.T
	s       Suite
	fake    *Fake
	front   *front
	account network.Account
	url     string
	env     network.Env
	log     strings.Builder
	errs    []error
}

func (s Suite) stage(t *testing.T) *stage {
	t.Helper()
	st := &stage{t: t, s: s, fake: s.Fake(t)}
	url := st.fake.URL
	st.front = &front{fake: st.fake, secrets: s.Secrets}
	if st.fake.Handler != nil {
		server := httptest.NewServer(st.front)
		st.front.release, st.front.hangs = make(chan struct{}), make(chan struct{}, 1)
		t.Cleanup(func() { close(st.front.release); server.Close() })
		url = server.URL
		st.front.url = url
	}
	now, timeout := Clock, 2*time.Second
	if st.fake.Handler != nil {
		timeout = 20 * time.Second
	}
	st.url, st.env = url, network.Env{
		Name:  "test",
		HTTP:  network.NewClient(network.ClientOptions{UserAgent: "networktest", Timeout: cmp.Or(s.Timeout, timeout), Now: now, Private: true}),
		Vault: &network.Memory{},
		Now:   now,
		Log:   slog.New(slog.NewTextHandler(&st.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	st.account = s.New(t, st.url, st.env)
	t.Cleanup(st.noSecrets)
	if s.Probed {
		if _, err := st.account.(network.Prober).Probe(t.Context()); err != nil {
			t.Fatalf("probe: %v", err)
		}
	}
	return st
}

// noSecrets holds every error and log line of the case against the secrets.
func (st *stage) noSecrets() {
	for _, secret := range slices.Concat(st.s.Secrets, st.s.Tokens) {
		for _, err := range st.errs {
			if strings.Contains(err.Error(), secret) {
				st.t.Errorf("a secret in an error: %v", err)
			}
		}
		if strings.Contains(st.log.String(), secret) {
			st.t.Errorf("a secret in the log:\n%s", st.log.String())
		}
	}
}

// message makes a message with an id and words of its own.
func (st *stage) message(id, text string) network.Message {
	m := network.Message{
		ID: id, Account: "test", Kind: "new", Verb: network.VerbPost, Text: text,
		Link: "https://blog.example.org/2026/" + id, Title: "Title of " + id, Summary: "What " + id + " is about.",
		Tags: []string{"Go"}, Language: "en", Visibility: "public",
		Source: "blog", Post: "k-" + id, Created: Noon.Add(-time.Minute), Published: Noon.Add(-time.Hour),
	}
	if st.s.Message != nil {
		st.s.Message(&m)
	}
	return st.freeze(m)
}

// freeze does what is done when a message is queued.
func (st *stage) freeze(m network.Message) network.Message {
	st.t.Helper()
	if f, ok := st.account.(network.Freezer); ok {
		frozen, err := f.Freeze(m, Noon)
		if err != nil {
			st.t.Fatalf("freeze: %v", err)
		}
		m.Frozen = frozen
	}
	return m
}

func (st *stage) post(m network.Message) (network.Receipt, error) {
	return st.note(st.account.Post(st.t.Context(), m))
}

func (st *stage) note(r network.Receipt, err error) (network.Receipt, error) {
	if err != nil {
		st.errs = append(st.errs, err)
	}
	return r, err
}

// mustPost posts m, which must work.
func (st *stage) mustPost(m network.Message) network.Receipt {
	st.t.Helper()
	r, err := st.post(m)
	if err != nil {
		st.t.Fatalf("post %s: %v", m.ID, err)
	}
	if r.ID == "" || r.At.IsZero() {
		st.t.Errorf("post %s: the receipt has no id or no time: %+v", m.ID, r)
	}
	return r
}

// shows holds what readers see against the texts that they should.
func (st *stage) shows(want ...string) {
	st.t.Helper()
	for tries := 1; ; tries++ {
		got := st.fake.Shown()
		if slices.EqualFunc(got, want, func(s Shown, text string) bool { return strings.Contains(s.Text, text) }) {
			return
		}
		if !st.s.Late || tries > 50 {
			st.t.Errorf("readers see %+v, want the %d texts %q", got, len(want), want)
			return
		}
		<-time.After(50 * time.Millisecond)
	}
}

// fault sets what goes wrong next; ok is false when the fake cannot do it.
func (st *stage) fault(f Fault) bool {
	if st.fake.Handler == nil {
		return st.fake.Break != nil && st.fake.Break(f)
	}
	st.front.set(f)
	return true
}

func (st *stage) class(err error) network.Class {
	class, _ := network.ClassOf(err)
	return class
}

func (st *stage) find(m network.Message) (network.Receipt, bool) {
	st.t.Helper()
	r, found, err := st.account.(network.Finder).Find(st.t.Context(), m)
	if err != nil {
		st.errs = append(st.errs, err)
		st.t.Fatalf("find %s: %v", m.ID, err)
	}
	return r, found
}

// cancelled is a context that is over.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
