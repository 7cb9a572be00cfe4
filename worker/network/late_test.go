package network_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"syndicated/worker/network"
)

// stopped is a context as a process sees it that was stopped past its deadline
// and has just been continued: the time is over and no timer has fired.
type stopped struct {
	context.Context
	deadline time.Time
}

func (s stopped) Deadline() (time.Time, bool) { return s.deadline, true }

// TestNothingIsSentLate: what was about to be written when its time ran out is
// not written, for another worker may have sent the message since.
func TestNothingIsSentLate(t *testing.T) {
	var got atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) }))
	defer srv.Close()
	c := network.NewClient(network.ClientOptions{})
	call := network.Call{Method: http.MethodPost, URL: srv.URL, Body: []byte("{}"), Once: true}
	// A connection must stand: to dial one, the deadline is asked for anyway.
	if _, err := c.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, deadline := range map[string]time.Time{
		"process stopped":   now.Add(-time.Second),
		"machine suspended": now.Round(0).Add(-time.Second), // the wall clock alone has moved
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Do(stopped{t.Context(), deadline}, call)
			if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
				t.Errorf("got %v (%s), want an error that lets it be tried again", err, class)
			}
			if n := got.Load(); n != 1 {
				t.Errorf("the server got %d requests, want the first alone", n)
			}
			if _, err := c.Do(t.Context(), call); err != nil { // and later ones go through
				t.Errorf("the next call: %v", err)
			}
			got.Store(1)
		})
	}
}
