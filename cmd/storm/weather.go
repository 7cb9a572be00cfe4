package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// fate is what becomes of one request.
type fate string

const (
	fine       fate = "fine"
	limited    fate = "429"
	failed     fate = "500"             // not accepted
	failedLate fate = "500, accepted"   // accepted, and 500 all the same
	lost       fate = "answer lost"     // accepted, connection cut
	cut        fate = "connection cut"  // not accepted
	hung       fate = "hang"            // not accepted, no answer
	hungAfter  fate = "hang, accepted"  // accepted at once, no answer
	late       fate = "accepted late"   // accepted when the client may have gone, no answer
	reset      fate = "reset, accepted" // accepted, RST instead of an answer
)

var fates = []fate{fine, limited, failed, failedLate, lost, reset, cut, hung, hungAfter, late}

// odds are parts in a hundred; what is left is fine.
type odds map[fate]float64

func (o odds) times(n float64) odds {
	out := odds{}
	for f, p := range o {
		out[f] = p * n
	}
	return out
}

// weather gives the requests of one server their fates, in the order of a
// seeded generator: the same seed, the same fates, as far as the requests come
// in the same order.
type weather struct {
	hang    time.Duration // how long a request hangs without an answer
	process time.Duration // how late a request may be accepted
	odds    odds
	reads   float64 // odds of requests that change nothing, as a share of those
	calm    *atomic.Bool

	mu     sync.Mutex
	rng    *rand.Rand
	until  time.Time // of the last Retry-After
	counts map[fate]int
	early  int // requests before a Retry-After was over
}

func newWeather(seed, stream uint64, hang, process time.Duration, o odds, reads float64, calm *atomic.Bool) *weather {
	return &weather{hang: hang, process: process, odds: o, reads: reads, calm: calm, rng: rand.New(rand.NewPCG(seed, stream)), counts: map[fate]int{}}
}

// draw gives the next fate and a share of 1 that goes with it.
func (w *weather) draw(read bool) (f fate, share float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f = fine
	u := w.rng.Float64() * 100
	share = w.rng.Float64()
	if w.calm.Load() {
		w.counts[f]++
		return f, share
	}
	if time.Now().Before(w.until) {
		w.early++
		f = limited
	} else {
		if read {
			u /= w.reads
		}
		for _, one := range fates {
			if u -= w.odds[one]; u < 0 {
				f = one
				break
			}
		}
	}
	if f == limited {
		if wait := time.Second + time.Duration(share*float64(time.Second)); time.Now().Add(wait).After(w.until) {
			w.until = time.Now().Add(wait)
		}
	}
	w.counts[f]++
	return f, share
}

// reply is an answer: JSON of body, or raw.
type reply struct {
	status int // 0 is 200
	header http.Header
	body   any
	raw    []byte
}

func (p reply) write(rw http.ResponseWriter) {
	for k, v := range p.header {
		rw.Header()[k] = v
	}
	if p.raw == nil && p.body != nil {
		rw.Header().Set("Content-Type", "application/json")
		p.raw, _ = json.Marshal(p.body)
	}
	if p.status != 0 {
		rw.WriteHeader(p.status)
	}
	_, _ = rw.Write(p.raw)
}

// serve runs one request through its fate. accept does what the request asks
// for, at most once; refuse is the server's own way to say 429.
func (w *weather) serve(rw http.ResponseWriter, r *http.Request, read bool, refuse func(http.ResponseWriter, time.Duration), accept func() reply) {
	f, share := w.draw(read)
	switch f {
	case fine:
		accept().write(rw)
	case limited:
		w.mu.Lock()
		wait := time.Until(w.until)
		w.mu.Unlock()
		refuse(rw, wait)
	case failed, failedLate:
		if f == failedLate {
			accept()
		}
		status := []int{500, 502, 503}[int(share*3)]
		reply{status: status, body: map[string]string{"error": "the storm"}}.write(rw)
	case lost:
		accept()
		panic(http.ErrAbortHandler)
	case reset:
		accept()
		abort(rw)
	case cut:
		panic(http.ErrAbortHandler)
	case hung, hungAfter:
		if f == hungAfter {
			accept()
		}
		w.silence(r, w.hang)
		panic(http.ErrAbortHandler)
	case late:
		// On purpose not ended by the client's leaving: a server that has read
		// a request does what it says, whoever still listens.
		time.Sleep(time.Duration(share * float64(w.process)))
		accept()
		w.silence(r, w.hang)
		panic(http.ErrAbortHandler)
	}
}

func (w *weather) silence(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}

// abort ends a connection by RST.
func abort(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
}

// fields reads a request's JSON object; the whole body comes with it.
func fields(r *http.Request) (map[string]json.RawMessage, []byte) {
	b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	m := map[string]json.RawMessage{}
	_ = json.Unmarshal(b, &m) // what is no object has no fields
	return m, b
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}
