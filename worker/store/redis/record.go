package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// record is a message's record as script/record.lua writes it.
type record struct {
	id                                  string
	state                               store.State
	due, seq, attempted, tried, since   int64
	try, priority                       int
	account, source, post, receipt, why string
}

func parseRecord(id, text string) (record, error) {
	r := record{id: id}
	numbers, rest, _ := strings.Cut(text, "\n")
	state, numbers, _ := strings.Cut(numbers, " ")
	r.state = store.State(state)
	var try, priority int64
	if err := parseNumbers(numbers, &r.due, &r.seq, &try, &r.attempted, &r.tried, &r.since, &priority); err != nil {
		return r, fmt.Errorf("message %s: its record: %w", id, err)
	}
	r.try, r.priority = int(try), int(priority)
	for _, line := range []*string{&r.account, &r.source, &r.post, &r.receipt} {
		var ok bool
		if *line, rest, ok = strings.Cut(rest, "\n"); !ok {
			return r, fmt.Errorf("message %s: its record is too short", id)
		}
	}
	r.source, r.post, r.why = unescape(r.source), unescape(r.post), rest
	if r.state == "streaming" {
		r.state = store.IsSent // the commit that was cut short is not yet done again
	}
	return r, nil
}

// parseNumbers reads decimal numbers, leading zeros and all, each after a space.
func parseNumbers(text string, dest ...*int64) error {
	more := true
	for _, d := range dest {
		var word string
		var err error
		word, text, more = strings.Cut(text, " ")
		if *d, err = strconv.ParseInt(word, 10, 64); err != nil {
			return err
		}
	}
	if more {
		return fmt.Errorf("%q stands behind its numbers", text)
	}
	return nil
}

func (r *record) String() string {
	b := make([]byte, 0, 160+len(r.receipt)+len(r.why))
	b = append(b, r.state...)
	b = digits(append(b, ' '), r.due)
	b = digits(append(b, ' '), r.seq)
	for _, n := range []int64{int64(r.try), r.attempted, r.tried, r.since, int64(r.priority)} {
		b = strconv.AppendInt(append(b, ' '), n, 10)
	}
	for _, line := range []string{r.account, escape(r.source), escape(r.post), r.receipt, r.why} {
		b = append(append(b, '\n'), line...)
	}
	return string(b)
}

// digits writes a number of at most 13 digits so that its text sorts as it does.
func digits(b []byte, n int64) []byte {
	for limit := int64(1e12); limit > 1 && n < limit; limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, n, 10)
}

// member is how the message stands in queue, held and dead.
func (r *record) member() string {
	b := make([]byte, 0, len(r.account)+27+len(r.id))
	b = append(append(b, r.account...), '\n')
	return string(append(digits(digits(b, r.due), r.seq), r.id...))
}

// begin gives a message the attempt that stands in its account's record: one that
// began as the account was leased by settling the message before.
func (r *record) begin(a *accountRecord) {
	if a.leased > byTake && a.head == r.id && r.tried != a.fence {
		r.try, r.attempted, r.tried = r.try+1, a.leased, a.fence
	}
}

func (r record) over() bool { return r.state == store.IsSent || r.state == store.Dropped }

// shown is the message for the desk. body is empty where Trim took it.
func (r record) shown(body string) (store.Entry, error) {
	e := store.Entry{
		State: r.state, Try: r.try, Reason: r.why, Since: moment(r.since), Attempted: moment(r.attempted), Priority: r.priority,
		Message: network.Message{ID: r.id, Account: r.account, Source: r.source, Post: r.post},
	}
	if !r.over() {
		e.Due = moment(r.due)
	}
	if body = strings.TrimPrefix(body, "="); body != "" {
		if err := json.Unmarshal([]byte(body), &e.Message); err != nil {
			return e, fmt.Errorf("message %s: %w", r.id, err)
		}
	}
	if r.receipt != "" {
		if err := json.Unmarshal([]byte(r.receipt), &e.Receipt); err != nil {
			return e, fmt.Errorf("receipt of message %s: %w", r.id, err)
		}
	}
	return e, nil
}

func (s *Store) entry(ctx context.Context, id string) (record, bool, error) {
	text, err := s.client.HGet(ctx, s.keys.of("messages"), id).Result()
	if errors.Is(err, goredis.Nil) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, fmt.Errorf("read message %s: %w", id, err)
	}
	r, err := parseRecord(id, text)
	if err == nil {
		err = s.begun(ctx, []*record{&r})
	}
	return r, err == nil, err
}

// begun gives messages the attempts that stand in their accounts' records.
func (s *Store) begun(ctx context.Context, records []*record) error {
	waiting := map[string][]*record{}
	for _, r := range records {
		if r != nil && r.state == store.Waiting {
			waiting[r.account] = append(waiting[r.account], r)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	names := slices.Collect(maps.Keys(waiting))
	texts, err := s.client.HMGet(ctx, s.keys.of("accounts"), names...).Result()
	if err != nil {
		return err
	}
	for i, name := range names {
		text, ok := texts[i].(string)
		if !ok {
			continue
		}
		a, err := parseAccount(name, text)
		if err != nil {
			return err
		}
		for _, r := range waiting[name] {
			r.begin(&a)
		}
	}
	return nil
}

// accountRecord is an account's record as script/record.lua writes it.
type accountRecord struct {
	fence, leased, until, notBefore, sent int64
	head, stopped                         string
	rate                                  []byte
}

func parseAccount(name, text string) (accountRecord, error) {
	var a accountRecord
	parts := strings.SplitN(text, "\n", 3)
	if len(parts) != 3 {
		return a, fmt.Errorf("account %s: its record has %d lines", name, len(parts))
	}
	numbers, rate := parts[0], "-"
	if i := strings.LastIndexByte(numbers, ' '); i >= 0 {
		numbers, rate = numbers[:i], numbers[i+1:]
	}
	var why int64
	if err := parseNumbers(numbers, &a.fence, &a.leased, &a.until, &a.notBefore, &a.sent, &why); err != nil {
		return a, fmt.Errorf("account %s: its record: %w", name, err)
	}
	if why < 0 || why > int64(len(parts[2])) {
		return a, fmt.Errorf("account %s: its record is too short", name)
	}
	a.head, a.stopped = parts[1], parts[2][:why]
	if rate != "-" {
		a.rate = []byte(parts[2][why:])
	}
	return a, nil
}

func (a *accountRecord) String() string { return a.before() + a.head + a.behind() }

// before and behind are what stands around the head.
func (a *accountRecord) before() string {
	b := make([]byte, 0, 80)
	for _, n := range []int64{a.fence, a.leased, a.until, a.notBefore, a.sent, int64(len(a.stopped))} {
		b = append(strconv.AppendInt(b, n, 10), ' ')
	}
	if a.rate == nil {
		b = append(b, '-')
	} else {
		b = strconv.AppendInt(b, int64(len(a.rate)), 10)
	}
	return string(append(b, '\n'))
}

func (a *accountRecord) behind() string { return "\n" + a.stopped + string(a.rate) }
