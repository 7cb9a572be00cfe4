package wordpress

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

// site is what is known of a site and where its API is.
type site struct {
	API         string `json:"api"` // root, ends in "/" or in ?rest_route=/
	Name        string `json:"name,omitzero"`
	Description string `json:"description,omitzero"`
	Home        string `json:"home,omitzero"`
	Icon        string `json:"icon,omitzero"`
	Language    string `json:"language,omitzero"`
}

// errNoAPI: what was found is no WordPress that lets itself be asked.
var errNoAPI = errors.New("no WordPress API was found")

// discover finds the API: where the site says that it is, or where it usually is.
// https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
func (s *Source) discover(ctx context.Context) (*site, error) {
	home, err := url.Parse(s.c.URL)
	if err != nil {
		return nil, errNoAPI
	}
	home.Fragment = ""
	said, language, err := s.announced(ctx)
	if err != nil {
		return nil, err
	}
	usual := *home
	usual.RawQuery = ""
	usual = *usual.JoinPath("wp-json/")
	plain := *home
	plain.RawQuery = "rest_route=/"
	failure := errNoAPI
	for _, root := range []string{said, usual.String(), plain.String()} {
		if root == "" {
			continue
		}
		site, err := s.root(ctx, root)
		if err == nil {
			site.Language = firstOf(language, s.o.Language)
			return site, nil
		}
		status, answered := errors.AsType[*fetch.StatusError](err)
		if !errors.Is(err, errNoAPI) && !answered {
			return nil, err
		}
		if answered {
			if status.Status >= 500 || status.Status == http.StatusTooManyRequests {
				return nil, err
			}
			failure = err
		}
		if root == said { // it was told where it is; what is closed there is closed
			return nil, err
		}
	}
	return nil, failure
}

// announced asks the site itself: the Link header, or the page's head.
func (s *Source) announced(ctx context.Context) (root, language string, err error) {
	if u, err := url.Parse(s.c.URL); err == nil && (strings.Contains(u.Path, "/wp-json") || u.Query().Has("rest_route")) {
		return s.c.URL, "", nil
	}
	resp, err := s.o.Client.Get(ctx, s.c.URL, s.o.Request, fetch.State{})
	if err != nil {
		return "", "", err
	}
	at, err := url.Parse(resp.URL)
	if err != nil {
		return "", "", errNoAPI
	}
	for _, line := range resp.Header.Values("Link") {
		if link := linkOf(line, relation); link != "" {
			root = link
			break
		}
	}
	z := html.NewTokenizer(bytes.NewReader(resp.Body[:min(len(resp.Body), 512<<10)]))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		switch t.DataAtom {
		case atom.Html:
			language = attribute(t, "lang")
		case atom.Link:
			if root == "" && attribute(t, "rel") == relation {
				root = attribute(t, "href")
			}
		}
		if t.DataAtom == atom.Body {
			break
		}
	}
	if root != "" {
		u, err := at.Parse(root)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return "", language, nil
		}
		root = u.String()
	}
	return root, language, nil
}

const relation = "https://api.w.org/"

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// linkOf finds the target of a relation in a Link header, RFC 8288.
func linkOf(line, rel string) string {
	for line != "" {
		open := strings.IndexByte(line, '<')
		if open < 0 {
			return ""
		}
		target, rest, ok := strings.Cut(line[open+1:], ">")
		if !ok {
			return ""
		}
		next := strings.Index(rest, ",")
		// A comma in quotes belongs to a parameter.
		for next >= 0 && strings.Count(rest[:next], `"`)%2 == 1 {
			more := strings.Index(rest[next+1:], ",")
			if more < 0 {
				next = -1
				break
			}
			next += 1 + more
		}
		params := rest
		line = ""
		if next >= 0 {
			params, line = rest[:next], rest[next+1:]
		}
		for p := range strings.SplitSeq(params, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") &&
				slices.Contains(strings.Fields(strings.Trim(strings.TrimSpace(value), `"`)), rel) {
				return target
			}
		}
	}
	return ""
}

// root asks the API what it is.
func (s *Source) root(ctx context.Context, root string) (*site, error) {
	u, err := url.Parse(root)
	if err != nil {
		return nil, errNoAPI
	}
	q := u.Query()
	q.Set("_fields", "name,description,url,home,namespaces,site_icon_url")
	u.RawQuery = query(q)
	resp, err := s.o.Client.Get(ctx, u.String(), s.o.RequestFor(s.c.URL, u.String()), fetch.State{})
	if err != nil {
		return nil, err
	}
	var index struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		URL         string          `json:"url"`
		Home        string          `json:"home"`
		Namespaces  loose[[]string] `json:"namespaces"`
		Icon        loose[string]   `json:"site_icon_url"`
	}
	if err := json.Unmarshal(trimNoise(resp.Body), &index); err != nil || !slices.Contains(index.Namespaces.v, "wp/v2") {
		return nil, fmt.Errorf("%w at %s", errNoAPI, fetch.Redact(root))
	}
	if !u.Query().Has("rest_route") && !strings.HasSuffix(root, "/") {
		root += "/"
	}
	return &site{
		API: root, Name: feeds.Text(index.Name), Description: feeds.Text(index.Description),
		Home: firstOf(index.Home, index.URL, s.c.URL), Icon: index.Icon.v,
	}, nil
}

// route is the address of a route of the API.
func (t *site) route(path string, q url.Values) (string, error) {
	u, err := url.Parse(t.API)
	if err != nil {
		return "", errNoAPI
	}
	all := u.Query()
	if all.Has("rest_route") {
		all.Set("rest_route", strings.TrimRight(all.Get("rest_route"), "/")+"/"+path)
	} else {
		u = u.JoinPath(path)
	}
	maps.Copy(all, q)
	u.RawQuery = query(all)
	return u.String(), nil
}

// query leaves "/" and "," as they are: some firewalls take %2F for an attack.
func query(q url.Values) string {
	return strings.NewReplacer("%2F", "/", "%2C", ",", "%3A", ":").Replace(q.Encode())
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// trimNoise takes off what PHP prints before the answer: a byte order mark,
// white space, warnings.
func trimNoise(body []byte) []byte {
	for i, c := range body {
		if c == '{' || c == '[' {
			return body[i:]
		}
	}
	return body
}
