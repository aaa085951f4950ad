// Package s3vault keeps archives as objects of an S3 bucket in one of the cold
// storage classes, over the AWS SDK: GLACIER, DEEP_ARCHIVE and GLACIER_IR, at
// Amazon or at any service that speaks S3.
//
// An archive is one object, which other tools can read. Its id is the object's
// key, and the version where a bucket keeps versions, each of which is an archive
// of its own. A retrieval job is a restored copy: RestoreObject starts it, x-amz-restore
// tells how it stands, and it ends at the date which the service chose. Objects
// that need no restoring are jobs that are ready when they are made. The inventory
// is the bucket's own list, as it is when it is read.
//
// What is kept with an object, so that the bucket alone is enough to read and prove
// it: the description as metadata (x-amz-meta-firn-description), and, once all
// bytes are there, size and tree hash as tags (firn-size, firn-tree-hash), or, where
// there are no tags, in an object of its own under .firn/. Objects without them are
// archives, too; what is not told is not known.
//
// The package translates and does nothing else; see internal/amazon for what it
// shares with other services. Errors wrap a sentinel of package vault and, where
// the service answered, a [ServiceError]. Facts are from the S3 API reference.
package s3vault

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/internal/amazon"
	"firn/internal/vaultname"
	"firn/vault"
)

// ServiceError is what the service answered to a request that it refused.
type ServiceError = amazon.ServiceError

// maxAnswer is what the body of an answer may have, in bytes. A page of 1,000 keys
// of 1,024 bytes, each of which may take three when it is escaped, stays below.
const maxAnswer = 16 << 20

// Config says which bucket, where, and with whose credentials.
type Config struct {
	Bucket   string
	Prefix   string // of the keys; a slash ends it unless it is empty
	Class    Class  // of what is stored; empty: DeepArchive
	KeepDays int    // how long a restored copy stays, at least 1; 0: 3
	Region   string // empty: from the AWS configuration, else, with an Endpoint, us-east-1
	Profile  string // of the AWS configuration files; empty: the default one
	Endpoint string // URL of another service; empty: from the AWS configuration
	// Addressing is where the bucket is named; empty: as the endpoint suggests.
	Addressing Addressing
	// MaxParts is how many parts the service takes in one upload, if they are fewer
	// than 10,000; 0: as many.
	MaxParts int
	// Lacks are features that the service does not have; see [Feature].
	Lacks []Feature
	// Connections is how many requests the caller means to have in flight.
	Connections int
	// Notice is told, in a sentence, what a person should know. It may be nil.
	Notice func(string)
	// Now is the clock of what the service does not date. Default time.Now.
	Now func() time.Time
}

// Vault is a bucket, or what is under a prefix of its keys. It is a vault.Vault,
// and may be used from many goroutines at once.
type Vault struct {
	client   *s3.Client
	http     *http.Client
	service  *amazon.Service
	config   Config
	region   string
	endpoint string // empty: Amazon's own
	lacks    lacks
	keeps    atomic.Pointer[bool] // whether the bucket keeps versions; nil: not asked yet

	tagging tagging

	classTried sync.Mutex
	class      string // in which the service was seen to store; empty: not tried

	kept kept
	said sync.Map // by text; see sayOnce
}

var _ vault.Vault = (*Vault)(nil)

// Open prepares the vault that c names. It reads configuration but sends no
// request, so wrong or missing credentials show at the first call, as ErrDenied.
// Settings that cannot work are ErrInvalid.
func Open(ctx context.Context, c Config) (*Vault, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	elsewhere := ""
	if c.Endpoint != "" {
		elsewhere = "us-east-1" // what a service takes to which regions mean nothing
	}
	cfg, keys, err := amazon.LoadConfig(ctx, c.Region, c.Profile, elsewhere)
	if err != nil {
		return nil, err
	}
	httpClient, err := amazon.NewHTTPClient(cfg.HTTPClient, c.Connections)
	if err != nil {
		return nil, err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = httpClient
		o.Credentials = keys
		o.Retryer = aws.NopRetryer{}
		// Every checksum is set by hand, from what was read once.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.APIOptions = append(o.APIOptions, answers().Read)
		if c.Endpoint != "" {
			o.BaseEndpoint = &c.Endpoint
		}
	})
	endpoint, err := amazon.CheckEndpoint(aws.ToString(client.Options().BaseEndpoint))
	if err != nil {
		return nil, err
	}
	byPath, err := c.Addressing.isByPath(endpoint)
	if err != nil {
		return nil, err
	}
	client = s3.New(client.Options(), func(o *s3.Options) { o.UsePathStyle = byPath })
	v := &Vault{client: client, http: httpClient, service: amazon.NewService(keys), config: c, region: cfg.Region, endpoint: endpoint}
	for _, f := range c.Lacks {
		v.lacks.add(f)
	}
	return v, nil
}

// complete fills in the defaults and refuses what cannot be.
func (c *Config) complete() error {
	if err := checkBucket(c.Bucket); err != nil {
		return err
	}
	if err := checkPrefix(c.Prefix); err != nil {
		return err
	}
	if c.Class == "" {
		c.Class = DeepArchive
	}
	if !c.Class.isKnown() {
		return fmt.Errorf("storage class %.100q: %w: it is one of %s", c.Class, vault.ErrInvalid, classNames())
	}
	if c.KeepDays == 0 {
		c.KeepDays = defaultKeepDays
	}
	if c.KeepDays < 0 {
		return fmt.Errorf("%w: a restored copy cannot be kept for %d days", vault.ErrInvalid, c.KeepDays)
	}
	if c.MaxParts == 0 {
		c.MaxParts = maxParts
	}
	if c.MaxParts < 0 || c.MaxParts > maxParts {
		return fmt.Errorf("%w: an upload has 1 to %d parts, and not up to %d", vault.ErrInvalid, maxParts, c.MaxParts)
	}
	if c.Notice == nil {
		c.Notice = func(string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// URL returns the canonical URL of the vault, under which the catalog knows it; see
// package vaultname.
func (v *Vault) URL() string {
	return vaultname.Bucket(v.config.Bucket, v.config.Prefix, v.region, v.endpoint)
}

// Class returns the storage class of what is stored.
func (v *Vault) Class() string { return string(v.config.Class) }

// Close drops the idle connections. The vault is not used after. The error is nil, but
// for one of an answer that was not read to its end.
func (v *Vault) Close() error {
	err := v.kept.put(nil)
	v.http.CloseIdleConnections()
	return err
}

// sayOnce tells a person something, but not again.
func (v *Vault) sayOnce(text string) {
	if _, again := v.said.LoadOrStore(text, true); !again {
		v.config.Notice(text)
	}
}

// call sends one request; see [amazon.Service.Call].
func (v *Vault) call(ctx context.Context, what string, request func() error) error {
	return v.callJudged(ctx, what, judge, request)
}

// callJudged is call for a request whose refusals mean something of their own.
func (v *Vault) callJudged(ctx context.Context, what string, judge amazon.Judge, request func() error) error {
	operation := ""
	err := v.service.Call(ctx, v.what(what), judge, func() error {
		err := request()
		operation = operationOf(err)
		return err
	})
	return withPermission(err, operation)
}

func (v *Vault) what(what string) string { return fmt.Sprintf("bucket %q: %s", v.config.Bucket, what) }
