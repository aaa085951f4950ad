package server

import (
	"context"
	"net/http"
	"time"

	"firn/treehash"
)

// call is one request on its way through the gate to its operation.
type call struct {
	w    *response
	r    *http.Request
	body *body
	// unverified is what the bodies of requests may take that have shown no key yet.
	unverified *heldBodies
	// claimed is what bodies may take that are read before what they ask for is allowed.
	claimed *heldBodies
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
		w:    newResponse(w, control, s.options.IdleTimeout),
		r:    r,
		body: newBody(r, control, s.options.IdleTimeout),

		unverified: s.unverified,
		claimed:    s.claimed,
		id:         newRequestID(),
		began:      s.options.Now(),
	}
	defer s.record(c)
	defer s.metrics.begin()()
	c.w.Header().Set("x-amzn-RequestId", c.id)

	answer, err := s.answer(r.Context(), c)
	if err == nil {
		err = answer.send(c.w)
	}
	switch {
	case err != nil:
		s.refuse(c, err)
	case answer.content != nil:
		s.pour(c, answer.content)
	}
}

// answer takes the request through each check in order; the first that fails
// decides the reply.
func (s *Server) answer(ctx context.Context, c *call) (reply, error) {
	for _, check := range []func(*http.Request) error{checkOrigin, checkHost, checkSize} {
		if err := check(c.r); err != nil {
			return reply{}, err
		}
	}
	if err := s.authenticate(ctx, c); err != nil {
		return reply{}, err
	}
	if err := checkVersion(c.r); err != nil {
		return reply{}, err
	}
	var err error
	if c.op, err = s.find(c); err != nil {
		return reply{}, err
	}
	// All that a client can draw out comes before the decision.
	if !c.op.streams {
		if err := c.checkSmallBody(); err != nil {
			return reply{}, err
		}
	}
	a, err := s.accountOf(c)
	if err != nil {
		return reply{}, err
	}
	done, err := a.decide(ctx, c)
	if err != nil {
		return reply{}, err
	}
	defer done()
	if err := a.authorize(ctx, c); err != nil {
		if c.op.effect == administers {
			s.options.Log.Warn("refused", "operation", c.op.name, "account", a.id,
				"vault", brief(c.target.vault), "id", brief(c.target.id),
				"by", c.key.arn(), "request_id", c.id, "error", err)
		}
		return reply{}, err
	}
	if c.op.effect == stores {
		release, err := s.room.reserve(c.accessKey, c.r.ContentLength)
		if err != nil {
			return reply{}, err
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
	c.accessKey, err = s.verifier.verify(c.r, func(accessKey, sessionToken string) (string, time.Time, bool) {
		var known bool
		key, known = s.options.Credentials.Key(accessKey)
		return key.Secret, key.Expires, known && key.hasToken(sessionToken)
	}, c.payloadHash)
	if err != nil {
		return err
	}
	c.key = key
	if !tellVerified(ctx, c.accessKey) {
		return throttled()
	}
	return nil
}

// refuse answers with an error. What the body had to say is more to the point
// than what the operation made of it. The answer does not wait for a body that
// nobody needs any more: then the connection ends behind it.
func (s *Server) refuse(c *call, err error) {
	if failure := c.body.whyFailed(); failure != nil {
		err = failure
	}
	e := asServiceError(err)
	// A client that hung up, or the end of the grace, is no fault of the server.
	if e.status >= http.StatusInternalServerError && c.r.Context().Err() == nil {
		s.options.fault(c.id, err)
	}
	unread := c.body.isUnread()
	if unread || c.accessKey == "" {
		c.w.Header().Set("Connection", "close")
	}
	if err := refuse(e).send(c.w); err != nil {
		s.options.fault(c.id, err)
	}
	if unread {
		c.w.flush()
		c.body.drain()
	}
}

// record counts the request and writes it to the access log, if there is one.
func (s *Server) record(c *call) {
	q := requestRecord{
		r: c.r, id: c.id, began: c.began, ended: s.options.Now(), operation: c.op.name, accessKey: c.accessKey,
		status: c.w.sentStatus(), received: c.body.bytesReceived(), sent: c.w.bytesSent(),
	}
	s.metrics.count(q)
	if err := s.log.write(q); err != nil {
		s.options.fault(c.id, err)
	}
}
