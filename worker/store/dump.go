package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// DumpVersion is the version of what Export writes. Import takes it and every
// earlier one.
const DumpVersion = 1

// Line is one line of what Export writes: exactly one field is set. The first
// line is Begin, the last is End.
//
// Where the store is written to meanwhile and has no snapshots, the order in
// which it is read keeps the dump safe: a source's state before its memory, so
// that no post is skipped as unchanged that is not remembered; memory before
// posts and messages, so that what is remembered as seen has them; messages
// before Once, so that every message has the one it took.
type Line struct {
	Begin    *DumpBegin    `json:"syndicated_store,omitempty"`
	Source   *DumpSource   `json:"source,omitempty"`
	Memory   *DumpMemory   `json:"memory,omitempty"`
	Post     *DumpPost     `json:"post,omitempty"`
	Decision *DumpDecision `json:"decision,omitempty"`
	Name     *DumpName     `json:"name,omitempty"`
	Account  *DumpAccount  `json:"account,omitempty"`
	Once     *DumpOnce     `json:"once,omitempty"`
	Message  *DumpMessage  `json:"message,omitempty"`
	Entry    *DumpEntry    `json:"stream_entry,omitempty"`
	Group    *DumpGroup    `json:"stream_group,omitempty"`
	Value    *DumpValue    `json:"value,omitempty"`
	End      *DumpEnd      `json:"end,omitempty"`
}

// DumpBegin says what follows.
type DumpBegin struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// DumpSource is a source. Times are milliseconds since 1970, here and below.
type DumpSource struct {
	Source string `json:"source"`
	Next   int64  `json:"next"`
	// Planned is false for a source that was forgotten.
	Planned bool   `json:"planned"`
	Fence   int64  `json:"fence"`
	State   []byte `json:"state,omitempty"`
}

// DumpMemory is one record of a source.
type DumpMemory struct {
	Source string `json:"source"`
	Key    string `json:"key"`
	Record []byte `json:"record"`
}

// DumpPost is a post for feeds.
type DumpPost struct {
	Source string          `json:"source"`
	Key    string          `json:"key"`
	Body   json.RawMessage `json:"body"`
}

// DumpDecision is a line of a story.
type DumpDecision struct {
	At   int64           `json:"at"`
	Body json.RawMessage `json:"body"`
}

// DumpName is a word by which a post can be asked for.
type DumpName struct {
	Hash   []byte `json:"hash"`
	Source string `json:"source"`
	Post   string `json:"post"`
	At     int64  `json:"at"`
}

// DumpAccount is an account's own state; its lease, if any, is over.
type DumpAccount struct {
	Account   string `json:"account"`
	Fence     int64  `json:"fence"`
	NotBefore int64  `json:"not_before,omitzero"`
	Head      string `json:"head,omitzero"`
	Stopped   string `json:"stopped,omitzero"`
	Rate      []byte `json:"rate,omitempty"`
	Sent      int64  `json:"sent,omitzero"`
}

// DumpOnce says which message took a Queued.Once.
type DumpOnce struct {
	Account string `json:"account"`
	Once    string `json:"once"`
	ID      string `json:"id"`
}

// DumpMessage is a message in whatever state, in the order of queueing by Seq.
// Body is missing where Trim has taken it.
type DumpMessage struct {
	Seq       int64           `json:"seq"`
	ID        string          `json:"id"`
	Account   string          `json:"account"`
	State     State           `json:"state"`
	Due       int64           `json:"due"`
	Try       int             `json:"try,omitzero"`
	Attempted int64           `json:"attempted,omitzero"`
	Tried     int64           `json:"tried,omitzero"` // fence of the last attempt
	Since     int64           `json:"since"`
	Priority  int             `json:"priority,omitzero"`
	Source    string          `json:"source,omitzero"`
	Post      string          `json:"post,omitzero"`
	Reason    string          `json:"reason,omitzero"`
	Receipt   json.RawMessage `json:"receipt,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
}

// DumpEntry is an entry of an account's stream, for a store that has streams.
type DumpEntry struct {
	Account string   `json:"account"`
	ID      string   `json:"id"`
	Fields  []string `json:"fields"` // name, value, …
}

// DumpGroup is a consumer group of an account's stream; it comes after the
// stream's entries. What the group reads while a dump is written, it reads again
// after the import.
type DumpGroup struct {
	Account string        `json:"account"`
	Name    string        `json:"name"`
	Last    string        `json:"last"` // id of the last entry that was handed out
	Pending []DumpPending `json:"pending,omitempty"`
}

// DumpPending is an entry that a consumer has and has not acknowledged.
type DumpPending struct {
	ID       string `json:"id"`
	Consumer string `json:"consumer"`
	At       int64  `json:"at"` // when it was last handed out
	Times    int64  `json:"times"`
}

// DumpValue is what Save keeps.
type DumpValue struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// DumpEnd tells how many lines there were before it, so that a dump that was
// cut short is noticed.
type DumpEnd struct {
	Lines int64 `json:"lines"`
}

// ErrNotEmpty: Import was asked to write into a store that holds something.
var ErrNotEmpty = errors.New("the store is not empty; import needs an empty one")

// Dumper writes lines.
type Dumper struct {
	w     *bufio.Writer
	enc   *json.Encoder
	lines int64
}

// NewDumper begins a dump.
func NewDumper(w io.Writer, now time.Time) (*Dumper, error) {
	b := bufio.NewWriterSize(w, 1<<16)
	d := &Dumper{w: b, enc: json.NewEncoder(b)}
	d.enc.SetEscapeHTML(false)
	return d, d.Write(Line{Begin: &DumpBegin{Version: DumpVersion, At: now.UTC()}})
}

// Write writes one line.
func (d *Dumper) Write(l Line) error {
	d.lines++
	return d.enc.Encode(l)
}

// Close ends the dump; it does not close the writer below.
func (d *Dumper) Close() error {
	if err := d.enc.Encode(Line{End: &DumpEnd{Lines: d.lines}}); err != nil {
		return err
	}
	return d.w.Flush()
}

// ReadDump calls each for every line between the first and the last. An error
// may come after many calls: what they did is then to be undone.
func ReadDump(r io.Reader, each func(Line) error) error {
	const most = 64 << 20 // bytes of a line
	b := bufio.NewScanner(r)
	b.Buffer(make([]byte, 1<<16), most)
	var n int64
	for b.Scan() {
		var l Line
		if err := json.Unmarshal(b.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		switch {
		case n == 0 && l.Begin == nil:
			return errors.New("line 1: not an export of a store")
		case n == 0 && l.Begin.Version > DumpVersion:
			return fmt.Errorf("line 1: version %d, this program reads up to %d", l.Begin.Version, DumpVersion)
		case l.End != nil:
			if l.End.Lines != n {
				return fmt.Errorf("line %d: %d lines were written and %d are here", n+1, l.End.Lines, n)
			}
			return nil
		case n > 0:
			if err := each(l); err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
		}
		n++
	}
	if err := b.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: %w", n+1, err)
	} else if err != nil {
		return err
	}
	return fmt.Errorf("line %d: the export was cut short here", n+1)
}
