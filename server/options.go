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

	// Topics has the URL to which the messages of an SNS topic are posted, by the ARN of
	// the topic. The messages of other topics are posted nowhere. Without any topic, the
	// jobs that are started are never announced, not even by a later server.
	Topics map[string]string

	// AccessLog receives one line of JSON for each request, in one Write. Nil
	// means no log. The server serialises the calls.
	AccessLog io.Writer
	// Log receives faults, such as the reason why a request was answered with a 500 or a
	// message did not arrive, and each change or deletion of what is kept for good, which
	// is vaults, archives, policies, locks and tags. Nil means no log. Clients do not get
	// the cause of a fault.
	Log *slog.Logger

	// ReadOnly refuses all operations that change what is kept, from every key. The stores
	// can only be read, and keep the notes of SetNote outside of the vaults.
	ReadOnly bool

	// Free returns how many bytes of the disk of the vaults are free. An upload that would
	// leave fewer than FreeFloor of them is refused with a 500. A nil Free means that
	// uploads go on until the disk is full.
	Free      func() (int64, error)
	FreeFloor int64

	// Collectors have more figures for [Server.Admin].
	Collectors []prometheus.Collector

	// Now is the clock that signatures are compared with; nil means time.Now.
	Now func() time.Time
	// IdleTimeout ends a request whose body brings no byte for this long with
	// 408 RequestTimeoutException; 0 means [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// Connections is how many connections may be open at once, to Serve and to ServeAdmin
	// each. For one more another one is closed that is idle or whose client has not shown a
	// key yet, or one of the key that has most of them. 0 means [DefaultConnections].
	Connections int
	// Grace is how long [Server.Serve] lets requests in flight finish when it is
	// told to stop; 0 means [DefaultGrace].
	Grace time.Duration

	damagedRead func() // counts a request that found damage
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

// fault tells the operator what went wrong, and in which request; empty means in none. Damage
// has the form that it has in a scrub, so that one search in the log finds all damage.
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
