package worker

import (
	"encoding/json"
	"time"
)

// sourceState is what the store keeps of a source between polls, beside what
// change.Compare remembers of its posts.
type sourceState struct {
	// Own is the source's own: validators, hashes, an address that moved.
	Own []byte `json:"own,omitzero"`
	// Read: there was a first read, so that what is new from now on is told.
	Read     bool      `json:"read,omitzero"`
	Archived bool      `json:"archived,omitzero"` // its posts are in the archive
	Title    string    `json:"title,omitzero"`
	LastOK   time.Time `json:"last_ok,omitzero"`
	Failures int       `json:"failures,omitzero"` // in a row
	Error    string    `json:"error,omitzero"`    // of the last poll
	Since    time.Time `json:"since,omitzero"`    // of the first failure in a row
	Notes    []string  `json:"notes,omitzero"`
	Gone     bool      `json:"gone,omitzero"`
	// Published are the dates of the newest posts, for schedule: auto.
	Published []time.Time `json:"published,omitzero"`
	// Newest is when something new was last seen; Silent: an alert was given.
	Newest time.Time `json:"newest,omitzero"`
	Silent bool      `json:"silent,omitzero"`
	// Hubs and Topic are where pushes can be had.
	Hubs  []string `json:"hubs,omitzero"`
	Topic string   `json:"topic,omitzero"`
	// PushID names the subscription to the first hub.
	PushID string `json:"push_id,omitzero"`
}

func readState(b []byte) (s sourceState, err error) {
	if len(b) == 0 {
		return s, nil
	}
	err = json.Unmarshal(b, &s)
	return s, err
}

func (s sourceState) bytes() []byte {
	b, _ := json.Marshal(s) // plain fields: cannot fail
	return b
}

// SourceView is a source's state as operators see it.
type SourceView struct {
	Title    string    `json:"title,omitzero"`
	LastOK   time.Time `json:"last_ok,omitzero"`
	Failures int       `json:"failures,omitzero"`
	Error    string    `json:"error,omitzero"`
	Since    time.Time `json:"since,omitzero"`
	Notes    []string  `json:"notes,omitzero"`
	Gone     bool      `json:"gone,omitzero"`
	Silent   bool      `json:"silent,omitzero"`
}

// View reads a source's state from the store's SourceState.
func View(state []byte) SourceView {
	s, err := readState(state)
	if err != nil {
		return SourceView{Error: "the state cannot be read: " + err.Error()}
	}
	return SourceView{s.Title, s.LastOK, s.Failures, s.Error, s.Since, s.Notes, s.Gone, s.Silent}
}
