package s3vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/vault"
)

// A service may ignore the requested class. firn stores archives in another class only if
// the user accepts that (lacks=classes).

// classOf returns the class of an object. The service reports no class for STANDARD.
func classOf(found *s3.HeadObjectOutput) string {
	if found.StorageClass == "" {
		return string(types.StorageClassStandard)
	}
	return string(found.StorageClass)
}

// checkClass returns a ClassError if an archive, or, with an empty id, an upload, has
// another class than the requested one. reported is the class that the service reports.
func (v *Vault) checkClass(id vault.ArchiveID, reported string) error {
	asked := string(v.storageClass())
	if asked == "" || reported == asked {
		return nil
	}
	advice := "to have that: " + adviseWithout(Classes)
	if Class(reported).isKnown() {
		advice = "to have that: name it in the vault's URL (class=" + reported + ")"
	}
	return &vault.ClassError{ID: id, Asked: asked, Told: reported, Advice: advice}
}

// misplaced returns a ClassError if an archive has the default class, into which no
// lifecycle rule moves objects, although the vault stores archives in another class; else
// nil.
func (v *Vault) misplaced(id vault.ArchiveID, reported string) (wrong *vault.ClassError) {
	if reported == string(types.StorageClassStandard) {
		errors.As(v.checkClass(id, reported), &wrong)
	}
	return wrong
}

// checkUploadClass checks the class of an upload that was just begun, at services that may
// ignore the requested class. It aborts an upload with the wrong class. Some services
// report STANDARD for every upload, so the result of tryClass decides. If the class cannot
// be found out now, CompleteUpload checks it.
func (v *Vault) checkUploadClass(ctx context.Context, u upload) error {
	if !v.isElsewhere() || v.storageClass() == "" {
		return nil
	}
	var reported string
	err := v.call(ctx, fmt.Sprintf("look at the class of an upload of %q", u.key), func() error {
		out, err := v.client.ListParts(ctx, &s3.ListPartsInput{Bucket: &v.config.Bucket, Key: &u.key, UploadId: &u.id})
		if err == nil {
			reported = string(out.StorageClass)
		}
		return err
	})
	if err != nil || reported == "" || v.checkClass("", reported) == nil {
		return nil
	}
	v.classTried.Lock()
	defer v.classTried.Unlock()
	if v.class == "" {
		v.class = v.tryClass(ctx)
	}
	if v.class == "" {
		return nil
	}
	wrong := v.checkClass("", v.class)
	if wrong == nil {
		return nil
	}
	what := v.what(fmt.Sprintf("start an upload of %q", u.key))
	if err := v.AbortUpload(ctx, u.ID()); err != nil { // not %w: beginning another upload would leave more of them
		return fmt.Errorf("%s: %w; the upload that was begun is left, without any parts: %v", what, wrong, err) //nolint:errorlint // see above
	}
	return fmt.Errorf("%s: %w", what, wrong)
}

// tryClass stores one byte as archives are stored, and returns the class that the object
// gets; empty if that cannot be found out. It removes the object.
func (v *Vault) tryClass(ctx context.Context) (reported string) {
	key := v.config.Prefix + sidecarStep + "class-" + strings.ToLower(rand.Text()[:8])
	_ = v.call(ctx, "try its class", func() error { // a failure only means that the class is unknown
		begun, err := v.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
			Bucket: &v.config.Bucket, Key: &key, StorageClass: v.storageClass(),
		})
		if err != nil {
			return err
		}
		sent, err := v.client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: &v.config.Bucket, Key: &key, UploadId: begun.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("1"),
		})
		if err == nil {
			_, err = v.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
				Bucket: &v.config.Bucket, Key: &key, UploadId: begun.UploadId,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: sent.ETag, PartNumber: aws.Int32(1)}}},
			})
		}
		if err != nil {
			return v.AbortUpload(ctx, upload{key: key, id: aws.ToString(begun.UploadId)}.ID())
		}
		found, err := v.head(ctx, key, nil)
		if err != nil {
			return err
		}
		reported = classOf(found)
		_, err = v.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &v.config.Bucket, Key: &key, VersionId: found.VersionId})
		return err
	})
	return reported
}
