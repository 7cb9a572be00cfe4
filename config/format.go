package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// format reads a value that has a form of its own. Errors are completed to
// `"value" is no NOUN: error; do`.
type format struct {
	noun string
	do   string
	read func(r *reader, text string) (any, error)
}

// formats are the values of the tag format. The settings structs of kinds may
// use them too: "url" for an address of the web, "path" for a file or folder
// that is relative to the settings file.
func formats(name string) (format, bool) {
	switch name {
	case "schedule":
		return format{"schedule", `write cron words as "*/10 * * * *", or @every 15m, or auto`, func(_ *reader, s string) (any, error) {
			_, err := ParseSchedule(s)
			return s, err
		}}, true
	case "start":
		return format{"start", "write none, all, or a number of posts", func(_ *reader, s string) (any, error) {
			switch s {
			case "none", "0":
				return 0, nil
			case "all":
				return -1, nil
			}
			n, ok := positive(s)
			if !ok {
				return nil, errWrong
			}
			return n, nil
		}}, true
	case "timezone":
		return format{"time zone", "write it as Europe/Brussels or UTC", func(_ *reader, s string) (any, error) {
			l, err := location(s)
			if err != nil {
				return nil, errWrong
			}
			return l, nil
		}}, true
	case "language":
		return format{"language", "write it as en, pt-BR or zh-Hant", func(_ *reader, s string) (any, error) {
			if s == "" {
				return s, nil
			}
			if _, err := language.Parse(s); err != nil {
				return nil, errWrong
			}
			return s, nil
		}}, true
	case "url":
		return format{"URL of the web", "write it as https://example.org/path", func(_ *reader, s string) (any, error) {
			if s == "" {
				return s, nil
			}
			_, err := webURL(s)
			return s, err
		}}, true
	case "base_url":
		return format{"public URL", "write it as https://feeds.example.org", readBaseURL}, true
	case "proxy":
		return format{"proxy", "write it as http://proxy.example:3128 or socks5://127.0.0.1:9050", func(_ *reader, s string) (any, error) {
			u, err := url.Parse(s)
			if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
				return nil, errWrong
			}
			return s, nil
		}}, true
	case "listen":
		return format{"address to listen on", "write it as 127.0.0.1:8080 or :8080, or off", func(_ *reader, s string) (any, error) {
			return s, checkListen(s)
		}}, true
	case "store":
		return format{"store", "write the path of a file, or a URL that begins with redis://, rediss://, redis+sentinel:// or redis+cluster://", readStore}, true
	case "path":
		return format{"path", "", func(r *reader, s string) (any, error) { return r.path(s), nil }}, true
	case "rate":
		return format{"rate", "write it as 6/h, 1/10m or 50/d", func(_ *reader, s string) (any, error) { return orWrong(ParseRate(s)) }}, true
	case "quiet":
		return format{"span of the day", "write it as 22:00-07:00 Europe/Brussels", func(_ *reader, s string) (any, error) { return orWrong(ParseQuiet(s)) }}, true
	case "quota":
		return format{"quota", "write it as 500/month or 20/day", func(_ *reader, s string) (any, error) { return orWrong(ParseQuota(s)) }}, true
	case "filter":
		return format{"filter", `write a condition, as has .Tags "go"`, func(r *reader, s string) (any, error) {
			return s, r.kinds.check(r.kinds.Filter, checkFilter, s)
		}}, true
	case "template":
		return format{"template", "", func(r *reader, s string) (any, error) {
			return s, r.kinds.check(r.kinds.Template, checkTemplate, s)
		}}, true
	case "header":
		return format{"value of a header", "", func(_ *reader, s string) (any, error) {
			if strings.ContainsAny(s, "\r\n\x00") {
				return nil, errors.New("has a line end")
			}
			return s, nil
		}}, true
	}
	return format{}, false
}

// check asks own, or what comes in its place; an empty text is nothing to check.
func (Kinds) check(own, instead func(string) error, text string) error {
	if text == "" {
		return nil
	}
	if own == nil {
		own = instead
	}
	return own(text)
}

// errWrong adds nothing to the name of what is wrong.
var errWrong = errors.New("")

func orWrong[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, errWrong
	}
	return v, nil
}

func (r *reader) formatted(dst reflect.Value, k key, n *yaml.Node, text, path string) {
	f, ok := formats(k.format)
	if !ok {
		r.fault(n, path, "has a format that nobody knows: "+k.format, "this is a fault of the program")
		return
	}
	v, err := f.read(r, text)
	if err != nil {
		what := quote(n) + " is no " + f.noun
		if k.format == "header" {
			what = "is no " + f.noun
		}
		if err != errWrong && !strings.Contains(n.Value, "${") && k.format != "header" {
			what += ": " + err.Error()
		}
		r.fault(n, path, what, f.do)
		return
	}
	dst.Set(reflect.ValueOf(v).Convert(dst.Type()))
}

func readBaseURL(_ *reader, s string) (any, error) {
	u, err := webURL(s)
	switch {
	case err != nil:
		return nil, err
	case u.User != nil:
		return nil, errors.New("holds a name or a password")
	case u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "#"):
		return nil, errors.New("has something after the path")
	}
	return strings.TrimRight(s, "/"), nil
}

func checkListen(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errWrong
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("port %q is none from 0 to 65535", cut(port, 20))
	}
	if strings.ContainsAny(host, "/@ ") {
		return errWrong
	}
	return nil
}

// stores are the schemes of a store that is a server.
var stores = []string{"redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"}

func readStore(r *reader, s string) (any, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		if s == "" {
			return nil, errWrong
		}
		if s == ":memory:" { // gone with the process
			return s, nil
		}
		return r.path(s), nil
	}
	if !slices.Contains(stores, scheme) {
		return nil, errWrong
	}
	if u, err := url.Parse("redis://" + rest); err != nil && !strings.Contains(rest, ",") || err == nil && u.Host == "" && scheme != "unix" {
		return nil, errors.New("names no server")
	}
	return s, nil
}

// headerName: a token of RFC 9110 section 5.6.2.
func headerName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
