// Package glaciervault keeps archives in the vaults of Amazon Glacier, or of
// any server that speaks its API (2012-06-01), over the AWS SDK.
//
// [Open] gives an [Account]: one account in one region, with the administration
// of its vaults. [Account.Vault] gives one [Vault], which is a vault.Vault.
//
// The package translates and does nothing else. It never repeats a request,
// because package transfer does that by a time budget, with two exceptions that
// need what only this package knows: fresh credentials when a session token has
// expired, and the service's clock when ours is wrong. Each byte of a part is
// read once, to be sent: both hashes come from the caller and the SDK computes
// none.
//
// Errors wrap a sentinel of package vault and, where the service answered, a
// [ServiceError] with its code, message and request id. The sentinel follows
// the code, because the service's HTTP statuses do not have their usual
// meanings: throttling is 400, an internal failure 500, a slow part 408, an
// expired token 403 (Amazon Glacier developer guide, "Error responses").
package glaciervault

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/vault"
)

// ownAccount stands for the account that the credentials belong to.
const ownAccount = "-"

// Config says which account, where, and with whose credentials. The zero Config
// is what the AWS environment variables and files say.
type Config struct {
	Region   string // for example us-east-1; empty: from the AWS configuration
	Profile  string // of the AWS configuration files; empty: the default one
	Account  string // 12 digits, or "-" (also when empty) for the credentials' own
	Endpoint string // URL of another server; empty: from the AWS configuration
	// Connections is how many requests the caller means to have in flight. So
	// many idle connections are kept, instead of being opened for every part.
	Connections int
}

// Account is one account in one region: the place that its vaults are in. It
// may be used from many goroutines at once.
type Account struct {
	client   *glacier.Client
	http     *http.Client
	keys     *keyring
	id       string
	region   string
	endpoint string // empty: Amazon's own
}

// Open prepares the account that c names. It reads configuration but sends no
// request, so wrong or missing credentials show at the first call, as
// ErrDenied. Settings that cannot work are ErrInvalid.
func Open(ctx context.Context, c Config) (*Account, error) {
	if c.Account == "" {
		c.Account = ownAccount
	}
	if err := checkAccount(c.Account); err != nil {
		return nil, err
	}
	cfg, keys, err := loadConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	httpClient, err := newHTTPClient(cfg.HTTPClient, c.Connections)
	if err != nil {
		return nil, err
	}
	client := glacier.NewFromConfig(cfg, func(o *glacier.Options) {
		o.HTTPClient = httpClient
		o.Credentials = keys
		o.Retryer = aws.NopRetryer{}
		o.APIOptions = append(o.APIOptions, limitAnswers)
		if c.Endpoint != "" {
			o.BaseEndpoint = &c.Endpoint
		}
	})
	endpoint, err := checkEndpoint(aws.ToString(client.Options().BaseEndpoint))
	if err != nil {
		return nil, err
	}
	return &Account{client: client, http: httpClient, keys: keys, id: c.Account, region: cfg.Region, endpoint: endpoint}, nil
}

// Region returns the region that the account's vaults are in.
func (a *Account) Region() string { return a.region }

// URL returns the canonical URL of the vault of that name, under which the
// catalog knows it: glacier://NAME?region=REGION, followed by the account
// unless it is the credentials' own, and by the endpoint unless it is Amazon's.
// A profile is a way to get credentials and no part of it.
func (a *Account) URL(name string) string {
	var b strings.Builder
	b.WriteString("glacier://" + name + "?region=" + queryEscape(a.region))
	if a.id != ownAccount {
		b.WriteString("&account=" + queryEscape(a.id))
	}
	if a.endpoint != "" {
		b.WriteString("&endpoint=" + queryEscape(a.endpoint))
	}
	return b.String()
}

// queryEscape escapes s for a query but leaves the characters of an endpoint
// that a query may hold, so that people can read the URL.
func queryEscape(s string) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%5B", "[", "%5D", "]").Replace(url.QueryEscape(s))
}

// Vault returns the vault of that name, without asking whether it exists. A
// name that no vault can have is ErrInvalid.
func (a *Account) Vault(name string) (*Vault, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	return &Vault{account: a, name: name}, nil
}

// Close drops the idle connections. The account is not used after. The error is
// always nil.
func (a *Account) Close() error {
	a.http.CloseIdleConnections()
	return nil
}

// call sends one request and turns its failure into a sentence that begins with
// what. It sends a second one when the first was refused for a reason that it
// can mend; request must therefore be able to start over.
func (a *Account) call(ctx context.Context, what string, request func() error) error {
	used := a.keys.provider()
	err := request()
	switch answer := serviceError(err); {
	case answer == nil:
	case answer.expiredToken():
		if renewErr := a.keys.renew(ctx, used); renewErr != nil {
			return fmt.Errorf("%s: %w: %w; reading the credentials again: %w", what, vault.ErrDenied, answer, renewErr)
		}
		err = request()
	case answer.wrongClock():
		// The SDK has taken the service's clock from the answer.
		err = request()
	}
	if err != nil {
		return failure(ctx, what, err)
	}
	return nil
}
