package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
)

// Name is one of the words by which a post can be asked for: its key, its id or
// a link that it has or had.
type Name struct {
	Hash   [10]byte // HashName of the word
	Source string
	Post   string // key
}

// HashName makes names short. Two of a hundred million names agree by chance
// once in two hundred million times; Story then tells of both posts.
func HashName(word string) [10]byte {
	h := sha256.Sum256([]byte(word))
	return [10]byte(h[:10])
}

// Names gives the words for the posts that o, a reading of source, decides
// about. A post about which nothing is decided has no story and needs none.
func (o Outcome) Names(source string) []Name {
	type post struct{ source, key string }
	words := map[post][]string{}
	for _, d := range o.Decisions {
		if d.Post == "" {
			continue
		}
		p := post{cmp.Or(d.Source, source), d.Post}
		words[p] = append(words[p], d.Post, d.Link)
	}
	for _, p := range o.Posts {
		if all := words[post{source, p.Key}]; all != nil {
			words[post{source, p.Key}] = append(all, p.ID, p.Link)
		}
	}
	var names []Name
	for p, all := range words {
		slices.Sort(all)
		for _, w := range slices.Compact(all) {
			if w != "" {
				names = append(names, Name{Hash: HashName(w), Source: p.source, Post: p.key})
			}
		}
	}
	slices.SortFunc(names, func(a, b Name) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Post, b.Post), bytes.Compare(a.Hash[:], b.Hash[:]))
	})
	return names
}

// Outermost gives the names that select everything that names select: without
// those that occur twice or are members of another (feeds.Query.Sources).
func Outermost(names []string) []string {
	var out []string
	for i, n := range names {
		inside := slices.Contains(names[:i], n) || slices.ContainsFunc(names, func(other string) bool {
			return strings.HasPrefix(n, other+"/")
		})
		if !inside {
			out = append(out, n)
		}
	}
	return out
}
