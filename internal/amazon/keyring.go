package amazon

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"firn/vault"
)

// expiryWindow is the time before their expiry at which credentials are renewed, so that
// none expire during a request.
const expiryWindow = 5 * time.Minute

// LoadConfig reads the configuration of the SDK's default chain (environment, files of the
// profile, SSO, roles, instance metadata). A region or profile that is not empty overrides
// it, and defaultRegion applies if it has no region. The SDK also reads AWS_ACCESS_KEY and
// AWS_SECRET_KEY if the newer variables are not set. LoadConfig sends no request, so wrong
// or missing credentials are reported by the first call. Settings that cannot work are
// vault.ErrInvalid.
func LoadConfig(ctx context.Context, region, profile, defaultRegion string) (aws.Config, *Keyring, error) {
	options := []func(*config.LoadOptions) error{
		// The SDK can add the certificates of AWS_CA_BUNDLE only to this client.
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
		return aws.Config{}, nil, configFailure(err)
	}
	if cfg.Region == "" {
		return aws.Config{}, nil, vault.Errorf(vault.ErrInvalid, "no AWS region is set: add ?region=REGION to the vault's URL or export AWS_REGION=REGION, for example us-east-1")
	}
	keys := &Keyring{options: options, current: cfg.Credentials}
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok {
			keys.profile = shared.Profile
		}
	}
	return cfg, keys, nil
}

// Keyring provides credentials and can read them again, so that an upload of days outlives
// a token that somebody renews in the meantime. The SDK's provider behind it caches the
// credentials, and refreshes those with an expiry time.
type Keyring struct {
	options []func(*config.LoadOptions) error
	profile string // of the AWS configuration

	mu      sync.Mutex
	current aws.CredentialsProvider
	worked  bool // Retrieve has succeeded at least once
}

func (k *Keyring) provider() aws.CredentialsProvider {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

// Retrieve returns the credentials to sign with.
func (k *Keyring) Retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := k.provider().Retrieve(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		return aws.Credentials{}, newCredentialsError(err, k.worked)
	}
	if !k.worked {
		decide(ctx, "the credentials come from "+sourceText(creds.Source, k.profile))
	}
	k.worked = true
	return creds, nil
}

// renew reads environment and files again, unless somebody has done that since used was the
// present provider.
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
