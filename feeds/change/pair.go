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

// Measures are the features of a pair.
type Measures struct {
	Names  []string
	Values []float64
	// Marked: the author says that it is an update, so that no model is asked.
	Marked bool
	edit   *edit
}

// Measure measures a pair, for whoever fits a model.
func Measure(p Pair) Measures {
	old, now := p.versions()
	e := study(old, now, nil)
	e.measure()
	_, s := e.strong()
	return Measures{featureNames[:], e.vector[:], s > 0, e}
}

// Score is what the pair scores by a model.
func (m Measures) Score(model Model) float64 { return m.edit.score(&model) }

func (p Pair) versions() (old, now version) {
	make := func(v Version) version {
		return version{title: v.Title, text: newText(parseDocument(v.HTML)), tags: v.Tags, published: p.Published.Time, when: p.Edited.Time}
	}
	return make(p.Old), make(p.New)
}

// Judge tells what became of the post of a pair. Its own record is all that it
// goes by: no other post of the source, nothing learned.
func Judge(p Pair, sensitivity string) Judgement {
	j := Judgement{ID: p.ID, Verdict: Same}
	old, now := p.versions()
	if rest, mark := withoutRerunMark(p.New.Title); mark != "" {
		if _, was := withoutRerunMark(p.Old.Title); was == "" && sumOf(titleTokens(rest)) == sumOf(titleTokens(p.Old.Title)) {
			j.Verdict, j.Score = Rerun, 1
			j.Reason = fmt.Sprintf("the title of the old post with %q before it", mark)
			return j
		}
	}
	e := study(old, now, nil)
	f := e.judge(sensitivity)
	j.Score, j.Reason = f.score, f.reason
	switch {
	case f.told:
		j.Verdict, j.Note = Update, f.note.Text
	case len(e.pieces) > 0 || e.title.changed || e.cut || p.Old.HTML != p.New.HTML || p.Old.Title != p.New.Title:
		j.Verdict = Edit
	}
	return j
}
