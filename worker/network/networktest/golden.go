package networktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"syndicated/worker/network"
)

var update = flag.Bool("update", false, "write the golden files of networks")

// golden: a post, a reply, an edit and a deletion are these requests, to the byte.
func (s Suite) golden(t *testing.T) {
	st := s.stage(t)
	if st.fake.Handler == nil || s.Golden == "-" {
		t.Skip("the requests are not looked at")
	}
	st.front.record = true
	var b strings.Builder
	section := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintf(&b, "== %s ==\n", name)
		for _, r := range st.front.seen {
			st.write(&b, r)
		}
		st.front.seen = nil
	}
	post := st.message("m1", "Ünïcode words & <angles> with a link https://blog.example.org/2026/m1 #Go")
	was, err := st.post(post)
	section("post", err)
	if r, ok := st.account.(network.Replier); ok {
		m := st.message("m2", "Update: more words")
		m.Kind, m.Verb, m.Of, m.Warning = "update", network.VerbReply, "m1", "spoilers"
		_, err := st.note(r.Reply(t.Context(), was, st.freeze(m)))
		section("reply", err)
	}
	if e, ok := st.account.(network.Editor); ok {
		m := st.message("m3", "Other words")
		m.Kind, m.Verb, m.Of = "update", network.VerbEdit, "m1"
		_, err := st.note(e.Edit(t.Context(), was, st.freeze(m)))
		section("edit", err)
	}
	if d, ok := st.account.(network.Deleter); ok {
		section("delete", d.Delete(t.Context(), was))
	}
	file := filepath.Join("testdata", cmp.Or(s.Golden, "requests.golden"))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it, and read what it wrote", err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("the requests differ from %s (-update writes it)\n--- got\n%s--- want\n%s", file, got, want)
	}
}

var dull = []string{"User-Agent", "Accept-Encoding", "Content-Length", "Connection", "Accept"}

// write tells a request without secrets and without what differs between runs.
func (st *stage) write(b *strings.Builder, r seen) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", r.method, r.url)
	body, kind := r.body, r.header.Get("Content-Type")
	var names []string
	for name := range r.header {
		if !slices.Contains(dull, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		value := strings.Join(r.header[name], ", ")
		if mediaType, p, err := mime.ParseMediaType(value); name == "Content-Type" && err == nil && p["boundary"] != "" {
			value = mediaType + "; boundary=BOUNDARY"
			body = bytes.ReplaceAll(body, []byte(p["boundary"]), []byte("BOUNDARY"))
		}
		fmt.Fprintf(&text, "%s: %s\n", name, value)
	}
	if len(body) > 0 {
		text.WriteByte('\n')
		var indented bytes.Buffer
		if strings.Contains(kind, "json") && json.Indent(&indented, body, "", "  ") == nil {
			body = indented.Bytes()
		}
		text.Write(unprintable.ReplaceAll(body, []byte("<bytes>")))
		text.WriteByte('\n')
	}
	text.WriteByte('\n')
	out := network.Redact(text.String(), slices.Concat(st.s.Secrets, st.s.Tokens)...)
	b.WriteString(strings.ReplaceAll(strings.ReplaceAll(out, st.front.url, "SERVER"), strings.TrimPrefix(st.front.url, "http://"), "SERVER"))
}

var unprintable = regexp.MustCompile(`[\x00-\x08\x0e-\x1f\x{fffd}][\s\S]*[\x00-\x08\x0e-\x1f\x{fffd}]`)
