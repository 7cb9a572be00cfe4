package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"syndicated/worker/store"
)

// Config of a store.
type Config struct {
	// URL of the server, in one of the forms
	//
	//	redis://user:password@host:6379/0            one server; Valkey too
	//	rediss://user:password@host:6379/0           the same over TLS
	//	unix:///run/redis/redis.sock?db=0            a socket; unix://user:password@/path too
	//	redis+sentinel://user:password@host1,host2:26379/mymaster/0
	//	redis+cluster://user:password@host1:7000,host2:7000
	//	rediss+sentinel://… and rediss+cluster://…   over TLS
	//
	// with these options behind a question mark: workspace (also Workspace
	// below), db, pool (connections), timeout (of a command, 5s), tls (true),
	// ca, cert, key (files), server_name, insecure (true: no certificate is
	// checked), sentinel_user, sentinel_password, client_name, protocol (2 or
	// 3), replicas (how many must have a commit before it counts, 0; narrows
	// what a fail-over can lose).
	URL string
	// Workspace parts several installations on one server; empty is the URL's,
	// or "default".
	Workspace string
	// Posts is how many posts of a source are kept for feeds, the newest by
	// Published; 0 is 1000.
	Posts int
	// Decisions is how many are kept per source, the newest; 0 is 1000. Of all
	// together, for Recent, five times as many.
	Decisions int
	Log       *slog.Logger
}

// Store is a store.Store in Redis.
type Store struct {
	cfg      Config
	client   goredis.UniversalClient
	keys     keys
	run      *scripts
	leases   *line // attempts and finishes, which is where time counts
	others   *line // so that the server has work while the answers of these are read
	attempts many
	finishes many
	holds    holds
	clock    clock

	woken     chan struct{} // holds at most one token
	stop      context.CancelFunc
	listening sync.WaitGroup
	close     sync.Once
}

var _ store.Store = (*Store)(nil)

// Open connects, and makes or migrates the layout. It does not judge the
// server's settings: Check does.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	a, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Workspace == "" {
		cfg.Workspace = a.workspace
	}
	if cfg.Workspace == "" {
		cfg.Workspace = "default"
	}
	if cfg.Posts == 0 {
		cfg.Posts = 1000
	}
	if cfg.Decisions == 0 {
		cfg.Decisions = 1000
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	k, err := newKeys(cfg.Workspace)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	run, err := loadScripts(nil)
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg, client: connect(a), keys: k, woken: make(chan struct{}, 1)}
	s.use(run)
	if err := s.migrate(ctx, migrations); err != nil {
		s.client.Close()
		if away(err) {
			err = fmt.Errorf("%w: %w", store.ErrAway, err)
		}
		return nil, fmt.Errorf("open store in redis: %w", err)
	}
	s.leases = startLine(s.client, a.replicas, a.timeout())
	s.others = startLine(s.client, a.replicas, a.timeout())
	listen, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.listening.Go(func() { s.listen(listen) })
	return s, nil
}

// use takes the scripts into use.
func (s *Store) use(run *scripts) {
	s.run = run
	s.attempts = many{script: run.attempt, keys: s.keys.all("accounts", "messages")}
	s.finishes = many{
		script: run.finish, keys: s.keys.all("accounts", "due", "queue", "held", "dead", "past", "messages", "bodies", "recent"),
		args: []any{s.cfg.Decisions, 5 * s.cfg.Decisions, s.keys.of("wake")}, decides: true,
	}
}

// away tells whether an error says that there is no server, or none that has
// its data yet, and not that the server refuses us.
func away(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	text := err.Error()
	return errors.Is(err, io.EOF) || errors.Is(err, goredis.ErrPoolTimeout) ||
		slices.ContainsFunc([]string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}, func(s string) bool { return strings.HasPrefix(text, s) }) ||
		strings.Contains(text, "all sentinels specified in configuration are unreachable")
}

// quiet keeps the client from writing to standard error: what it has to tell
// comes as errors.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

var silence = sync.OnceFunc(func() { goredis.SetLogger(quiet{}) })

// connect makes a client that never sends a command twice by itself: after an
// error the caller decides.
func connect(a address) goredis.UniversalClient {
	silence()
	o := a.options
	o.MaxRetries = -1
	o.ContextTimeoutEnabled = true
	o.DialTimeout = 3 * time.Second
	o.ReadTimeout, o.WriteTimeout = a.timeout(), a.timeout()
	o.PoolTimeout = o.ReadTimeout
	if o.ClientName == "" {
		o.ClientName = "syndicated"
	}
	o.DialerRetries = 1
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch {
	case a.cluster:
		c := o.Cluster()
		c.MaxRetries = -1
		return goredis.NewClusterClient(c)
	case o.MasterName != "":
		return goredis.NewFailoverClient(o.Failover())
	}
	return goredis.NewClient(o.Simple())
}

// Close ends the connections.
func (s *Store) Close() error {
	s.stop()
	s.close.Do(func() {
		s.leases.stop()
		s.others.stop()
	})
	err := s.client.Close()
	s.listening.Wait()
	if errors.Is(err, goredis.ErrClosed) {
		return nil
	}
	return err
}

// due13 writes a time so that its text sorts as it does.
func due13(t time.Time) string {
	const most = 9_999_999_999_999
	var b [13]byte
	return string(digits(b[:0], min(max(millis(t), 0), most)))
}

// millis and moment turn times into what is stored and back: milliseconds
// since 1970, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func parseMillis(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(text, 64)
		return int64(f)
	}
	return n
}
