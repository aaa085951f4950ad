package monitor

import (
	"math"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are figures about the server, in the form of Prometheus. No label comes from a
// client, so there are no more labels than operations and statuses.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec // by operation and status
	seconds  *prometheus.HistogramVec
	received prometheus.Counter
	sent     prometheus.Counter
	damaged  prometheus.Counter // requests that found damaged bytes
	inFlight prometheus.Gauge
}

// noOperation labels requests that were refused before their operation was known.
const noOperation = "none"

// NewMetrics returns figures that are all zero. A nil free means that the figure of the free
// bytes is left out. The collectors of further have more figures.
func NewMetrics(free func() (int64, error), further []prometheus.Collector) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "firn_requests_total", Help: "Requests answered, by operation and HTTP status.",
		}, []string{"operation", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "firn_request_duration_seconds", Help: "Time from the headers of a request to the end of its answer.",
			Buckets: []float64{.001, .005, .025, .1, .5, 1, 5, 30, 120, 600},
		}, []string{"operation"}),
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "firn_received_bytes_total", Help: "Bytes of request bodies received.",
		}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "firn_sent_bytes_total", Help: "Bytes of response bodies sent.",
		}),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "firn_damaged_reads_total", Help: "Requests that came upon damaged bytes.",
		}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "firn_requests_in_flight", Help: "Requests that are being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.received, m.sent, m.damaged, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if free != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "firn_free_bytes", Help: "Bytes of the vaults' disk that may still be written; NaN if that cannot be told.",
		}, func() float64 {
			bytes, err := free()
			if err != nil {
				return math.NaN()
			}
			return float64(bytes)
		}))
	}
	m.registry.MustRegister(further...)
	return m
}

// Count counts a request that was answered.
func (m *Metrics) Count(q Request) {
	name := q.Operation
	if name == "" {
		name = noOperation
	}
	m.requests.WithLabelValues(name, strconv.Itoa(q.Status)).Inc()
	m.seconds.WithLabelValues(name).Observe(q.Ended.Sub(q.Began).Seconds())
	m.received.Add(float64(q.Received))
	m.sent.Add(float64(q.Sent))
}

// Begin counts a request as being answered until the function that it returns is called.
func (m *Metrics) Begin() (end func()) {
	m.inFlight.Inc()
	return m.inFlight.Dec
}

// DamagedRead counts a request that found damaged bytes.
func (m *Metrics) DamagedRead() { m.damaged.Inc() }

// Handler answers with the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
