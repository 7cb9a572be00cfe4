package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	parts := strings.SplitN(text, "\n", 6)
	if len(parts) != 6 {
		return r, fmt.Errorf("message %s: its record has %d lines", id, len(parts))
	}
	state, numbers, _ := strings.Cut(parts[0], " ")
	r.state = store.State(state)
	var try, priority int64
	if err := parseNumbers(numbers, &r.due, &r.seq, &try, &r.attempted, &r.tried, &r.since, &priority); err != nil {
		return r, fmt.Errorf("message %s: its record: %w", id, err)
	}
	r.try, r.priority = int(try), int(priority)
	r.account, r.source, r.post, r.receipt, r.why = parts[1], unescape(parts[2]), unescape(parts[3]), parts[4], parts[5]
	if r.state == "streaming" {
		r.state = store.IsSent // the commit that was cut short is not yet done again
	}
	return r, nil
}

// parseNumbers reads decimal numbers, leading zeros and all, between spaces.
func parseNumbers(text string, dest ...*int64) error {
	words := strings.Fields(text)
	if len(words) != len(dest) {
		return fmt.Errorf("%d numbers, want %d", len(words), len(dest))
	}
	for i, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return err
		}
		*dest[i] = n
	}
	return nil
}

func (r record) String() string {
	return fmt.Sprintf("%s %013d %013d %d %d %d %d %d\n%s\n%s\n%s\n%s\n%s", r.state, r.due, r.seq, r.try, r.attempted, r.tried, r.since, r.priority,
		r.account, escape(r.source), escape(r.post), r.receipt, r.why)
}

// member is how the message stands in queue, held and dead.
func (r record) member() string {
	return fmt.Sprintf("%s\n%013d%013d%s", r.account, r.due, r.seq, r.id)
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
	return r, err == nil, err
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

func (a accountRecord) String() string {
	rate := "-"
	if a.rate != nil {
		rate = strconv.Itoa(len(a.rate))
	}
	return fmt.Sprintf("%d %d %d %d %d %d %s\n%s\n%s%s", a.fence, a.leased, a.until, a.notBefore, a.sent, len(a.stopped), rate, a.head, a.stopped, a.rate)
}
