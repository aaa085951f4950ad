package server

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"

	"firn/server/internal/bounds"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/treehash"
)

// contentHash is the header in which a client claims the SHA-256 of the body.
const contentHash = "X-Amz-Content-Sha256"

// checkSize refuses a body whose length is not told before it comes, or is more
// than any operation takes.
func checkSize(r *http.Request) error {
	switch {
	case len(r.TransferEncoding) > 0 || r.ContentLength < 0:
		return refusal.MissingParameter("Content-Length")
	case r.ContentLength > wire.MaxPartSize:
		return refusal.InvalidLength(r.ContentLength)
	}
	return nil
}

// payloadHash returns the line of the canonical request that stands for the
// body: what the client claims it to be, or else what it is. A claim is checked
// later, while an upload is received or by checkSmallBody.
func (c *call) payloadHash() (string, error) {
	if claim := c.r.Header.Get(contentHash); claim != "" {
		hash, err := treehash.Parse(claim)
		// Also UNSIGNED-PAYLOAD and STREAMING-…, as at the service; and the hash of
		// zeros, which no body has and which stands for no claim here.
		if err != nil || hash.IsZero() {
			return "", refusal.InvalidHeader(contentHash, claim)
		}
		c.sha256 = hash
		return claim, nil
	}
	if c.r.ContentLength > maxSmallBody {
		return "", refusal.MissingParameter("x-amz-content-sha256")
	}
	hash, err := c.hashSmallBody(c.unverified)
	if err != nil {
		return "", err
	}
	return hash.String(), nil
}

// checkSmallBody receives the body of an operation that is not an upload and
// compares it with the claim, if there was one.
func (c *call) checkSmallBody() error {
	if c.sha256.IsZero() {
		return nil // the signature covers the body as it was received
	}
	if c.r.ContentLength > maxSmallBody {
		return refusal.InvalidLength(c.r.ContentLength)
	}
	hash, err := c.hashSmallBody(c.claimed)
	if err != nil {
		return err
	}
	if hash != c.sha256 {
		return refusal.WrongPayload(c.sha256, hash)
	}
	return nil
}

// hashSmallBody receives the body in memory, within the bound of held. It is not known yet
// whether the request is allowed, so the body has no more time as a whole than another one
// has for one byte.
func (c *call) hashSmallBody(held *bounds.HeldBodies) (treehash.Hash, error) {
	release := held.Hold(c.r.ContentLength, c.body.GiveUp)
	defer release()
	c.body.LimitWhole()
	text := make([]byte, c.r.ContentLength)
	if _, err := io.ReadFull(c.body, text); err != nil {
		return treehash.Hash{}, fmt.Errorf("receiving the body: %w", err)
	}
	if c.body.GivenUp() { // at the last moment
		return treehash.Hash{}, refusal.Throttled()
	}
	c.small = text
	return sha256.Sum256(text), nil
}
