package server

import (
	"context"
	"net/http"
	"time"

	"firn/server/internal/bounds"
	"firn/server/internal/exchange"
	"firn/server/internal/monitor"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/treehash"
)

// call is a request that is checked and then carried out.
type call struct {
	w    *exchange.Response
	r    *http.Request
	body *exchange.Body
	// unverified bounds the bodies of requests whose signature is not verified yet.
	unverified *bounds.HeldBodies
	// claimed bounds the bodies of requests that are verified and not allowed yet.
	claimed *bounds.HeldBodies
	id      string    // of the request
	began   time.Time // when the request arrived

	accessKey string        // whose signature was verified; empty before
	key       Key           // that it belongs to
	sha256    treehash.Hash // of the body, as the client has signed it; zero if it sent none
	small     []byte        // the body of an operation that is not an upload; checked
	op        operation     // without a name before it is known
	target    target        // of the path
}

// ServeHTTP implements http.Handler. Every request passes the same checks.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	c := &call{
		w:    exchange.NewResponse(w, control, s.options.IdleTimeout),
		r:    r,
		body: exchange.NewBody(r, control, s.options.IdleTimeout),

		unverified: s.unverified,
		claimed:    s.claimed,
		id:         wire.NewRequestID(),
		began:      s.options.Now(),
	}
	defer s.record(c)
	defer s.metrics.Begin()()
	c.w.Header().Set("x-amzn-RequestId", c.id)

	answer, err := s.answer(r.Context(), c)
	if err == nil {
		err = answer.Send(c.w)
	}
	switch {
	case err != nil:
		s.refuse(c, err)
	case answer.Content != nil:
		s.sendOutput(c, answer.Content)
	}
}

// answer checks the request and carries out its operation. The first check that fails decides
// the reply.
func (s *Server) answer(ctx context.Context, c *call) (wire.Reply, error) {
	for _, check := range []func(*http.Request) error{checkOrigin, checkHost, checkSize} {
		if err := check(c.r); err != nil {
			return wire.Reply{}, err
		}
	}
	if err := s.authenticate(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	if err := checkVersion(c.r); err != nil {
		return wire.Reply{}, err
	}
	var err error
	if c.op, err = s.find(c); err != nil {
		return wire.Reply{}, err
	}
	// The body is received before the decision: while a decision is kept, nobody waits for a
	// client.
	if !c.op.streams {
		if err := c.checkSmallBody(); err != nil {
			return wire.Reply{}, err
		}
	}
	a, err := s.accountOf(c)
	if err != nil {
		return wire.Reply{}, err
	}
	done, err := a.keepDecision(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	defer done()
	if err := a.authorize(ctx, c); err != nil {
		if c.op.effect == administers {
			s.options.Log.Warn("refused", "operation", c.op.name, "account", a.id,
				"vault", monitor.Brief(c.target.vault), "id", monitor.Brief(c.target.id),
				"by", c.key.arn(), "request_id", c.id, "error", err)
		}
		return wire.Reply{}, err
	}
	if c.op.effect == stores {
		release, err := s.space.Reserve(c.accessKey, c.r.ContentLength)
		if err != nil {
			return wire.Reply{}, err
		}
		defer release()
	}
	answer, err := c.op.serve(a, ctx, c)
	if err == nil && c.op.effect == administers {
		s.options.Log.Info(c.op.name, "account", a.id, "vault", c.target.vault, "id", c.target.id,
			"by", c.key.arn(), "request_id", c.id)
	}
	return answer, err
}

// authenticate verifies the signature and finds out whose key it is.
func (s *Server) authenticate(ctx context.Context, c *call) (err error) {
	var key Key
	c.accessKey, err = s.verifier.Verify(c.r, func(accessKey, sessionToken string) (string, time.Time, bool) {
		var known bool
		key, known = s.options.Credentials.Key(accessKey)
		return key.Secret, key.Expires, known && key.hasToken(sessionToken)
	}, c.payloadHash)
	if err != nil {
		return err
	}
	c.key = key
	if !bounds.KeyVerified(ctx, c.accessKey) {
		return refusal.Throttled()
	}
	return nil
}

// refuse answers with an error. If the body failed, that is the cause, and not the error that
// the operation made of it. The answer does not wait for the rest of the body. Then the
// connection ends behind the answer.
func (s *Server) refuse(c *call, err error) {
	if failure := c.body.Failure(); failure != nil {
		err = failure
	}
	e := refusal.Of(err)
	// A client that hung up, or the end of the grace, is no fault of the server.
	if e.Status >= http.StatusInternalServerError && c.r.Context().Err() == nil {
		s.options.fault(c.id, err)
	}
	unread := c.body.Unread()
	if unread || c.accessKey == "" {
		c.w.Header().Set("Connection", "close")
	}
	if err := wire.Refusal(e).Send(c.w); err != nil {
		s.options.fault(c.id, err)
	}
	if unread {
		c.w.Flush()
		c.body.Drain()
	}
}

// record counts the request and writes it to the access log, if there is one.
func (s *Server) record(c *call) {
	q := monitor.Request{
		HTTP: c.r, ID: c.id, Began: c.began, Ended: s.options.Now(), Operation: c.op.name, AccessKey: c.accessKey,
		Status: c.w.Status(), Received: c.body.Received(), Sent: c.w.Sent(),
	}
	s.metrics.Count(q)
	if err := s.log.Write(q); err != nil {
		s.options.fault(c.id, err)
	}
}
