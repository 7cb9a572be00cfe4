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

	"syndicated/feeds"
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
	}
	return nil
}

func (e *exporter) vault(ctx context.Context) error {
	return e.scan(ctx, e.keys.of("vault"), func(key, value string) error {
		return e.d.Write(store.Line{Value: &store.DumpValue{Key: key, Value: []byte(value)}})
	})
}

// Import implements store.Desk. The version key says that an import is under
// way until it is complete; one that was cut short is wiped by the next.
func (s *Store) Import(ctx context.Context, r io.Reader) error {
	if err := s.clear(ctx); err != nil {
		return fmt.Errorf("import into the store: %w", err)
	}
	im := &importer{Store: s, pipe: s.client.Pipeline(), waiting: map[string]bool{}}
	err := store.ReadDump(r, func(l store.Line) error { return im.take(ctx, l) })
	if err == nil {
		err = im.end(ctx)
	}
	if err != nil {
		// What was written must not be worked with; without a connection the
		// version key says so.
		if wipe := s.wipe(context.WithoutCancel(ctx)); wipe == nil {
			s.client.Set(context.WithoutCancel(ctx), s.keys.of("version"), len(migrations), 0)
		}
		return fmt.Errorf("import into the store: %w", err)
	}
	return nil
}

// clear refuses a workspace that holds something, unless it is what an import
// that was cut short has left.
func (s *Store) clear(ctx context.Context) error {
	version := s.keys.of("version")
	was, err := s.client.Get(ctx, version).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return err
	}
	if was == importing {
		return s.wipe(ctx)
	}
	n, err := s.client.Exists(ctx, s.keys.all("poll", "fences", "messages", "recent", "vault", "accounts")...).Result()
	if err != nil {
		return err
	}
	if n > 0 {
		return store.ErrNotEmpty
	}
	return s.client.Set(ctx, version, importing, 0).Err()
}

// wipe deletes all keys of the workspace but its version.
func (s *Store) wipe(ctx context.Context) error {
	wipe := func(ctx context.Context, c *goredis.Client) error {
		var cursor uint64
		for {
			found, next, err := c.Scan(ctx, cursor, globbed(s.keys.tag)+"*", chunk).Result()
			if err != nil {
				return err
			}
			for _, key := range found {
				if key == s.keys.of("version") {
					continue
				}
				if err := s.client.Unlink(ctx, key).Err(); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	}
	switch c := s.client.(type) {
	case *goredis.ClusterClient:
		return c.ForEachMaster(ctx, wipe)
	case *goredis.Client:
		return wipe(ctx, c)
	}
	return fmt.Errorf("a client of type %T", s.client)
}

func globbed(text string) string {
	return strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, "]", `\]`, `\`, `\\`).Replace(text)
}

type importer struct {
	*Store
	pipe    goredis.Pipeliner
	seq     int64
	waiting map[string]bool
}

func (im *importer) take(ctx context.Context, l store.Line) error {
	if err := im.queue(ctx, l); err != nil {
		return err
	}
	if im.pipe.Len() < chunk {
		return nil
	}
	_, err := im.pipe.Exec(ctx)
	return err
}

func (im *importer) queue(ctx context.Context, l store.Line) error {
	k, p := im.keys, im.pipe
	switch {
	case l.Source != nil:
		v := l.Source
		if v.Planned {
			p.ZAdd(ctx, k.of("poll"), goredis.Z{Score: float64(v.Next), Member: v.Source})
		}
		p.HSet(ctx, k.of("fences"), v.Source, -v.Fence)
		if v.State != nil {
			p.HSet(ctx, k.of("states"), v.Source, v.State)
		}
	case l.Memory != nil:
		p.HSet(ctx, k.memory(l.Memory.Source), l.Memory.Key, l.Memory.Record)
	case l.Post != nil:
		return im.post(ctx, l.Post)
	case l.Decision != nil:
		var d store.Decision
		if err := json.Unmarshal(l.Decision.Body, &d); err != nil {
			return err
		}
		p.RPush(ctx, k.story(d.Source), []byte(l.Decision.Body))
		p.LPush(ctx, k.of("recent"), []byte(l.Decision.Body))
		p.LTrim(ctx, k.of("recent"), 0, int64(5*im.cfg.Decisions)-1)
		p.LTrim(ctx, k.story(d.Source), -int64(im.cfg.Decisions), -1)
	case l.Name != nil:
		return im.name(ctx, l.Name)
	case l.Account != nil:
		v := l.Account
		a := accountRecord{fence: v.Fence, notBefore: v.NotBefore, sent: v.Sent, head: v.Head, stopped: v.Stopped, rate: v.Rate}
		p.HSet(ctx, k.of("accounts"), v.Account, a.String())
	case l.Message != nil:
		im.message(ctx, l.Message)
	case l.Once != nil:
		p.HSet(ctx, k.of("once"), l.Once.Account+"\n"+escape(l.Once.Once), l.Once.ID)
	case l.Entry != nil:
		args := []any{"XADD", k.stream(l.Entry.Account), l.Entry.ID}
		for _, f := range l.Entry.Fields {
			args = append(args, f)
		}
		p.Do(ctx, args...)
	case l.Value != nil:
		p.HSet(ctx, k.of("vault"), l.Value.Key, l.Value.Value)
	default:
		return errors.New("nothing that this program knows")
	}
	return nil
}

func (im *importer) post(ctx context.Context, v *store.DumpPost) error {
	var post feeds.Post
	if err := json.Unmarshal(v.Body, &post); err != nil {
		return err
	}
	body, err := store.PackPost(post)
	if err != nil {
		return err
	}
	k, p := im.keys, im.pipe
	age := float64(-post.Published.UnixMilli())
	p.HSet(ctx, k.posts(v.Source), v.Key, body)
	p.ZAdd(ctx, k.own(v.Source), goredis.Z{Score: age, Member: v.Key})
	all := goredis.Z{Score: age, Member: v.Key + "\n" + v.Source}
	if group, grouped := top(v.Source); grouped {
		p.ZAdd(ctx, k.group(group), all)
	}
	p.ZAdd(ctx, k.of("all"), all)
	p.ZAdd(ctx, k.of("shelf"), goredis.Z{Member: v.Source})
	return nil
}

func (im *importer) name(ctx context.Context, v *store.DumpName) error {
	// Words of two posts are rare and come one after the other.
	if _, err := im.pipe.Exec(ctx); err != nil {
		return err
	}
	field := string(v.Hash)
	was, err := im.client.HGet(ctx, im.keys.of("names"), field).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return err
	}
	line := escape(v.Source) + "\t" + escape(v.Post)
	_, rest, _ := strings.Cut(was, "\n")
	if rest != "" {
		rest = "\n" + rest
	}
	if !strings.Contains(rest+"\n", "\n"+line+"\n") {
		rest += "\n" + line
	}
	im.pipe.HSet(ctx, im.keys.of("names"), field, strconv.FormatInt(v.At/day, 10)+rest)
	return nil
}

func (im *importer) message(ctx context.Context, v *store.DumpMessage) {
	k, p := im.keys, im.pipe
	r := record{
		id: v.ID, state: v.State, due: min(max(v.Due, 0), 9_999_999_999_999), seq: v.Seq, try: v.Try, attempted: v.Attempted, tried: v.Tried,
		since: v.Since, priority: v.Priority, account: v.Account, source: v.Source, post: v.Post, receipt: string(v.Receipt), why: v.Reason,
	}
	im.seq = max(im.seq, v.Seq)
	p.HSetNX(ctx, k.of("accounts"), v.Account, accountRecord{}.String())
	switch v.State {
	case store.Waiting:
		im.waiting[v.Account] = true
		p.ZAdd(ctx, k.of("queue"), goredis.Z{Member: r.member()})
	case store.OnHold:
		p.ZAdd(ctx, k.of("held"), goredis.Z{Member: r.member()})
	case store.IsDead:
		p.ZAdd(ctx, k.of("dead"), goredis.Z{Member: r.member()})
	default:
		if v.Body != nil {
			p.ZAdd(ctx, k.of("over"), goredis.Z{Score: float64(v.Since), Member: fmt.Sprintf("%013d%s", v.Seq, v.ID)})
		}
	}
	if v.Body != nil {
		p.HSet(ctx, k.of("bodies"), v.ID, []byte(v.Body))
	}
	p.HSet(ctx, k.of("messages"), v.ID, r.String())
	p.Do(ctx, "EVAL", aboutScript, 1, k.of("told"), escape(v.Source)+"\n"+escape(v.Post), v.ID)
}

// aboutScript lists an id among those about its post.
const aboutScript = `local ids = redis.call('HGET', KEYS[1], ARGV[1])
if not ids then return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
if string.find('\n' .. ids .. '\n', '\n' .. ARGV[2] .. '\n', 1, true) then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], ids .. '\n' .. ARGV[2])`

func (im *importer) end(ctx context.Context) error {
	k, p := im.keys, im.pipe
	for account := range im.waiting {
		p.ZAdd(ctx, k.of("due"), goredis.Z{Member: account})
	}
	p.Set(ctx, k.of("seq"), im.seq, 0)
	p.Incr(ctx, k.of("revision"))
	if _, err := p.Exec(ctx); err != nil {
		return err
	}
	return im.client.Set(ctx, k.of("version"), len(migrations), 0).Err()
}
