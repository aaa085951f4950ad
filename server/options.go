package server

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"firn/vault"
)

// The defaults of [Options].
const (
	// DefaultIdleTimeout is how long a request body may stay without a byte.
	DefaultIdleTimeout = 60 * time.Second
	// DefaultConnections is far more than the clients of one disk need.
	DefaultConnections = 1000
	// DefaultGrace is how long requests in flight may go on at the end.
	DefaultGrace = 10 * time.Second
)

// Options is what a [Server] is told once.
type Options struct {
	// Region stands in every ARN and must be the region of every signature,
	// such as "us-east-1".
	Region string
	// Credentials knows the keys that requests are signed with.
	Credentials Credentials

	// Topics says to which URL the messages of an SNS topic are posted, by the
	// topic's ARN. The messages of a topic that is not here are posted nowhere.
	// Jobs that are started while there is none at all are never announced.
	Topics map[string]string

	// AccessLog receives one line of JSON for each request, in one Write. Nil
	// means no log. The server serialises the calls.
	AccessLog io.Writer
	// Log is told of faults, such as why a request was answered with a 500 or an
	// announcement did not arrive, and of whoever changes, or deletes, what is kept
	// for good: vaults, archives, policies, locks, tags. Nil means that nobody is.
	// Clients are not told the cause of a fault.
	Log *slog.Logger

	// ReadOnly refuses whatever changes what is kept, whoever asks: the stores can only be
	// read, and what SetNote leaves there is for the server's own use.
	ReadOnly bool

	// Free tells how many bytes the disk of the vaults has left, and FreeFloor how
	// many of them are never written to: an upload that would is refused with a
	// 500. A nil Free means that uploads go on until the disk is full.
	Free      func() (int64, error)
	FreeFloor int64

	// Collectors have further figures for [Server.Admin].
	Collectors []prometheus.Collector

	// Now is the clock that signatures are compared with; nil means time.Now.
	Now func() time.Time
	// IdleTimeout ends a request whose body brings no byte for this long with
	// 408 RequestTimeoutException; 0 means [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// Connections is how many clients may be connected at once, to Serve and to
	// ServeAdmin each. Others get the place of one that is idle or has shown no key
	// yet, or wait. 0 means [DefaultConnections].
	Connections int
	// Grace is how long [Server.Serve] lets requests in flight finish when it is
	// told to stop; 0 means [DefaultGrace].
	Grace time.Duration

	damagedRead func() // counts a request in which fault was told of damage
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = DefaultIdleTimeout
	}
	if o.Connections == 0 {
		o.Connections = DefaultConnections
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	return o
}

// fault tells the operator what went wrong, with the request that it went wrong
// in, if it was one. Damage is told as that of a scrub is, so that one look through
// the log finds all of it.
func (o Options) fault(requestID string, err error) {
	var about []any
	if requestID != "" {
		about = []any{"request_id", requestID}
	}
	damage, ok := errors.AsType[*vault.DamageError](err)
	if !ok {
		o.Log.Error("fault", append(about, "error", err)...)
		return
	}
	if requestID != "" {
		o.damagedRead()
	}
	o.Log.Error("damage", append(about, "archive", string(damage.Archive),
		"offset", damage.Range.Offset, "size", damage.Range.Size, "reason", err)...)
}
