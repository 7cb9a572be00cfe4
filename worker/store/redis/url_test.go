package redis_test

import (
	"strings"
	"testing"

	"syndicated/worker/store/redis"
)

func TestURLFaults(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"http://localhost", "http:// is none of redis, rediss"},
		{"redis://", "without a host"},
		{"redis://:s3cret%zz@localhost", "not a URL"},
		{"redis://:s3cret/@localhost", "not a URL"},
		{"redis+cluster://localhost?replicas=1", "replicas cannot be waited for"},
		{"redis://localhost/seven", `database "seven" is no number`},
		{"redis://a,b", "several hosts"},
		{"redis://localhost?worksapce=x", `option "worksapce" is none of`},
		{"redis://localhost?timeout=fast", `timeout="fast" is not what it should be`},
		{"redis://localhost?ca=/x", "ca without TLS"},
		{"rediss://localhost?ca=/nowhere/ca.pem", "read the certificates of ca"},
		{"rediss://localhost?cert=/nowhere/c.pem", "read cert and key"},
		{"redis://localhost?tls=maybe", "tls is true or false"},
		{"redis+cluster://localhost/3", "database 0 only"},
		{"redis+sentinel://localhost", "master's name"},
		{"unix://", "path of a socket"},
		{"redis://localhost?workspace=a{b}", `workspace "a{b}"`},
		{"redis://localhost?workspace=" + strings.Repeat("x", 65), "64 at most"},
	} {
		_, err := redis.Open(t.Context(), redis.Config{URL: c.url})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want …%s…", c.url, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the password: %v", c.url, err)
		}
	}
}

func TestURLForms(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"redis://localhost", "redis localhost:6379 db 0"},
		{"redis://user:pass@localhost:7000/5?workspace=w", "redis localhost:7000 db 5 user user workspace w"},
		{"rediss://localhost", "redis localhost:6379 db 0 tls"},
		{"redis://localhost?tls=true&server_name=x", "redis localhost:6379 db 0 tls"},
		{"redis://[::1]:7000", "redis [::1]:7000 db 0"},
		{"unix:///run/redis.sock?db=2", "redis /run/redis.sock db 2"},
		{"redis+sentinel://a,b:1/main/4?sentinel_password=p", "sentinel a:26379 b:1 db 4 master main"},
		{"rediss+sentinel://a/main", "sentinel a:26379 db 0 tls master main"},
		{"redis+cluster://a:1,b", "cluster a:1 b:6379 db 0"},
		{"rediss+cluster://a", "cluster a:6379 db 0 tls"},
	} {
		got, err := redis.DescribeURL(c.url)
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.url, got, err, c.want)
		}
	}
}
