package amazon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"firn/vault"
)

// expiryWindow is how long before their end credentials are renewed, so that
// none expire while a request is on its way.
const expiryWindow = 5 * time.Minute

// LoadConfig reads what the SDK's default chain says (environment, files of the
// profile, SSO, roles, instance metadata) with region and profile above it, if they are
// not empty, and a default region below it. The SDK itself takes AWS_ACCESS_KEY and AWS_SECRET_KEY where the newer
// names are not set. It sends no request, so wrong or missing credentials show at
// the first call. Settings that cannot work are vault.ErrInvalid.
func LoadConfig(ctx context.Context, region, profile, defaultRegion string) (aws.Config, *Keyring, error) {
	options := []func(*config.LoadOptions) error{
		// The SDK can add the certificates of AWS_CA_BUNDLE to no other client.
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		// By default the SDK writes warnings to standard error.
		config.WithLogger(logging.Nop{}),
		config.WithCredentialsCacheOptions(func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = expiryWindow }),
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	if defaultRegion != "" {
		options = append(options, config.WithDefaultRegion(defaultRegion))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, nil, fmt.Errorf("the AWS configuration: %w: %w", vault.ErrInvalid, err)
	}
	if cfg.Region == "" {
		return aws.Config{}, nil, fmt.Errorf("no AWS region is set: %w: add ?region=REGION to the vault's URL or export AWS_REGION=REGION, for example us-east-1", vault.ErrInvalid)
	}
	return cfg, &Keyring{options: options, current: cfg.Credentials}, nil
}

// Keyring gives out credentials and can be made to read them anew, so that an
// upload of days outlives a token that somebody renews beside it. The SDK's
// provider behind it caches them, and refreshes those that say when they end.
type Keyring struct {
	options []func(*config.LoadOptions) error

	mu      sync.Mutex
	current aws.CredentialsProvider
	worked  bool // credentials were found at least once
}

// provider returns the present source of credentials.
func (k *Keyring) provider() aws.CredentialsProvider {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

// Retrieve returns the credentials to sign with now.
func (k *Keyring) Retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := k.provider().Retrieve(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		return aws.Credentials{}, &credentialsError{err: err, workedBefore: k.worked}
	}
	k.worked = true
	return creds, nil
}

// renew reads environment and files again, unless somebody did since used was
// the present source.
func (k *Keyring) renew(ctx context.Context, used aws.CredentialsProvider) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current != used {
		return nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, k.options...)
	if err != nil {
		return err
	}
	k.current = cfg.Credentials
	return nil
}

// credentialsError tells that there was nothing to sign with.
type credentialsError struct {
	err          error
	workedBefore bool
}

func (e *credentialsError) Error() string { return e.err.Error() }

func (e *credentialsError) Unwrap() error { return e.err }

// unreachable reports whether credentials were there before and only the
// service that renews them does not answer.
func (e *credentialsError) unreachable() bool {
	var network interface{ ConnectionError() bool }
	return e.workedBefore && errors.As(e.err, &network) && network.ConnectionError()
}
