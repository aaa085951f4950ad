package vaulturl

import (
	"context"
	"iter"

	"firn/vault"
	"firn/vault/s3vault"
)

func openBucket(ctx context.Context, ref Ref, o Options) (*s3vault.Vault, error) {
	c := s3vault.Config{
		Bucket: ref.Name, Prefix: ref.Prefix, Class: s3vault.Class(ref.Class), KeepDays: ref.KeepDays, Region: ref.Region,
		Profile: ref.Profile, Endpoint: ref.Endpoint, Addressing: s3vault.Addressing(ref.Addressing),
		MaxParts: ref.MaxParts, Connections: o.Connections, Notice: o.Notice,
	}
	if o.KeepDays != 0 {
		c.KeepDays = o.KeepDays
	}
	if ref.Lacks != "" {
		var err error
		if c.Lacks, err = s3vault.ParseFeatures(ref.Lacks); err != nil {
			return nil, err
		}
	}
	return s3vault.Open(ctx, c)
}

// openBucketPlace opens the place of a vault in S3, which is the vault itself. The tools of
// the service create and remove buckets and administer their permissions.
func openBucketPlace(ctx context.Context, ref Ref) (*Place, error) {
	v, err := openBucket(ctx, ref, Options{})
	if err != nil {
		return nil, err
	}
	return &Place{
		Admin: noAdmin{v.URL()}, Name: ref.Name, Class: v.Class(), url: func(string) string { return v.URL() }, close: v.Close,
	}, nil
}

// noAdmin refuses the administration of buckets, which firn does not do.
type noAdmin struct{ url string }

func (n noAdmin) refuse() error {
	return vault.Errorf(vault.ErrInvalid, "vault %q: buckets are created, shown and deleted with the tools of their service, such as aws s3api", n.url)
}

func (n noAdmin) CreateVault(context.Context, string) error { return n.refuse() }

func (n noAdmin) DeleteVault(context.Context, string) error { return n.refuse() }

func (n noAdmin) DescribeVault(context.Context, string) (vault.Info, error) {
	return vault.Info{}, n.refuse()
}

func (n noAdmin) Vaults(context.Context, string) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) { yield(vault.Info{}, n.refuse()) }
}
