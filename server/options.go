package server

import (
	"fmt"
	"io"
	"time"
)

// The defaults of [Options].
const (
	// DefaultIdleTimeout is how long a request body may stay without a byte.
	DefaultIdleTimeout = 60 * time.Second
	// DefaultGrace is how long requests in flight may go on at the end.
	DefaultGrace = 10 * time.Second
)

// Options is what a [Server] is told once.
type Options struct {
	// Region stands in every ARN and must be the region of every signature,
	// such as "us-east-1".
	Region string
	// Account is the 12-digit account id that owns all vaults.
	Account string
	// Credentials knows the secrets that requests are signed with.
	Credentials Credentials

	// Topics says to which URL the messages of an SNS topic are posted, by the
	// topic's ARN. The messages of a topic that is not here are posted nowhere.
	// Jobs that are started while there is none at all are never announced.
	Topics map[string]string

	// AccessLog receives one line of JSON for each request, in one Write. Nil
	// means no log. The server serialises the calls.
	AccessLog io.Writer
	// OnFault is told why a request was answered with a 500, and, with an empty
	// request id, what net/http complains about and which announcement did not
	// arrive. The client is not told the cause. Nil means that nobody is. It may
	// be called from many goroutines.
	OnFault func(requestID string, err error)

	// Now is the clock that signatures are compared with; nil means time.Now.
	Now func() time.Time
	// IdleTimeout ends a request whose body brings no byte for this long with
	// 408 RequestTimeoutException; 0 means [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// Grace is how long [Server.Serve] lets requests in flight finish when it is
	// told to stop; 0 means [DefaultGrace].
	Grace time.Duration
}

// Credentials finds the secret key that belongs to an access key. It may be
// called from many goroutines, and with any text as the access key.
type Credentials interface {
	Secret(accessKey string) (secret string, ok bool)
}

// Keys is a fixed set of credentials: secret keys by access key.
type Keys map[string]string

// Secret implements [Credentials].
func (k Keys) Secret(accessKey string) (string, bool) {
	secret, ok := k[accessKey]
	return secret, ok
}

// Format keeps secrets out of every formatted text.
func (k Keys) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[redacted]") // as every Format, it has nowhere to report to
}

// MarshalText keeps secrets out of every encoded text.
func (k Keys) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

func (o Options) withDefaults() Options {
	if o.OnFault == nil {
		o.OnFault = func(string, error) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = DefaultIdleTimeout
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	return o
}
