package redis

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// address is what a store's URL says.
type address struct {
	options   goredis.UniversalOptions
	cluster   bool
	workspace string
	replicas  int // WAIT for so many
}

// timeout of a command.
func (a address) timeout() time.Duration { return cmp.Or(a.options.ReadTimeout, 5*time.Second) }

// parseURL reads the forms that Config.URL documents. Its errors never hold the
// URL, which may carry a password.
func parseURL(text string) (address, error) {
	text, list := takeHosts(text)
	u, err := url.Parse(text)
	if err != nil || strings.Contains(u.Path, "@") {
		return address{}, errors.New("store: not a URL; write redis://host:6379/0, and /, @, ? and # of a password as %2F, %40, %3F and %23")
	}
	var a address
	o := &a.options
	kind := u.Scheme
	secure := strings.HasPrefix(kind, "rediss")
	kind = strings.TrimPrefix(strings.Replace(kind, "rediss", "redis", 1), "redis+")
	if u.User != nil {
		o.Username = u.User.Username()
		o.Password, _ = u.User.Password()
	}
	path := strings.Trim(u.Path, "/")
	switch kind {
	case "redis", "cluster":
		if list == "" {
			return address{}, fmt.Errorf("store: %s:// without a host", u.Scheme)
		}
		o.Addrs = hosts(list, "6379")
		a.cluster = kind == "cluster"
		if !a.cluster && len(o.Addrs) > 1 {
			return address{}, errors.New("store: several hosts; write redis+cluster:// or redis+sentinel://")
		}
	case "sentinel":
		o.Addrs = hosts(list, "26379")
		o.MasterName, path, _ = strings.Cut(path, "/")
		if o.MasterName == "" || list == "" {
			return address{}, errors.New("store: redis+sentinel:// needs the sentinels and the master's name: redis+sentinel://host:26379/mymaster/0")
		}
	case "unix":
		if u.Path == "" {
			return address{}, errors.New("store: unix:// without the path of a socket")
		}
		o.Addrs, path = []string{u.Path}, ""
	default:
		return address{}, fmt.Errorf("store: %s:// is none of redis, rediss, unix, redis+sentinel, redis+cluster", u.Scheme)
	}
	if path != "" {
		if o.DB, err = strconv.Atoi(path); err != nil || o.DB < 0 {
			return address{}, fmt.Errorf("store: database %q is no number", path)
		}
	}
	if a.cluster && o.DB != 0 {
		return address{}, errors.New("store: a cluster has database 0 only")
	}
	return a, a.query(u.Query(), secure)
}

// takeHosts takes the hosts out of a URL: net/url knows only one with a port.
func takeHosts(text string) (rest, list string) {
	scheme, after, ok := strings.Cut(text, "://")
	if !ok {
		return text, ""
	}
	end := strings.IndexAny(after, "/?#")
	if end < 0 {
		end = len(after)
	}
	authority, tail := after[:end], after[end:]
	user := ""
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, authority = authority[:at+1], authority[at+1:]
	}
	return scheme + "://" + user + tail, authority
}

func hosts(list, port string) []string {
	var out []string
	for h := range strings.SplitSeq(list, ",") {
		if _, _, err := net.SplitHostPort(h); err != nil {
			h = net.JoinHostPort(strings.Trim(h, "[]"), port)
		}
		out = append(out, h)
	}
	return out
}

// query reads the options behind the question mark.
func (a *address) query(q url.Values, secure bool) error {
	o := &a.options
	if q.Has("tls") {
		on, err := strconv.ParseBool(q.Get("tls"))
		if err != nil {
			return errors.New("store: tls is true or false")
		}
		secure = secure || on
	}
	if secure {
		c, err := tlsOf(q)
		if err != nil {
			return err
		}
		o.TLSConfig = c
	}
	for name := range q {
		v := q.Get(name)
		var err error
		switch name {
		case "tls", "ca", "cert", "key", "server_name", "insecure":
			if !secure {
				return fmt.Errorf("store: %s without TLS; write rediss:// or tls=true", name)
			}
		case "workspace":
			a.workspace = v
		case "db":
			o.DB, err = strconv.Atoi(v)
		case "pool":
			o.PoolSize, err = strconv.Atoi(v)
		case "timeout":
			if o.ReadTimeout, err = time.ParseDuration(v); err == nil && o.ReadTimeout < time.Millisecond {
				err = errors.New("too short")
			}
		case "sentinel_user":
			o.SentinelUsername = v
		case "sentinel_password":
			o.SentinelPassword = v
		case "client_name":
			o.ClientName = v
		case "replicas":
			a.replicas, err = strconv.Atoi(v)
		case "protocol":
			o.Protocol, err = strconv.Atoi(v)
		default:
			known := []string{"ca", "cert", "client_name", "db", "insecure", "key", "pool", "protocol", "replicas", "sentinel_password", "sentinel_user", "server_name", "timeout", "tls", "workspace"}
			return fmt.Errorf("store: option %q is none of %s", name, strings.Join(known, ", "))
		}
		if err != nil {
			return fmt.Errorf("store: option %s=%q is not what it should be", name, v)
		}
	}
	if a.cluster && o.DB != 0 {
		return errors.New("store: a cluster has database 0 only")
	}
	if a.cluster && a.replicas != 0 {
		return errors.New("store: replicas cannot be waited for in a cluster")
	}
	return nil
}

func tlsOf(q url.Values) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: q.Get("server_name")}
	if file := q.Get("ca"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("store: read the certificates of ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("store: ca: %s holds no certificate", file)
		}
	}
	if q.Get("cert") != "" || q.Get("key") != "" {
		pair, err := tls.LoadX509KeyPair(q.Get("cert"), q.Get("key"))
		if err != nil {
			return nil, fmt.Errorf("store: read cert and key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if q.Has("insecure") {
		on, err := strconv.ParseBool(q.Get("insecure"))
		if err != nil {
			return nil, errors.New("store: insecure is true or false")
		}
		c.InsecureSkipVerify = on
	}
	return c, nil
}
