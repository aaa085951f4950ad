package server

import (
	"context"
	"errors"
	"net/http"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
)

// Admin answers to the operator's own programs, without asking for a key: GET
// /healthz says whether the server can work, with 200 or 503, and GET /metrics has
// its figures for Prometheus. It refuses web pages, as the server itself does.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("GET /metrics", s.metrics.Handler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(checkOrigin(r), checkHostName(r)); err != nil {
			s.answerAdmin(w, wire.Refusal(refusal.Of(err)))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// health looks at what every operation needs: the stores, and room on the disk for
// those that upload. Unlike a client, the operator is told the cause.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusOK, struct {
		Status string `json:"status"`
		Why    string `json:"why,omitempty"`
	}{Status: "ok"}
	if err := s.check(r.Context()); err != nil {
		status, body.Status, body.Why = http.StatusServiceUnavailable, "unavailable", err.Error()
		if e, ok := errors.AsType[*refusal.Error](err); ok {
			body.Why = e.Message
		}
	}
	s.answerAdmin(w, wire.Reply{Status: status, Body: body})
}

func (s *Server) check(ctx context.Context) error {
	for _, a := range s.accounts {
		if err := a.store.Ready(ctx); err != nil {
			return err
		}
	}
	return s.space.NothingLeft()
}

func (s *Server) answerAdmin(w http.ResponseWriter, answer wire.Reply) {
	if err := answer.Send(w); err != nil {
		s.options.fault("", err)
	}
}
