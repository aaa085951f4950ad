// Package server speaks the Amazon Glacier vault API (version 2012-06-01) over
// any set of vaults, so that every tool made for the service can keep its
// archives elsewhere, and can be tried without the service.
//
// It serves the vault, archive, multipart upload, job and notification operations. Status
// codes, headers, message texts, paging and dates are those of the service
// (Amazon Glacier developer guide); where the guide is silent, what the service
// was seen to answer. Everything else is answered with a JSON 404.
//
// Each request passes one gate before it reaches an operation: it gets a
// request id, its size, host and origin are checked, its Signature Version 4 is
// verified, and only then is it routed. There is no way around the gate and no
// mode without signatures.
//
// The server hashes no upload. It passes the hashes that the client claims to
// the vault, which compares them with the bytes in one pass while it receives
// them and makes nothing visible before that.
package server

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"
)

// Server is an http.Handler that serves the vaults of a [Store]. It may be used
// behind any net/http server, but [Server.Serve] sets the limits that it needs.
type Server struct {
	store    Store
	options  Options
	verifier verifier
	routes   map[route]operation
	uploads  *uploadMemory
	buffers  sync.Pool // of *[copyBuffer]byte
	log      accessLog

	announcements *announcements
	poster        *poster
}

var _ http.Handler = (*Server)(nil)

// New returns a server over store. It fails if the options lack a region, an
// account of 12 digits, or credentials, or hold a topic that is none.
func New(store Store, o Options) (*Server, error) {
	switch {
	case store == nil:
		return nil, errors.New("the server needs a store of vaults")
	case o.Credentials == nil:
		return nil, errors.New("the server needs credentials")
	case !regexp.MustCompile(`^[a-z0-9-]{1,64}$`).MatchString(o.Region):
		return nil, fmt.Errorf("the region %q is not a name of lower-case letters, digits and hyphens", o.Region)
	case !regexp.MustCompile(`^[0-9]{12}$`).MatchString(o.Account):
		return nil, fmt.Errorf("the account id %q does not have 12 digits", o.Account)
	}
	if err := checkTopics(o.Topics); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Server{
		store:    store,
		options:  o,
		verifier: verifier{region: o.Region, credentials: o.Credentials, now: o.Now},
		routes:   routes(),
		uploads:  newUploadMemory(),
		log:      accessLog{w: o.AccessLog},

		announcements: newAnnouncements(store, o.OnFault),
		poster:        newPoster(o.Topics, o.Now),
	}, nil
}
