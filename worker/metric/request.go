package metric

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests counts what feed readers ask.
type requests struct {
	total *prometheus.CounterVec
	bytes *prometheus.CounterVec
	took  prometheus.Histogram
}

func newRequests() requests {
	return requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syndicated_feed_requests_total", Help: "Requests of feed readers, by form of document (rss, atom, json, opml, page, hub, other) and status.",
		}, []string{"form", "status"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syndicated_feed_sent_bytes_total", Help: "Bytes of documents sent, as compressed, by form.",
		}, []string{"form"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "syndicated_feed_request_seconds", Help: "Time until a request was answered.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 8),
		}),
	}
}

// Requests counts what passes to next.
func (s *Set) Requests(next http.Handler) http.Handler {
	if s == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		seen := &watched{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		form := formOf(r.URL.Path)
		s.requests.total.WithLabelValues(form, strconv.Itoa(seen.status)).Inc()
		s.requests.bytes.WithLabelValues(form).Add(float64(seen.bytes))
		s.requests.took.Observe(time.Since(begin).Seconds())
	})
}

// formOf is the kind of document at a path. Its values are few, whatever
// strangers ask for.
func formOf(path string) string {
	if strings.HasPrefix(path, "/websub/") {
		return "hub"
	}
	for _, ext := range []string{"rss", "atom", "json", "opml"} {
		if strings.HasSuffix(path, "."+ext) {
			return ext
		}
	}
	if strings.HasPrefix(path, "/feeds/") {
		return "page"
	}
	return "other"
}

// watched sees an answer go by.
type watched struct {
	http.ResponseWriter
	status int
	begun  bool
	bytes  int64
}

func (w *watched) WriteHeader(status int) {
	// 1xx are no answer yet.
	if !w.begun && status >= 200 {
		w.status, w.begun = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.begun = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
