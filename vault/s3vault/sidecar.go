package s3vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/treehash"
	"firn/vault"
)

// A sidecar is a small object beside one that can have no tags. It has size, tree
// hash and ETag in one line, and is believed of an object of that size and ETag.
// Its class is STANDARD, so that it is read without restoring. In the lists of the
// vault it does not appear.

const (
	sidecarStep   = ".firn/"
	sidecarSuffix = ".proof"
	sidecarMagic  = "firn-proof 1"
	maxSidecar    = 2048 // bytes

	adviceSidecar = "the tree hashes of archives are in the catalog alone: keep an export of it"
	deniedReading = "reading the objects under .firn/ is denied, so tree hashes are not known: allow s3:GetObject and s3:ListBucket"
	deniedRemoval = "removing the objects under .firn/ is denied, so they stay: allow s3:DeleteObject (of versions: s3:DeleteObjectVersion)"
)

// isSidecar reports whether a key is that of a sidecar, also of a vault below this
// one.
func (v *Vault) isSidecar(key string) bool {
	return strings.Contains("/"+strings.TrimPrefix(key, v.config.Prefix), "/"+sidecarStep)
}

// sidecarOf is the key of the sidecar of an object. Each version has its own.
func (v *Vault) sidecarOf(o object) string {
	return v.config.Prefix + sidecarStep + strings.TrimPrefix(string(o.ID()), v.config.Prefix) + sidecarSuffix
}

func sidecarText(o listed, hash treehash.Hash) string {
	return fmt.Sprintf("%s %d %s %s\n", sidecarMagic, o.size, hash, trimETag(o.etag))
}

// parseSidecar returns the tree hash that a sidecar has of an object.
func parseSidecar(text string, o listed) (treehash.Hash, error) {
	fields := strings.Split(text, " ")
	if len(fields) != 5 {
		return treehash.Hash{}, errors.New("it is not one line of five words")
	}
	hash, err := treehash.Parse(fields[3])
	if err == nil && sidecarText(o, hash) != text {
		err = errors.New("it is of another object")
	}
	return hash, err
}

// writeSidecar keeps size and tree hash of an object beside it. That it may not is
// said once, and no reason to take an upload for failed.
func (v *Vault) writeSidecar(ctx context.Context, o listed, hash treehash.Hash) error {
	key, text := v.sidecarOf(o.object), sidecarText(o, hash)
	if v.checkKey(key) != nil || checkVersion(trimETag(o.etag)) != nil || trimETag(o.etag) == "" {
		v.sayOnce("there can be no object that keeps the tree hash of " + strconv.Quote(o.key) + ": " + adviceSidecar)
		return nil //nolint:nilerr // the upload did not fail
	}
	err := v.call(ctx, fmt.Sprintf("keep the tree hash of %q", o.key), func() error {
		_, err := v.client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &v.config.Bucket, Key: &key, Body: strings.NewReader(text), ContentType: aws.String("text/plain"),
		})
		return err
	})
	if errors.Is(err, vault.ErrDenied) {
		v.sayOnce("writing the objects under .firn/ is denied: " + adviceSidecar)
		return nil
	}
	return v.forgiveKeeping(ctx, o, err)
}

// readSidecar reads the tree hash of an object; zero if it is not told.
func (v *Vault) readSidecar(ctx context.Context, o listed) (treehash.Hash, error) {
	var text []byte
	err := v.call(ctx, fmt.Sprintf("read the tree hash of %q", o.key), func() error {
		out, err := v.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &v.config.Bucket, Key: aws.String(v.sidecarOf(o.object))})
		if err != nil {
			return err
		}
		if text, err = io.ReadAll(io.LimitReader(out.Body, maxSidecar)); err != nil {
			err = fmt.Errorf("%w: %w", vault.ErrUnavailable, err)
		}
		return errors.Join(err, out.Body.Close())
	})
	switch {
	case errors.Is(err, vault.ErrDenied):
		v.sayOnce(deniedReading)
		return treehash.Hash{}, nil
	case errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrNotReady):
		return treehash.Hash{}, nil // there is none, or somebody has moved it to another class
	case err != nil:
		return treehash.Hash{}, err
	}
	hash, err := parseSidecar(string(text), o)
	if err != nil {
		return treehash.Hash{}, nil //nolint:nilerr // it proves nothing
	}
	return hash, nil
}

// removeSidecar removes that of an object which is gone, if there is one. One that
// stays is of no harm: it is believed of that object alone.
func (v *Vault) removeSidecar(ctx context.Context, o object) error {
	key := v.sidecarOf(o)
	if v.isSidecar(o.key) || v.checkKey(key) != nil {
		return nil //nolint:nilerr // it has none
	}
	keeps, err := v.keepsVersions(ctx)
	if err != nil {
		return err
	}
	in := &s3.DeleteObjectInput{Bucket: &v.config.Bucket, Key: &key}
	if keeps { // else a delete marker would hide it, and it would stay
		found, err := v.head(ctx, key, nil)
		if err != nil {
			return v.forgiveRemoval(err)
		}
		if in.VersionId, err = v.versionID(ctx, object{key, versionOf(found.VersionId)}); err != nil {
			return err
		}
	}
	return v.forgiveRemoval(v.call(ctx, fmt.Sprintf("delete the tree hash of %q", o.key), func() error {
		_, err := v.client.DeleteObject(ctx, in)
		return err
	}))
}

func (v *Vault) forgiveRemoval(err error) error {
	if errors.Is(err, vault.ErrDenied) {
		v.sayOnce(deniedRemoval)
		return nil
	}
	return ignoreMissing(err)
}
