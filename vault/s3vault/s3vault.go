// Package s3vault keeps archives as objects of an S3 bucket in one of the cold storage
// classes GLACIER, DEEP_ARCHIVE and GLACIER_IR, at Amazon or at any other service that
// speaks S3. It uses the AWS SDK.
//
// An archive is one object, which other tools can read. Its id is the object's key,
// followed by the version if the bucket keeps versions; each version is an archive of its
// own. A retrieval job is a restored copy: RestoreObject starts it, x-amz-restore reports
// its state, and it expires at the date that the service chose. A job for an object that
// needs no restore is ready at once. The inventory is the bucket's own list at the time
// when it is read.
//
// Everything needed to read and verify an object is stored with it, so that the bucket
// alone is enough: the description as metadata (x-amz-meta-firn-description), and, once all
// bytes are there, size and tree hash as tags (firn-size, firn-tree-hash). At a service
// without tags they are stored in a separate object under .firn/. Objects without them are
// archives too, with unknown properties.
//
// The package only translates; package internal/amazon has what it shares with
// glaciervault. Errors wrap a sentinel of package vault and, if the service answered, a
// [ServiceError]. Facts are from the S3 API reference.
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

// ServiceError is the service's answer to a request that it refused.
type ServiceError = amazon.ServiceError

// maxAnswer is the maximal size of an answer's body in bytes. A page of 1,000 keys of 1,024
// bytes is smaller, even if escaping makes three bytes of each.
const maxAnswer = 16 << 20

// Config describes the bucket, its service and the credentials.
type Config struct {
	Bucket   string
	Prefix   string // of the keys; empty, or ending with a slash
	Class    Class  // storage class of new archives; empty: DeepArchive
	KeepDays int    // lifetime of a restored copy in days, at least 1; 0: 3
	Region   string // empty: from the AWS configuration, else, with an Endpoint, us-east-1
	Profile  string // of the AWS configuration files; empty: the default one
	Endpoint string // URL of a service other than Amazon's; empty: from the AWS configuration
	// Addressing is the part of the URL that names the bucket; empty: as the endpoint
	// suggests.
	Addressing Addressing
	// MaxParts is the number of parts that the service accepts in one upload, if it is less
	// than 10,000; 0: 10,000.
	MaxParts int
	// Lacks are the features that the service does not have; see [Feature].
	Lacks []Feature
	// Connections is the expected number of concurrent requests.
	Connections int
	// Notice is called with sentences for the user. It may be nil.
	Notice func(string)
	// Now is the clock for times that the service does not report. Default time.Now.
	Now func() time.Time
}

// Vault is a bucket, or the part of it under a prefix of its keys. It implements
// vault.Vault; many goroutines may use it at once.
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
	class      string // the class in which the service was seen to store; empty: not tried

	kept kept
	said sync.Map // by text; see sayOnce
}

var _ vault.Vault = (*Vault)(nil)

// Open prepares the vault that c names. It reads the configuration but sends no request, so
// wrong or missing credentials are reported by the first call, as ErrDenied. Settings that
// cannot work are ErrInvalid.
func Open(ctx context.Context, c Config) (*Vault, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	elsewhere := ""
	if c.Endpoint != "" {
		elsewhere = "us-east-1" // for a service that knows no regions
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
		// The vault sets every checksum itself, from bytes that it reads once.
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

// complete fills in the defaults and checks the settings.
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
		return vault.Errorf(vault.ErrInvalid, "storage class %.100q is not one of %s", c.Class, classNames())
	}
	if c.KeepDays == 0 {
		c.KeepDays = defaultKeepDays
	}
	if c.KeepDays < 0 {
		return vault.Errorf(vault.ErrInvalid, "a restored copy cannot be kept for %d days", c.KeepDays)
	}
	if c.MaxParts == 0 {
		c.MaxParts = maxParts
	}
	if c.MaxParts < 0 || c.MaxParts > maxParts {
		return vault.Errorf(vault.ErrInvalid, "an upload has 1 to %d parts, and not up to %d", maxParts, c.MaxParts)
	}
	if c.Notice == nil {
		c.Notice = func(string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// URL returns the canonical URL of the vault, under which the catalog records it; see
// package vaultname.
func (v *Vault) URL() string {
	return vaultname.Bucket(v.config.Bucket, v.config.Prefix, v.region, v.endpoint)
}

// Class returns the storage class of new archives.
func (v *Vault) Class() string { return string(v.config.Class) }

// Close closes the idle connections. The vault must not be used after it. The only possible
// error comes from closing an answer that was not read to its end.
func (v *Vault) Close() error {
	err := v.kept.put(nil)
	v.http.CloseIdleConnections()
	return err
}

// sayOnce passes a text to Notice once.
func (v *Vault) sayOnce(text string) {
	if _, again := v.said.LoadOrStore(text, true); !again {
		v.config.Notice(text)
	}
}

// call sends one request; see [amazon.Service.Call].
func (v *Vault) call(ctx context.Context, what string, request func() error) error {
	return v.callJudged(ctx, what, judge, request)
}

// callJudged is call for a request with special refusals.
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
