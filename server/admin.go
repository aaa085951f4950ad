package server

import (
	"context"
	"errors"
	"net/http"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
)

// Admin returns the handler for the operator's own programs, which need no key. GET /healthz
// is answered with 200 if the server can work and with 503 if it cannot, and GET /metrics with
// the figures for Prometheus. Requests of web pages are refused.
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

// health answers whether the stores are ready and the disk has space. Unlike a client, the
// operator is told the cause of an error.
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
