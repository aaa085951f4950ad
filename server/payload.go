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

// contentHash is the header in which a client sends the SHA-256 of the body.
const contentHash = "X-Amz-Content-Sha256"

// checkSize refuses a body without a length, and one that is longer than any operation takes.
func checkSize(r *http.Request) error {
	switch {
	case len(r.TransferEncoding) > 0 || r.ContentLength < 0:
		return refusal.MissingParameter("Content-Length")
	case r.ContentLength > wire.MaxPartSize:
		return refusal.InvalidLength(r.ContentLength)
	}
	return nil
}

// payloadHash returns the hash of the body for the canonical request: the one that the client
// has sent, or else that of the body. The one of the client is compared with the body later, by
// checkSmallBody or while an upload is received.
func (c *call) payloadHash() (string, error) {
	if claim := c.r.Header.Get(contentHash); claim != "" {
		hash, err := treehash.Parse(claim)
		// Also UNSIGNED-PAYLOAD and STREAMING-…, which the service refuses, too, and the
		// hash of zeros, which no body has and which means no hash in a call.
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

// checkSmallBody receives the body of an operation that is not an upload and compares it with
// the hash that the client has sent, if there is one.
func (c *call) checkSmallBody() error {
	if c.sha256.IsZero() {
		return nil // payloadHash has received the body, and the signature covers it
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

// hashSmallBody receives the body in memory, within the bound of held. Since it is not known yet
// whether the request is allowed, the body as a whole has only the time that an upload has for
// one byte.
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
