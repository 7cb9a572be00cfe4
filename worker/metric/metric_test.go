package metric_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syndicated/worker/metric"
)

func scrape(t *testing.T, s *metric.Set) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("got %d", w.Code)
	}
	return w.Body.String()
}

func TestSet(t *testing.T) {
	s := metric.New()
	s.Polled("read", time.Second)
	s.Polled("failed", time.Second)
	s.Judged("update")
	s.Delivered("fedi", "sent", time.Second)
	s.Delivered("fedi", "retry", time.Second)
	var broken error
	s.Queues(func(context.Context) ([]metric.Depth, error) {
		return []metric.Depth{{Account: "fedi", Waiting: 3, Held: 2, Dead: 1, Stopped: true}}, broken
	})
	h := s.Requests(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "12345")
	}))
	for _, path := range []string{"/feeds/all.rss", "/feeds/all.rss", "/feeds/all.atom", "/feeds/all", "/feeds.opml", "/websub/x", "/no such \"path", "/feeds/all.json"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		if path == "/feeds/all.json" {
			r.Header.Set("If-None-Match", `"x"`)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	got := scrape(t, s)
	for _, want := range []string{
		`syndicated_polls_total{outcome="read"} 1`, `syndicated_polls_total{outcome="failed"} 1`, `syndicated_poll_seconds_count 2`, `syndicated_last_good_poll_timestamp_seconds 1`,
		`syndicated_verdicts_total{kind="update"} 1`, `syndicated_deliveries_total{account="fedi",result="sent"} 1`, `syndicated_deliveries_total{account="fedi",result="retry"} 1`,
		`syndicated_delivery_seconds_count{account="fedi"} 2`, `syndicated_last_sent_timestamp_seconds{account="fedi"} 1`,
		`syndicated_queue_messages{account="fedi",state="waiting"} 3`, `syndicated_queue_messages{account="fedi",state="held"} 2`, `syndicated_queue_messages{account="fedi",state="dead"} 1`,
		`syndicated_account_stopped{account="fedi"} 1`, `syndicated_queues_readable 1`,
		`syndicated_feed_requests_total{form="rss",status="200"} 2`, `syndicated_feed_requests_total{form="json",status="304"} 1`, `syndicated_feed_requests_total{form="page",status="200"} 1`,
		`syndicated_feed_requests_total{form="hub",status="200"} 1`, `syndicated_feed_requests_total{form="other",status="200"} 1`, `syndicated_feed_sent_bytes_total{form="rss"} 10`,
		`syndicated_feed_request_seconds_count 8`, "go_goroutines",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	broken = errors.New("the store is away")
	if got := scrape(t, s); !strings.Contains(got, "syndicated_queues_readable 0") || strings.Contains(got, "syndicated_queue_messages{") {
		t.Error("a store that does not answer is not told")
	}
}

// Whoever has no metrics need not ask.
func TestNil(t *testing.T) {
	var s *metric.Set
	s.Polled("read", 0)
	s.Judged("new")
	s.Delivered("a", "sent", 0)
	s.Queues(nil)
	s.Register(nil)
	next := http.NotFoundHandler()
	w := httptest.NewRecorder()
	s.Requests(next).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 404 {
		t.Errorf("got %d", w.Code)
	}
	w = httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 404 {
		t.Errorf("got %d", w.Code)
	}
}
