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
	case l.Group != nil:
		key := k.stream(l.Group.Account)
		p.XGroupCreateMkStream(ctx, key, l.Group.Name, l.Group.Last)
		for _, v := range l.Group.Pending {
			p.Do(ctx, "XCLAIM", key, l.Group.Name, v.Consumer, 0, v.ID, "TIME", v.At, "RETRYCOUNT", v.Times, "FORCE", "JUSTID")
		}
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
	p.HSetNX(ctx, k.of("accounts"), v.Account, (&accountRecord{}).String())
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
	if err := toPast(ctx, im.Store); err != nil {
		return err
	}
	return im.client.Set(ctx, k.of("version"), len(migrations), 0).Err()
}
