// Package metric counts what happened, for Prometheus to read. A nil *Set
// counts nothing, so that nobody has to ask whether there is one.
package metric

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Set holds the program's metrics, all named syndicated_….
type Set struct {
	registry  *prometheus.Registry
	polls     *prometheus.CounterVec
	pollTime  prometheus.Histogram
	lastPoll  prometheus.Gauge
	verdicts  *prometheus.CounterVec
	delivered *prometheus.CounterVec
	sendTime  *prometheus.HistogramVec
	lastSent  *prometheus.GaugeVec
	expires   *prometheus.GaugeVec
	requests  requests
}

// New makes a Set with the process's own metrics beside ours.
func New() *Set {
	s := &Set{
		registry: prometheus.NewRegistry(),
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syndicated_polls_total", Help: "Polls of sources, by outcome: unchanged, read, listed, failed, lost, forgotten.",
		}, []string{"outcome"}),
		pollTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "syndicated_poll_seconds", Help: "Time that a poll took.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}),
		lastPoll: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "syndicated_last_good_poll_timestamp_seconds", Help: "When a source was last read without a failure.",
		}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syndicated_verdicts_total", Help: "What became of posts, by verdict: new, update, edit, rerun, moved, gone.",
		}, []string{"kind"}),
		delivered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "syndicated_deliveries_total", Help: "Deliveries, by account and result: sent, retry, defer, doubt, held, dead.",
		}, []string{"account", "result"}),
		sendTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "syndicated_delivery_seconds", Help: "Time that a delivery took.", Buckets: prometheus.ExponentialBuckets(0.005, 4, 8),
		}, []string{"account"}),
		lastSent: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "syndicated_last_sent_timestamp_seconds", Help: "When an account last sent a message.",
		}, []string{"account"}),
		expires: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "syndicated_credentials_expire_timestamp_seconds", Help: "When an account's credentials end, where its network tells.",
		}, []string{"account"}),
		requests: newRequests(),
	}
	s.registry.MustRegister(s.polls, s.pollTime, s.lastPoll, s.verdicts, s.delivered, s.sendTime, s.lastSent, s.expires,
		s.requests.total, s.requests.bytes, s.requests.took,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return s
}

// Register adds a collector, such as the depth of the queues.
func (s *Set) Register(c prometheus.Collector) {
	if s != nil {
		s.registry.MustRegister(c)
	}
}

// Polled counts a poll.
func (s *Set) Polled(outcome string, took time.Duration) {
	if s == nil {
		return
	}
	s.polls.WithLabelValues(outcome).Inc()
	s.pollTime.Observe(took.Seconds())
	switch outcome {
	case "unchanged", "read", "listed":
		s.lastPoll.SetToCurrentTime()
	}
}

// Judged counts a verdict.
func (s *Set) Judged(kind string) {
	if s != nil {
		s.verdicts.WithLabelValues(kind).Inc()
	}
}

// Delivered counts a delivery.
func (s *Set) Delivered(account, result string, took time.Duration) {
	if s == nil {
		return
	}
	s.delivered.WithLabelValues(account, result).Inc()
	s.sendTime.WithLabelValues(account).Observe(took.Seconds())
	if result == "sent" {
		s.lastSent.WithLabelValues(account).SetToCurrentTime()
	}
}

// Expires notes when an account's credentials end.
func (s *Set) Expires(account string, at time.Time) {
	if s != nil {
		s.expires.WithLabelValues(account).Set(float64(at.Unix()))
	}
}

// Handler serves the metrics in Prometheus's text format.
func (s *Set) Handler() http.Handler {
	if s == nil {
		return http.NotFoundHandler()
	}
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{})
}
