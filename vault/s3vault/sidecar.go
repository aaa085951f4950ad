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

// A sidecar is a small object beside one that cannot have tags. It contains size, tree hash
// and ETag in one line, and is valid only for an object of that size and ETag. Its class is
// STANDARD, so that it can be read without a restore. The vault's lists leave sidecars out.

const (
	sidecarStep   = ".firn/"
	sidecarSuffix = ".proof"
	sidecarMagic  = "firn-proof 1"
	maxSidecar    = 2048 // bytes

	adviceSidecar = "the tree hashes of archives are in the catalog alone: keep an export of it"
	deniedReading = "reading the objects under .firn/ is denied, so tree hashes are not known: allow s3:GetObject and s3:ListBucket"
	deniedRemoval = "removing the objects under .firn/ is denied, so they stay: allow s3:DeleteObject (of versions: s3:DeleteObjectVersion)"
)

// isSidecar reports whether a key names a sidecar of this vault or of a vault below it.
func (v *Vault) isSidecar(key string) bool {
	return strings.Contains("/"+strings.TrimPrefix(key, v.config.Prefix), "/"+sidecarStep)
}

// sidecarOf returns the key of the sidecar of an object. Each version has its own.
func (v *Vault) sidecarOf(o object) string {
	return v.config.Prefix + sidecarStep + strings.TrimPrefix(string(o.ID()), v.config.Prefix) + sidecarSuffix
}

func sidecarText(o listed, hash treehash.Hash) string {
	return fmt.Sprintf("%s %d %s %s\n", sidecarMagic, o.size, hash, trimETag(o.etag))
}

// parseSidecar returns the tree hash of an object from the text of its sidecar.
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

// writeSidecar stores size and tree hash of an object beside it. If the credentials do not
// allow that, it says so once; the upload does not fail.
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

// readSidecar reads the tree hash of an object; zero if there is none.
func (v *Vault) readSidecar(ctx context.Context, o listed) (treehash.Hash, error) {
	var text []byte
	err := v.call(ctx, fmt.Sprintf("read the tree hash of %q", o.key), func() error {
		out, err := v.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &v.config.Bucket, Key: aws.String(v.sidecarOf(o.object))})
		if err != nil {
			return err
		}
		if text, err = io.ReadAll(io.LimitReader(out.Body, maxSidecar)); err != nil {
			err = vault.Errorf(vault.ErrUnavailable, "%w", err)
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
		return treehash.Hash{}, nil //nolint:nilerr // an invalid sidecar proves nothing
	}
	return hash, nil
}

// removeSidecar removes the sidecar of a deleted object, if there is one. A sidecar that
// remains does no harm, since it is valid only for that object.
func (v *Vault) removeSidecar(ctx context.Context, o object) error {
	key := v.sidecarOf(o)
	if v.isSidecar(o.key) || v.checkKey(key) != nil {
		return nil //nolint:nilerr // such an object has no sidecar
	}
	keeps, err := v.keepsVersions(ctx)
	if err != nil {
		return err
	}
	in := &s3.DeleteObjectInput{Bucket: &v.config.Bucket, Key: &key}
	if keeps { // otherwise a delete marker would only hide it
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
