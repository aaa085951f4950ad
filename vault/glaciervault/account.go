// Package glaciervault keeps archives in the vaults of Amazon Glacier, or of any server
// that speaks its API (version 2012-06-01). It uses the AWS SDK.
//
// [Open] returns an [Account]: one account in one region, with the administration of its
// vaults. [Account.Vault] returns one [Vault], which implements vault.Vault.
//
// The package only translates. It reads each byte of a part once, to send it: both hashes
// come from the caller, and the SDK computes none.
//
// Errors wrap a sentinel of package vault and, if the service answered, a [ServiceError]
// with its code, message and request id. The sentinel follows the code, because the
// service's HTTP statuses do not have their usual meanings: throttling is 400, an internal
// failure 500, a slow part 408, an expired token 403 (Amazon Glacier developer guide,
// "Error responses").
package glaciervault

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/internal/amazon"
	"firn/internal/vaultname"
)

// maxAnswer is the maximal size of an answer's body in bytes. The longest real one, a page
// of 50 jobs or uploads with descriptions of 1,024 characters each, is smaller than 200
// KiB.
const maxAnswer = 1 << 20

// ServiceError is the service's answer to a request that it refused.
type ServiceError = amazon.ServiceError

// ownAccount represents the account of the credentials.
const ownAccount = "-"

// Config describes the account, its region and the credentials. The zero Config uses the
// AWS environment variables and files.
type Config struct {
	Region   string // for example us-east-1; empty: from the AWS configuration
	Profile  string // of the AWS configuration files; empty: the default one
	Account  string // 12 digits, or "-" (also when empty) for the credentials' own
	Endpoint string // URL of a server other than Amazon's; empty: from the AWS configuration
	// Connections is the expected number of concurrent requests. The client keeps this many
	// idle connections, so that it need not open a connection for every part.
	Connections int
}

// Account is one account in one region. Many goroutines may use it at once.
type Account struct {
	client   *glacier.Client
	http     *http.Client
	service  *amazon.Service
	id       string
	region   string
	endpoint string // empty: Amazon's own
}

// Open prepares the account that c names. It reads the configuration but sends no request,
// so wrong or missing credentials are reported by the first call, as ErrDenied. Settings
// that cannot work are ErrInvalid.
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

// Region returns the region of the account's vaults.
func (a *Account) Region() string { return a.region }

// URL returns the canonical URL of the vault with this name, under which the catalog
// records it; see package vaultname. Without a name it returns the URL of the account.
func (a *Account) URL(name string) string {
	return vaultname.Glacier(name, a.region, a.id, a.endpoint)
}

// Vault returns the vault with this name. It does not check that the vault exists. A name
// that no vault can have is ErrInvalid.
func (a *Account) Vault(name string) (*Vault, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	return &Vault{account: a, name: name}, nil
}

// Close closes the idle connections. The account must not be used after it. The error is
// always nil.
func (a *Account) Close() error {
	a.http.CloseIdleConnections()
	return nil
}

// call sends one request; see [amazon.Service.Call].
func (a *Account) call(ctx context.Context, what string, request func() error) error {
	return a.service.Call(ctx, what, judge, request)
}
