// Package storetest holds what every store must pass: the rules that stand in
// package store, as tests. Nothing in it knows which store it tests.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Run tests the stores that open gives: each one empty, closed by the cleanup
// of its test.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, group := range []struct {
		name  string
		cases []rule
	}{
		{"Polls", polls},
		{"Commit", commits},
		{"Instead", insteads},
		{"Deliveries", deliveries},
		{"Settlements", settlements},
		{"Archive", archives},
		{"Desk", desks},
		{"Dump", dumps},
		{"Workers", workers},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					c.test(&hand{T: t, Store: open(t), ctx: t.Context(), now: start, open: open})
				})
			}
		})
	}
}

// rule is one rule of the contract.
type rule struct {
	name string
	test func(*hand)
}

// start is a time like any other.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const ttl = time.Minute

// hand does to a store what workers and operators do; what goes wrong ends the test.
type hand struct {
	*testing.T
	store.Store
	ctx  context.Context
	now  time.Time
	open func(*testing.T) store.Store
}

func (h *hand) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// same compares what came with what was to come.
func (h *hand) same(what string, got, want any) {
	h.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		h.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

func (h *hand) after(d time.Duration) { h.now = h.now.Add(d) }

func (h *hand) plan(sources ...store.Planned) {
	h.Helper()
	h.must(h.Plan(h.ctx, h.now, sources))
}

// poll leases one source.
func (h *hand) poll(source string) store.Poll {
	h.Helper()
	p, ok, err := h.ClaimPoll(h.ctx, h.now, source, ttl)
	h.must(err)
	if !ok {
		h.Fatalf("%s is leased by another", source)
	}
	return p
}

// commit ends a poll of source with o.
func (h *hand) commit(source string, o store.Outcome) store.Committed {
	h.Helper()
	return h.end(h.poll(source), o)
}

func (h *hand) end(p store.Poll, o store.Outcome) store.Committed {
	h.Helper()
	if o.Next.IsZero() {
		o.Next = h.now.Add(time.Hour)
	}
	c, err := h.Commit(h.ctx, h.now, p, o)
	h.must(err)
	return c
}

// msg makes a message of its id; the account comes before the colon: "fedi:1".
func msg(id string) store.Queued {
	account, post := "fedi", id
	for i := range id {
		if id[i] == ':' {
			account, post = id[:i], id[i+1:]
			break
		}
	}
	return store.Queued{
		Message: network.Message{
			ID: id, Account: account, Kind: "new", Verb: network.VerbPost, Text: "text of " + id,
			Source: "blog", Post: post, Created: start,
		},
		Due: start,
	}
}

// queue queues messages with a poll of blog.
func (h *hand) queue(messages ...store.Queued) {
	h.Helper()
	c := h.commit("blog", store.Outcome{Messages: messages})
	if !c.OK || len(c.Queued) != len(messages) {
		h.Fatalf("queue %d messages: %+v", len(messages), c)
	}
}

// claim leases what is to be sent now.
func (h *hand) claim(accounts ...string) ([]store.Lease, time.Time) {
	h.Helper()
	l, next, err := h.Claim(h.ctx, h.now, accounts, 100, ttl)
	h.must(err)
	return l, next
}

// lease leases one account that has something to send.
func (h *hand) lease(account string) store.Lease {
	h.Helper()
	l, next := h.claim(account)
	if len(l) != 1 {
		h.Fatalf("claim %s: %d leases, next at %s; want one lease", account, len(l), next)
	}
	return l[0]
}

// idle checks that an account has nothing to send now.
func (h *hand) idle(account string) {
	h.Helper()
	if l, _ := h.claim(account); len(l) != 0 {
		h.Fatalf("claim %s gives %s, want nothing", account, l[0].Message.ID)
	}
}

func (h *hand) attempt(l store.Lease) bool {
	h.Helper()
	ok, err := h.Attempt(h.ctx, h.now, l)
	h.must(err)
	return ok
}

func (h *hand) finish(l store.Lease, s store.Settlement) bool {
	h.Helper()
	_, ok, err := h.Finish(h.ctx, h.now, l, s)
	h.must(err)
	return ok
}

// take settles a lease and takes the next one; nil if there is none.
func (h *hand) take(l store.Lease, s store.Settlement) *store.Lease {
	h.Helper()
	s.Take = ttl
	next, ok, err := h.Finish(h.ctx, h.now, l, s)
	h.must(err)
	if !ok {
		h.Fatalf("finish %s: the lease was lost", l.Message.ID)
	}
	return next
}

// send sends the head of an account and gives its id.
func (h *hand) send(account string) string {
	h.Helper()
	l := h.lease(account)
	if !h.attempt(l) {
		h.Fatalf("attempt %s: the lease was lost", l.Message.ID)
	}
	if !h.finish(l, sent(l.Message.ID, h.now)) {
		h.Fatalf("finish %s: the lease was lost", l.Message.ID)
	}
	return l.Message.ID
}

func sent(id string, at time.Time) store.Settlement {
	return store.Settlement{Result: store.Sent, Receipt: network.Receipt{ID: "remote-" + id, URL: "https://social.example/" + id, At: at}}
}

// entry reads a message that must be known.
func (h *hand) entry(id string) store.Entry {
	h.Helper()
	e, found, err := h.Message(h.ctx, id)
	h.must(err)
	if !found {
		h.Fatalf("message %s is not known", id)
	}
	return e
}

// list gives the ids and states of messages.
func (h *hand) list(f store.Filter) []string {
	h.Helper()
	all, err := h.Messages(h.ctx, f)
	h.must(err)
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprintf("%s %s", e.Message.ID, e.State))
	}
	return out
}
