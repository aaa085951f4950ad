// Package server speaks the Amazon Glacier vault API (version 2012-06-01) over
// any set of vaults, so that every tool made for the service can keep its
// archives elsewhere, and can be tried without the service.
//
// It serves all 33 operations of the published model of that version. Status
// codes, headers, message texts, paging and dates are those of the service
// (Amazon Glacier developer guide); where the guide is silent, what the service
// was seen to answer. Everything else is answered with a JSON 404.
//
// Each request passes the same checks before its operation is carried out: its
// size, host and origin, its Signature Version 4, and whether the key and the
// policies of the vault allow the operation. No operation can be reached without
// these checks, and there is no mode without signatures.
//
// The server hashes no upload. It passes the hashes that the client has sent to the
// vault, which compares them with the bytes in one pass while it receives them, and
// makes no byte visible before.
package server

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"

	"firn/server/internal/announce"
	"firn/server/internal/bounds"
	"firn/server/internal/monitor"
	"firn/server/internal/sigv4"
	"firn/server/internal/wire"
)

// Server is an http.Handler that serves the vaults of one or more accounts. It
// may be used behind any net/http server, but [Server.Serve] sets the limits that
// it needs.
type Server struct {
	options  Options
	accounts map[string]*account // by id
	verifier sigv4.Verifier
	routes   map[string]operation
	buffers  sync.Pool // of *[copyBuffer]byte
	log      *monitor.AccessLog
	metrics  *monitor.Metrics
	space    *bounds.Space

	unverified *bounds.HeldBodies // of requests whose signature is not verified yet
	claimed    *bounds.HeldBodies // of requests that are verified and not allowed yet
}

var _ http.Handler = (*Server)(nil)

// New returns a server over the vaults of accounts, whose ids have 12 digits. It
// fails if there is no account, if the options have no region or no credentials, or if
// they have a topic that is not the ARN of one.
func New(accounts map[string]Store, o Options) (*Server, error) {
	switch {
	case len(accounts) == 0:
		return nil, errors.New("the server needs an account and a store of vaults")
	case o.Credentials == nil:
		return nil, errors.New("the server needs credentials")
	case !regexp.MustCompile(`^[a-z0-9-]{1,64}$`).MatchString(o.Region):
		return nil, fmt.Errorf("the region %q is not a name of lower-case letters, digits and hyphens", o.Region)
	}
	if err := announce.CheckTopics(o.Topics); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	m := monitor.NewMetrics(o.Free, o.Collectors)
	o.damagedRead = m.DamagedRead
	s := &Server{
		options:    o,
		accounts:   map[string]*account{},
		verifier:   sigv4.Verifier{Region: o.Region, Now: o.Now},
		routes:     routes(),
		space:      bounds.NewSpace(o.Free, o.FreeFloor),
		unverified: bounds.NewHeldBodies(maxUnverified),
		claimed:    bounds.NewHeldBodies(maxClaimed),
		metrics:    m,
	}
	s.log = monitor.NewAccessLog(o.AccessLog, s.space.HasRoomForLog)
	for id, store := range accounts {
		if !IsAccount(id) {
			return nil, fmt.Errorf("the account id %q does not have 12 digits", id)
		}
		if store == nil {
			return nil, fmt.Errorf("account %s has no store of vaults", id)
		}
		s.accounts[id] = newAccount(id, store, o, s.space)
	}
	return s, nil
}

// IsAccount reports whether id has the form of an account id: 12 digits.
func IsAccount(id string) bool { return len(id) == 12 && wire.ConsistsOf(id, wire.IsDigit) }
