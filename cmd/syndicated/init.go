package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

func runInit(ctx context.Context, e env, args []string) int {
	f := flags(e, "init")
	file := f.String("c", "syndicated.yaml", "settings `file` to write; - is standard output")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) == 0 {
		return wrongUse(e, "init needs the address of a site or a feed, or a folder of posts")
	}
	client := fetch.NewClient(fetch.ClientOptions{UserAgent: "syndicated/" + versionString()})
	defer client.Close()
	var sources strings.Builder
	names := map[string]bool{}
	for _, a := range rest {
		text, err := found(ctx, e, client, a, names)
		if err != nil {
			return fail(e, err)
		}
		sources.WriteString(text)
	}
	text := firstSettings(sources.String())
	if *file == "-" {
		fmt.Fprint(e.stdout, text)
		return exitOK
	}
	out, err := os.OpenFile(*file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return wrongUse(e, "%s is there already and is left as it is; name another with -c", *file)
	}
	if err != nil {
		return fail(e, err)
	}
	_, err = out.WriteString(text)
	if err := errors.Join(err, out.Close()); err != nil {
		return fail(e, err)
	}
	fmt.Fprintf(e.stdout, "wrote %s; look through it, then: syndicated check && syndicated run\n", *file)
	return exitOK
}

// found makes the lines of a source from an address or a folder.
func found(ctx context.Context, e env, client *fetch.Client, arg string, names map[string]bool) (string, error) {
	if !isAddress(arg) {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			return "", fmt.Errorf("%s is neither an address (http://…, https://…) nor a folder", arg)
		}
		name := unused(filepath.Base(filepath.Clean(arg)), names)
		fmt.Fprintf(e.stderr, "%s: a folder of posts\n", arg)
		return fmt.Sprintf("  %s: {type: folder, path: %q, base_url: \"https://example.org/\"}   # base_url: where the posts can be read\n", name, arg), nil
	}
	u, err := url.Parse(arg)
	if err != nil {
		return "", fmt.Errorf("%s is no address", fetch.Redact(arg))
	}
	private := ""
	src, err := remote.New(remote.Config{URL: arg}, source.Options{Name: "init", Client: client})
	if err != nil {
		return "", err
	}
	r, err := src.Read(ctx, nil)
	if err != nil { // the operator's own word may name a private address
		if src, err = remote.New(remote.Config{URL: arg}, source.Options{Name: "init", Client: client, Request: fetch.Options{AllowPrivate: true}}); err != nil {
			return "", err
		}
		if r, err = src.Read(ctx, nil); err != nil {
			return "", err
		}
		private = ", allow_private: true"
	}
	fmt.Fprintf(e.stderr, "%s: %q, %d posts, %s\n", fetch.Redact(arg), r.Feed.Title, len(r.Feed.Posts), r.Feed.Format)
	return fmt.Sprintf("  %s: {type: feed, url: %q%s}\n", unused(u.Hostname(), names), arg, private), nil
}

// unused makes a name for the settings that was not given yet.
func unused(from string, names map[string]bool) string {
	base := strings.TrimPrefix(strings.ToLower(from), "www.")
	base, _, _ = strings.Cut(base, ".")
	base = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, base)
	if base = strings.Trim(base, "-"); base == "" {
		base = "posts"
	}
	name := base
	for i := 2; names[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	names[name] = true
	return name
}

func firstSettings(sources string) string {
	return `# Settings of syndicated. ` + "`syndicated check`" + ` tells what is wrong with them.
store: syndicated.db              # a file on this machine, or redis://…
listen: 127.0.0.1:8080            # feeds for readers
# base_url: https://feeds.example.org
admin: 127.0.0.1:8081             # dashboard, API, metrics

sources:
` + sources + `
feeds:
  all: {title: Everything, items: 50}

accounts:
  # Prints what would be shared. Take it out when a real account stands here.
  screen: {type: terminal}
  # fedi: {type: mastodon, server: https://social.example, token: "${FEDI_TOKEN}"}
  # sky:  {type: bluesky, handle: example.org, password_file: /run/secrets/sky}
  # team: {type: discord, webhook: "${HOOK}"}
`
}
