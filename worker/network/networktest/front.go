package networktest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// front stands between an account and the fake, counts the writes and makes
// them fail.
type front struct {
	fake    *Fake
	secrets []string
	url     string
	release chan struct{} // ends what hangs
	hangs   chan struct{} // is told when something does

	mu     sync.Mutex
	fault  *Fault
	all    bool // the fault is for every request, not the next write only
	spare  int  // requests that are served before that
	asked  int  // requests
	writes int
	record bool
	seen   []seen
}

// seen is a request that was recorded.
type seen struct {
	method, url string
	header      http.Header
	body        []byte
}

func (f *front) set(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = &fault
}

func (f *front) setAll(fault *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.all = fault, fault != nil
}

// setLate makes every request fail after the next n.
func (f *front) setLate(fault Fault, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.all, f.spare, f.asked = &fault, true, n, 0
}

// beyond is how many requests came after those that were spared.
func (f *front) beyond() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked - f.spare
}

// count gives the writes since the last count.
func (f *front) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.writes
	f.writes = 0
	return n
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	writes := f.fake.Writes(r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	edits := f.fake.Edits != nil && f.fake.Edits(r)
	r.Body = io.NopCloser(bytes.NewReader(body))

	f.mu.Lock()
	f.asked++
	if f.record {
		f.seen = append(f.seen, seen{r.Method, r.URL.String(), r.Header.Clone(), body})
	}
	if writes {
		f.writes++
	}
	var fault Fault
	if f.fault != nil && (writes || edits || f.all) && f.asked > f.spare {
		fault = *f.fault
		if !f.all {
			f.fault = nil
		}
	}
	f.mu.Unlock()

	switch {
	case fault.Status != 0:
		maps.Copy(w.Header(), fault.Header)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(fault.Status)
		// A server that says everything it knows, secrets too.
		fmt.Fprintf(w, `{"error":"no","url":%q,"authorization":%q,"known":%q}`, r.URL, r.Header.Get("Authorization"), f.secrets)
	case fault.Before:
		panic(http.ErrAbortHandler)
	case fault.After, fault.Hang, fault.Bad, fault.Reset:
		f.fake.Handler.ServeHTTP(httptest.NewRecorder(), r)
		switch {
		case fault.After:
			panic(http.ErrAbortHandler)
		case fault.Reset:
			reset(w)
			return
		case fault.Bad:
			http.Error(w, "<html>Bad Gateway</html>", http.StatusBadGateway)
			return
		}
		f.hangs <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-f.release:
		}
	default:
		f.fake.Handler.ServeHTTP(w, r)
	}
}

// reset ends a connection as a machine does that lost its memory.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // a fault in this file
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}
