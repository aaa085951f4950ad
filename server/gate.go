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

// call is one request on its way through the gate to its operation.
type call struct {
	w    *exchange.Response
	r    *http.Request
	body *exchange.Body
	// unverified is what the bodies of requests may take that have shown no key yet.
	unverified *bounds.HeldBodies
	// claimed is what bodies may take that are read before what they ask for is allowed.
	claimed *bounds.HeldBodies
	id      string    // of the request
	began   time.Time // when it arrived

	accessKey string        // whose signature was verified; empty before
	key       Key           // that it belongs to
	sha256    treehash.Hash // of the body, as claimed and signed; zero if not claimed
	small     []byte        // the body of an operation that is not an upload; checked
	op        operation     // what is asked for; without a name before that is known
	target    target        // what the path names
}

// ServeHTTP implements http.Handler: the gate that every request passes.
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
		s.pour(c, answer.Content)
	}
}

// answer takes the request through each check in order; the first that fails
// decides the reply.
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
	// All that a client can draw out comes before the decision.
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

// refuse answers with an error. What the body had to say is more to the point
// than what the operation made of it. The answer does not wait for a body that
// nobody needs any more: then the connection ends behind it.
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
