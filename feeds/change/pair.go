package change

import (
	"fmt"
	"strings"
	"time"
)

// Pair is two states of one post, to be judged by themselves.
type Pair struct {
	ID        string  `json:"id"`
	Published Date    `json:"published,omitzero"`
	Edited    Date    `json:"edited,omitzero"`
	Lang      string  `json:"lang,omitzero"`
	Old       Version `json:"old"`
	New       Version `json:"new"`

	// Label is what a reader said of the pair: notify, silent, rerun or
	// unclear; Class says what kind of edit it is. Both may be missing.
	Label string `json:"label,omitzero"`
	Class string `json:"class,omitzero"`
	// Blog and Draw say where the pair comes from, for whoever fits a model.
	Blog string `json:"blog,omitzero"`
	Draw string `json:"draw,omitzero"`
}

// Date is a time that may be missing: RFC 3339, or a day alone, or empty.
type Date struct{ time.Time }

// UnmarshalText reads a date.
func (d *Date) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(string(b))
	if s == "" {
		d.Time = time.Time{}
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			d.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("date %q: want RFC 3339, as 2006-01-02T15:04:05Z", s)
}

// MarshalText writes RFC 3339.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.UTC().Format(time.RFC3339)), nil
}

// Version is one state of a post.
type Version struct {
	Title string   `json:"title"`
	HTML  string   `json:"html"`
	Tags  []string `json:"tags,omitzero"`
	// Updated is the date as it stands in the source, if any; the judgement
	// does not use it.
	Updated string `json:"updated,omitzero"`
}

// Judgement is what was found of a pair. Verdict is update, edit, rerun or same.
type Judgement struct {
	ID      string  `json:"id"`
	Verdict Kind    `json:"verdict"`
	Score   float64 `json:"score"`
	Reason  string  `json:"reason"`
	Note    string  `json:"note,omitzero"`
}

// Features gives the measures of a pair by which it is judged, and their names.
func Features(p Pair) (names []string, values []float64) {
	e := study(p.versions())
	return featureNames[:], e.vector[:]
}

func (p Pair) versions() (old, now version) {
	make := func(v Version) version {
		return version{title: v.Title, text: newText(parseDocument(v.HTML)), tags: v.Tags, published: p.Published.Time, when: p.Edited.Time}
	}
	return make(p.Old), make(p.New)
}
