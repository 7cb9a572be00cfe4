package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
)

// Export implements store.Desk. The order of reading makes it safe while work
// goes on: see store.Line.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	now, err := s.Now(ctx)
	if err != nil {
		return fmt.Errorf("export the store: %w", err)
	}
	d, err := store.NewDumper(w, now)
	if err != nil {
		return fmt.Errorf("export the store: %w", err)
	}
	e := &exporter{Store: s, d: d}
	for _, part := range []func(context.Context) error{e.sources, e.posts, e.stories, e.names, e.accounts, e.messages, e.once, e.streams, e.vault} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("export the store: %w", err)
		}
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("export the store: %w", err)
	}
	return nil
}

type exporter struct {
	*Store
	d     *store.Dumper
	known []string // sources
}

// scan calls each for every field of a hash; a field may come twice.
func (s *Store) scan(ctx context.Context, key string, each func(field, value string) error) error {
	var cursor uint64
	for {
		fields, next, err := s.client.HScan(ctx, key, cursor, "", chunk).Result()
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(fields); i += 2 {
			if err := each(fields[i], fields[i+1]); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

func (e *exporter) sources(ctx context.Context) error {
	plan, err := e.client.ZRangeWithScores(ctx, e.keys.of("poll"), 0, -1).Result()
	if err != nil {
		return err
	}
	next := make(map[string]int64, len(plan))
	fences := make(map[string]int64, len(plan))
	for _, z := range plan {
		next[z.Member.(string)] = int64(z.Score)
		fences[z.Member.(string)] = 0
	}
	err = e.scan(ctx, e.keys.of("fences"), func(source, fence string) error {
		n, err := strconv.ParseInt(fence, 10, 64)
		fences[source] = max(n, -n)
		return err
	})
	if err != nil {
		return err
	}
	for source, fence := range fences {
		e.known = append(e.known, source)
		l := store.DumpSource{Source: source, Fence: fence}
		l.Next, l.Planned = next[source], false
		if _, ok := next[source]; ok {
			l.Planned = true
		}
		state, err := e.client.HGet(ctx, e.keys.of("states"), source).Bytes()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return err
		}
		l.State = state
		if err := e.d.Write(store.Line{Source: &l}); err != nil {
			return err
		}
		memory, err := e.Memory(ctx, source)
		if err != nil {
			return err
		}
		for key, record := range memory {
			if err := e.d.Write(store.Line{Memory: &store.DumpMemory{Source: source, Key: key, Record: record}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exporter) posts(ctx context.Context) error {
	for _, source := range e.known {
		err := e.scan(ctx, e.keys.posts(source), func(key, body string) error {
			plain, err := store.UnpackPost([]byte(body))
			if err != nil {
				return fmt.Errorf("post %s of %s: %w", key, source, err)
			}
			return e.d.Write(store.Line{Post: &store.DumpPost{Source: source, Key: key, Body: plain}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) stories(ctx context.Context) error {
	for _, source := range append(e.known, "") {
		lines, err := e.client.LRange(ctx, e.keys.story(source), 0, -1).Result()
		if err != nil {
			return err
		}
		for _, line := range lines {
			var d store.Decision
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				return fmt.Errorf("decision of %s: %w", source, err)
			}
			if err := e.d.Write(store.Line{Decision: &store.DumpDecision{At: millis(d.At), Body: json.RawMessage(line)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exporter) names(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("names"), func(hash, value string) error {
		text, _, _ := strings.Cut(value, "\n")
		n, _ := strconv.ParseInt(text, 10, 64)
		for _, w := range parseNames(value) {
			if err := e.d.Write(store.Line{Name: &store.DumpName{Hash: []byte(hash), Source: w.source, Post: w.key, At: n * day}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *exporter) accounts(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("accounts"), func(name, text string) error {
		a, err := parseAccount(name, text)
		if err != nil {
			return err
		}
		l := store.DumpAccount{Account: name, Fence: a.fence, NotBefore: a.notBefore, Head: a.head, Stopped: a.stopped, Rate: a.rate, Sent: a.sent}
		return e.d.Write(store.Line{Account: &l})
	})
}

func (e *exporter) messages(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("messages"), func(id, text string) error {
		r, err := parseRecord(id, text)
		if err == nil {
			err = e.begun(ctx, []*record{&r})
		}
		if err != nil {
			return err
		}
		body, err := e.client.HGet(ctx, e.keys.of("bodies"), id).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return err
		}
		l := store.DumpMessage{
			Seq: r.seq, ID: id, Account: r.account, State: r.state, Due: r.due, Try: r.try, Attempted: r.attempted, Tried: r.tried,
			Since: r.since, Priority: r.priority, Source: r.source, Post: r.post, Reason: r.why,
		}
		if r.receipt != "" {
			l.Receipt = json.RawMessage(r.receipt)
		}
		if body = strings.TrimPrefix(body, "="); body != "" {
			l.Body = json.RawMessage(body)
		}
		return e.d.Write(store.Line{Message: &l})
	})
}

func (e *exporter) once(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("once"), func(field, id string) error {
		account, once, _ := strings.Cut(field, "\n")
		return e.d.Write(store.Line{Once: &store.DumpOnce{Account: account, Once: unescape(once), ID: id}})
	})
}

func (e *exporter) streams(ctx context.Context) error {
	accounts, err := e.client.HKeys(ctx, e.keys.of("accounts")).Result()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		// Before the entries: a group that goes on reading is then behind them.
		groups, err := e.groups(ctx, a)
		if err != nil {
			return err
		}
		from := "-"
		for {
			// Raw, since the fields' order is part of them.
			got, err := e.client.Do(ctx, "XRANGE", e.keys.stream(a), from, "+", "COUNT", chunk).Slice()
			if err != nil {
				return err
			}
			for _, v := range got {
				pair, _ := v.([]any)
				if len(pair) != 2 {
					continue
				}
				l := store.DumpEntry{Account: a}
				l.ID, _ = pair[0].(string)
				from = "(" + l.ID
				fields, _ := pair[1].([]any)
				for _, f := range fields {
					text, _ := f.(string)
					l.Fields = append(l.Fields, text)
				}
				if err := e.d.Write(store.Line{Entry: &l}); err != nil {
					return err
				}
			}
			if len(got) < chunk {
				break
			}
		}
		for _, g := range groups {
			if err := e.d.Write(store.Line{Group: &g}); err != nil {
				return err
			}
		}
	}
	return nil
}

// groups reads the consumer groups of an account's stream.
func (e *exporter) groups(ctx context.Context, account string) ([]store.DumpGroup, error) {
	key := e.keys.stream(account)
	n, err := e.client.Exists(ctx, key).Result()
	if err != nil || n == 0 {
		return nil, err
	}
	now, err := e.Now(ctx)
	if err != nil {
		return nil, err
	}
	known, err := e.client.XInfoGroups(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	var out []store.DumpGroup
	for _, k := range known {
		g := store.DumpGroup{Account: account, Name: k.Name, Last: k.LastDeliveredID}
		from := "-"
		for {
			some, err := e.client.XPendingExt(ctx, &goredis.XPendingExtArgs{Stream: key, Group: k.Name, Start: from, End: "+", Count: chunk}).Result()
			if err != nil {
				return nil, err
			}
			for _, p := range some {
				g.Pending = append(g.Pending, store.DumpPending{ID: p.ID, Consumer: p.Consumer, At: millis(now.Add(-p.Idle)), Times: p.RetryCount})
				from = "(" + p.ID
			}
			if len(some) < chunk {
				break
			}
		}
		out = append(out, g)
	}
	return out, nil
}

func (e *exporter) vault(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("vault"), func(key, value string) error {
		return e.d.Write(store.Line{Value: &store.DumpValue{Key: key, Value: []byte(value)}})
	})
}
