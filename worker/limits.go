package worker

import (
	"encoding/json"
	"fmt"
	"time"
)

// Limits are how often an account may send.
type Limits struct {
	// Every and Burst: at most Burst messages at once, and one more with every
	// Every that passes. Every 0 is no limit.
	Every time.Duration
	Burst int
	// Spacing is the least time between two messages.
	Spacing time.Duration
	// Quiet says when the quiet hours end that a time falls into; ok is false
	// when it falls into none. nil is no quiet hours.
	Quiet func(time.Time) (end time.Time, ok bool)
	// Quota is the most messages in a calendar day or month of UTC; 0 is no limit.
	Quota    int
	QuotaPer string // day, month
	// Overflow is wait, digest or drop.
	Overflow string
}

// pace is an account's rate state, kept by the store between two messages.
type pace struct {
	TAT    time.Time `json:"tat,omitzero"`  // GCRA: theoretical arrival time
	Last   time.Time `json:"last,omitzero"` // of a message sent
	Period string    `json:"period,omitzero"`
	Count  int       `json:"count,omitzero"` // sent in Period
}

func readPace(b []byte) (p pace) {
	_ = json.Unmarshal(b, &p) // what cannot be read begins anew
	return p
}

func (p pace) bytes() []byte {
	b, _ := json.Marshal(p) // times and numbers: cannot fail
	return b
}

// wait is why and how long a message has to wait.
type wait struct {
	Until  time.Time
	Reason string
	Quota  bool
}

// check says how long a message has to wait at now; ok if it may go.
func (l Limits) check(p pace, now time.Time) (w wait, ok bool) {
	if l.Quiet != nil {
		if end, quiet := l.Quiet(now); quiet {
			return wait{Until: end, Reason: "quiet hours"}, false
		}
	}
	if l.Quota > 0 {
		name, end := period(l.QuotaPer, now)
		if p.Period == name && p.Count >= l.Quota {
			return wait{Until: end, Reason: fmt.Sprintf("the quota of %d a %s is used up", l.Quota, l.QuotaPer), Quota: true}, false
		}
	}
	if l.Spacing > 0 && !p.Last.IsZero() && now.Before(p.Last.Add(l.Spacing)) {
		return wait{Until: p.Last.Add(l.Spacing), Reason: "spacing of " + l.Spacing.String()}, false
	}
	if l.Every > 0 {
		if at := p.TAT.Add(-l.Every * time.Duration(max(l.Burst, 1)-1)); now.Before(at) {
			return wait{Until: at, Reason: fmt.Sprintf("one message every %s", l.Every)}, false
		}
	}
	return wait{}, true
}

// open tells whether the next message may go out at once, whatever it is: no
// quota makes one message wait for another.
func (l Limits) open(p pace, now time.Time) bool {
	_, ok := l.check(p, now)
	return ok && l.Quota == 0 && l.Overflow != "digest"
}

// sent is the rate state after a message went out at now.
func (l Limits) sent(p pace, now time.Time) pace {
	if l.Every > 0 {
		if p.TAT.Before(now) {
			p.TAT = now
		}
		p.TAT = p.TAT.Add(l.Every)
	}
	p.Last = now
	if l.Quota > 0 {
		if name, _ := period(l.QuotaPer, now); p.Period != name {
			p.Period, p.Count = name, 0
		}
		p.Count++
	}
	return p
}

// period names the calendar day or month of now and says when it ends.
func period(per string, now time.Time) (string, time.Time) {
	y, m, d := now.UTC().Date()
	if per == "month" {
		return now.UTC().Format("2006-01"), time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return now.UTC().Format("2006-01-02"), time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}
