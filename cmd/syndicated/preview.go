package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

func runPreview(ctx context.Context, e env, args []string) int {
	f := flags(e, "preview")
	c := commonFlags(f)
	posts := f.Int("n", 1, "newest posts of each source")
	account := f.String("account", "", "only this `account`")
	asJSON := f.Bool("json", false, "print the messages as JSON, one a line")
	note := f.String("note", "", "preview an update with this `note` instead of a new post")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	if i := slices.IndexFunc(s.Accounts, func(a config.Account) bool { return a.Name == *account }); *account != "" && i < 0 {
		return wrongUse(e, "there is no account %q in %s", *account, c.file)
	}
	h, _, err := borrow(ctx, s, logger(e, c.logFormat, config.Log{Level: "error"}))
	if err != nil {
		return fail(e, err)
	}
	defer func() { _ = h.Close() }()
	p := preview{e: e, posts: *posts, account: *account, json: *asJSON, note: *note, only: rest}
	for _, src := range h.sources {
		if err := p.source(ctx, h, src); err != nil {
			status = exitFailed
			fmt.Fprintf(e.stderr, "syndicated: source %s: %v\n", src.Name, err)
		}
	}
	if p.shown == 0 && status == exitOK {
		fmt.Fprintln(e.stderr, "syndicated: there is nothing to preview: no post, or no account that shares it")
		return exitFailed
	}
	return status
}

// preview shows what accounts would be told.
type preview struct {
	e       env
	posts   int
	account string
	json    bool
	note    string
	only    []string // links or ids
	shown   int
}

func (p *preview) source(ctx context.Context, h *house, s *worker.Source) error {
	if s.Lister != nil {
		l, err := s.Lister.List(ctx, nil)
		if err != nil {
			return err
		}
		for _, m := range l.Members[:min(len(l.Members), 3)] {
			src, err := s.Member(s.Name, m)
			if err != nil {
				return err
			}
			r, err := src.Read(ctx, nil)
			if err != nil {
				return err
			}
			if err := p.feed(ctx, h, s, r.Feed); err != nil {
				return err
			}
		}
		return nil
	}
	src, err := s.Open()
	if err != nil {
		return err
	}
	r, err := src.Read(ctx, nil)
	if err != nil {
		return err
	}
	return p.feed(ctx, h, s, r.Feed)
}

func (p *preview) feed(ctx context.Context, h *house, s *worker.Source, f feeds.Feed) error {
	list := slices.Clone(f.Posts)
	slices.SortStableFunc(list, func(a, b feeds.Post) int { return b.Published.Compare(a.Published) })
	n := 0
	for _, post := range list {
		if len(p.only) > 0 && !slices.Contains(p.only, post.Link) && !slices.Contains(p.only, post.ID) {
			continue
		}
		if n++; n > p.posts && len(p.only) == 0 {
			break
		}
		post.Source = s.Name
		if post.Feed == nil {
			post.Feed = &feeds.Origin{ID: f.ID, Title: f.Title, Link: f.Link, Self: f.Self}
		}
		if post.Language == "" {
			post.Language = f.Language
		}
		for _, a := range h.accounts {
			if p.account != "" && a.Name != p.account || !a.Wants(s.Name) {
				continue
			}
			if err := p.message(ctx, h, a, post); err != nil {
				return fmt.Errorf("account %s: %w", a.Name, err)
			}
		}
	}
	return nil
}

func (p *preview) message(ctx context.Context, h *house, a *worker.Account, post feeds.Post) error {
	now := time.Now().UTC()
	v := change.Verdict{Kind: change.New, Tell: change.Share, Post: post, Reason: "preview"}
	if v.Post.Key = post.ID; v.Post.Key == "" {
		v.Post.Key = post.Link
	}
	if p.note != "" {
		v.Kind, v.Note, v.Post.Revision = change.Update, change.Note{Text: p.note, Date: now}, 1
	}
	words, err := a.Words(ctx, func(err error) {
		fmt.Fprintf(p.e.stderr, "syndicated: account %s does not answer, its network's usual limits are shown: %v\n", a.Name, err)
	})
	if err != nil {
		return err
	}
	c, err := words.Compose(share.Event{Verdict: v, Now: now})
	if err != nil {
		return err
	}
	p.shown++
	if c.Silence != "" {
		fmt.Fprintf(p.e.stdout, "── %s: nothing: %s\n\n", a.Name, c.Silence)
		return nil
	}
	for i, m := range c.Messages {
		if p.json {
			enc := json.NewEncoder(p.e.stdout)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(m); err != nil {
				return err
			}
			continue
		}
		show(p.e.stdout, a, m, i, len(c.Messages))
		for _, pic := range m.Media {
			size := "cannot be had"
			if got, err := h.http.Fetch(ctx, pic.URL, 20<<20); err == nil && got.Status == 200 {
				size = fmt.Sprintf("%d KB", (len(got.Body)+1023)/1024)
			}
			fmt.Fprintf(p.e.stdout, "   image: %s (%s) alt: %q\n", pic.URL, size, pic.Alt)
		}
		fmt.Fprintln(p.e.stdout)
	}
	return nil
}

// show prints one message with its count against the limit.
func show(w io.Writer, a *worker.Account, m network.Message, part, parts int) {
	manner := a.Account.Manner()
	count := utf8.RuneCountInString(m.Text)
	if manner.Count != nil {
		count = manner.Count(m.Text)
	}
	limit := "no limit"
	if manner.Max > 0 {
		limit = fmt.Sprintf("%d of %d", count, manner.Max)
	} else {
		limit = fmt.Sprintf("%d, %s", count, limit)
	}
	what := string(m.Verb)
	if parts > 1 {
		what += fmt.Sprintf(", part %d of %d", part+1, parts)
	}
	fmt.Fprintf(w, "── %s: %s (%s)\n", a.Name, what, limit)
	if m.Warning != "" {
		fmt.Fprintf(w, "   content warning: %s\n", m.Warning)
	}
	if m.Subject != "" {
		fmt.Fprintf(w, "   subject: %s\n", m.Subject)
	}
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(w, "   %s\n", strings.TrimRight(line, "\n"))
	}
	if manner.Card && m.Link != "" {
		fmt.Fprintf(w, "   card: %s — %s\n", m.Title, m.Link)
	}
}
