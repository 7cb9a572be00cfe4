package config

import (
	"net"
	"net/netip"
	"strings"

	"go.yaml.in/yaml/v3"
)

// check looks at what concerns more than one key.
func (r *reader) check(s *Settings, t table) {
	node := func(names ...string) *yaml.Node {
		for _, name := range names {
			if p, ok := t.pairs[name]; ok {
				return follow(p.value)
			}
		}
		return t.at
	}
	if len(s.Sources) == 0 && !t.has("sources") {
		r.fault(t.at, "sources", "is missing", "name at least one source, as sources: {blog: {type: feed, url: https://example.org/}}")
	}
	if s.Listen != "" && s.Admin != "" && checkListen(s.Listen) == nil && checkListen(s.Admin) == nil {
		if sameAddress(s.Listen, s.Admin) {
			r.fault(node("admin", "listen"), "admin", "is the address of listen", "give it a port of its own")
		}
	}
	if s.Admin != "" && checkListen(s.Admin) == nil && !loopback(s.Admin) && s.AdminToken.IsZero() &&
		!t.has("admin_token") && !t.has("admin_token_file") {
		r.fault(node("admin"), "admin", "can be reached from elsewhere and asks for no token", "set admin_token, or listen on 127.0.0.1")
	}
	if s.BaseURL == "" && !t.has("base_url") {
		s.BaseURL = "http://localhost" // nothing is served, but documents may be written
		if s.Listen != "" && checkListen(s.Listen) == nil {
			s.BaseURL = localURL(s.Listen)
		}
	}

	sources := make(map[string]bool, len(s.Sources))
	var sourceNames, feedNames []string
	for _, one := range s.Sources {
		sources[one.Name] = true
		sourceNames = append(sourceNames, one.Name)
	}
	feeds, both := map[string]bool{}, map[string]bool{}
	for _, one := range s.Feeds {
		feeds[one.Name] = true
		both[one.Name] = one.Retired && one.MovedTo != ""
		feedNames = append(feedNames, one.Name)
	}
	for p := range r.quietly(t, "feeds") {
		r.known(p, "sources", sources, sourceNames, "source")
		if both[p.key.Value] {
			r.fault(p.key, p.path, "is retired and moved_to another address", "take one out")
		}
	}
	for p := range r.quietly(t, "accounts") {
		r.known(p, "sources", sources, sourceNames, "source")
		r.known(p, "feeds", feeds, feedNames, "feed")
	}
	if p, ok := t.pairs["defaults"]; ok {
		all, _ := r.silent(p.value, p.key, "defaults")
		for name, one := range all.pairs {
			r.known(one, "sources", sources, sourceNames, "source")
			if name == "account" {
				r.known(one, "feeds", feeds, feedNames, "feed")
			}
		}
	}
}

// silent is table without telling again what is wrong with it.
func (r *reader) silent(node, at *yaml.Node, path string) (table, bool) {
	before := len(r.faults)
	t, ok := r.table(node, at, path)
	r.faults = r.faults[:before]
	return t, ok
}

func (r *reader) quietly(t table, name string) func(yield func(pair) bool) {
	return func(yield func(pair) bool) {
		p, ok := t.pairs[name]
		if !ok {
			return
		}
		all, _ := r.silent(p.value, p.key, name)
		for _, one := range all.order {
			if !yield(all.pairs[one]) {
				return
			}
		}
	}
}

// known checks that every name in a list of an entry is there. What follows a
// "/" names a member of a list of feeds, which is not known before it is read.
func (r *reader) known(p pair, name string, there map[string]bool, all []string, what string) {
	t, ok := r.silent(p.value, p.key, p.path)
	if !ok || !t.has(name) {
		return
	}
	list := follow(t.pairs[name].value)
	items := list.Content
	if list.Kind == yaml.ScalarNode && !null(list) {
		items = []*yaml.Node{list}
	} else if list.Kind != yaml.SequenceNode {
		return
	}
	for _, n := range items {
		if n = follow(n); n.Kind != yaml.ScalarNode || null(n) {
			continue
		}
		value, err := expand(n.Value, r.env)
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(value, "/")
		if !there[value] && (what != "source" || !there[first]) {
			r.fault(n, t.pairs[name].path, "there is no "+what+" "+quote(n), meant(n.Value, all))
		}
	}
}

func sameAddress(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	if portA != portB || portA == "0" {
		return false
	}
	return hostA == hostB || anyHost(hostA) || anyHost(hostB) || loopback(a) && loopback(b)
}

func anyHost(h string) bool {
	ip, err := netip.ParseAddr(h)
	return h == "" || err == nil && ip.IsUnspecified()
}

func loopback(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// localURL is the URL of a listening address, as this machine sees it.
func localURL(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	if anyHost(host) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
