package metric

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Depth is how many messages of an account are not sent.
type Depth struct {
	Account             string
	Waiting, Held, Dead int
	Stopped             bool
}

// scrapeTime bounds what a scrape asks of the store.
const scrapeTime = 5 * time.Second

// Queues makes every scrape ask read how long the queues are. Where it fails,
// the scrape goes without them and syndicated_queues_readable is 0.
func (s *Set) Queues(read func(context.Context) ([]Depth, error)) {
	if s != nil {
		s.registry.MustRegister(&queues{read: read})
	}
}

type queues struct {
	read func(context.Context) ([]Depth, error)
}

var (
	depthDesc    = prometheus.NewDesc("syndicated_queue_messages", "Messages that are not sent, by account and state: waiting, held, dead.", []string{"account", "state"}, nil)
	stoppedDesc  = prometheus.NewDesc("syndicated_account_stopped", "1 if the account sends nothing until it is resumed.", []string{"account"}, nil)
	readableDesc = prometheus.NewDesc("syndicated_queues_readable", "1 if the store told how long the queues are.", nil, nil)
)

// Describe implements prometheus.Collector.
func (q *queues) Describe(c chan<- *prometheus.Desc) {
	c <- depthDesc
	c <- stoppedDesc
	c <- readableDesc
}

// Collect implements prometheus.Collector.
func (q *queues) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	depths, err := q.read(ctx)
	if err != nil {
		gauge(readableDesc, 0)
		return
	}
	gauge(readableDesc, 1)
	for _, d := range depths {
		gauge(depthDesc, float64(d.Waiting), d.Account, "waiting")
		gauge(depthDesc, float64(d.Held), d.Account, "held")
		gauge(depthDesc, float64(d.Dead), d.Account, "dead")
		stopped := 0.0
		if d.Stopped {
			stopped = 1
		}
		gauge(stoppedDesc, stopped, d.Account)
	}
}
