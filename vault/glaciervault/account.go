// Package glaciervault keeps archives in the vaults of Amazon Glacier, or of
// any server that speaks its API (2012-06-01), over the AWS SDK.
//
// [Open] gives an [Account]: one account in one region, with the administration
// of its vaults. [Account.Vault] gives one [Vault], which is a vault.Vault.
//
// The package translates and does nothing else. Each byte of a part is read once,
// to be sent: both hashes come from the caller and the SDK computes none.
//
// Errors wrap a sentinel of package vault and, where the service answered, a
// [ServiceError] with its code, message and request id. The sentinel follows
// the code, because the service's HTTP statuses do not have their usual
// meanings: throttling is 400, an internal failure 500, a slow part 408, an
// expired token 403 (Amazon Glacier developer guide, "Error responses").
package glaciervault

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/internal/amazon"
	"firn/internal/vaultname"
)

// maxAnswer is what the body of an answer may have, in bytes. The longest true
// one, a page of 50 jobs or uploads with descriptions of 1,024 characters each,
// stays below 200 KiB.
const maxAnswer = 1 << 20

// ServiceError is what the service answered to a request that it refused.
type ServiceError = amazon.ServiceError

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
	service  *amazon.Service
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
	cfg, keys, err := amazon.LoadConfig(ctx, c.Region, c.Profile, "")
	if err != nil {
		return nil, err
	}
	httpClient, err := amazon.NewHTTPClient(cfg.HTTPClient, c.Connections)
	if err != nil {
		return nil, err
	}
	client := glacier.NewFromConfig(cfg, func(o *glacier.Options) {
		o.HTTPClient = httpClient
		o.Credentials = keys
		o.Retryer = aws.NopRetryer{}
		o.APIOptions = append(o.APIOptions, answers().Read)
		if c.Endpoint != "" {
			o.BaseEndpoint = &c.Endpoint
		}
	})
	endpoint, err := amazon.CheckEndpoint(aws.ToString(client.Options().BaseEndpoint))
	if err != nil {
		return nil, err
	}
	return &Account{client: client, http: httpClient, service: amazon.NewService(keys), id: c.Account, region: cfg.Region, endpoint: endpoint}, nil
}

// Region returns the region that the account's vaults are in.
func (a *Account) Region() string { return a.region }

// URL returns the canonical URL of the vault of that name, under which the
// catalog knows it; see package vaultname. Without a name it is that of the account.
func (a *Account) URL(name string) string {
	return vaultname.Glacier(name, a.region, a.id, a.endpoint)
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

// call sends one request; see [amazon.Service.Call].
func (a *Account) call(ctx context.Context, what string, request func() error) error {
	return a.service.Call(ctx, what, judge, request)
}
