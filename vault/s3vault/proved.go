package s3vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/vault"
)

// afterwards looks at the object after the request to complete an upload, whether it was
// refused or not, and returns the object if it is the archive and its bytes are verified.
// It looks at the version that the service reported, or else at the present object of the
// key.
//
// An object that cannot be verified is an UnprovedError if it is made of this upload.
// Otherwise it is another archive's, which is a TakenError, or ErrNotFound if our object
// may exist nevertheless.
func (v *Vault) afterwards(ctx context.Context, u upload, answer published, c vault.Completion, whole wholeReceipt, refusal error) (listed, error) {
	o, there, err := v.headOf(ctx, object{u.key, answer.version})
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return listed{}, v.notThere(u, answer, refusal, err)
	case err != nil:
		return listed{}, err
	}
	if v.lacks.has(ETag) {
		answer.etag = ""
	}
	e := evidence{there: there, answer: answer, whole: whole, expectsCRC: v.expectsCRC(whole), crc: v.crcOf(there, answer, whole)}
	wrong := e.compare(c.Size)
	isOurs := answer.isOurs || e.hasAnsweredETag() || e.isOfParts() || e.crc != "" && wrong == nil ||
		c.Unproved != "" && isDescribed(there, c) // unless the object was replaced since
	isGone := errors.Is(refusal, vault.ErrNotFound)
	mayBeOurs := wrong == nil || aws.ToInt64(there.ContentLength) == c.Size // a service may report a wrong CRC-64
	if !isOurs && mayBeOurs && c.Unproved == "" {                           // only the data kept with the object show which upload made it
		isGone = isGone || v.isGone(ctx, u)
		isOurs = isGone && isDescribed(there, c) && isOfTime(there, c)
	}
	switch {
	case isOurs && wrong == nil:
		if e.expectsCRC && e.crc == "" { // then it will not report one later either
			v.miss(CRC64NVME)
		}
		return listed{object: o, etag: aws.ToString(there.ETag), size: c.Size, class: classOf(there)}, nil
	case isOurs:
		wrong.ID = o.ID()
		return listed{}, fmt.Errorf("%s: %w", v.completing(u), wrong)
	case isGone && (wrong == nil || there.VersionId != nil): // our object may be an older version
		return listed{}, vault.Errorf(vault.ErrNotFound, "%s: nothing shows whether this upload made the present object", v.completing(u))
	}
	return listed{}, v.taken("complete the upload of", o, there)
}

func (v *Vault) completing(u upload) string {
	return v.what(fmt.Sprintf("complete the upload of %q", u.key))
}

// isGone reports whether the service no longer has such an upload.
func (v *Vault) isGone(ctx context.Context, u upload) bool {
	for _, err := range v.parts(ctx, u) {
		return errors.Is(err, vault.ErrNotFound)
	}
	return false
}

// isDescribed reports whether an object has the description of an archive. That does not
// prove its origin: firn may have stored others with the same description.
func isDescribed(there *s3.HeadObjectOutput, c vault.Completion) bool {
	return c.Description != "" && there.Metadata[metaDescription] == escape(c.Description)
}

// isOfTime reports whether an object was made from a file with the same last change.
func isOfTime(there *s3.HeadObjectOutput, c vault.Completion) bool {
	return !c.ModTime.IsZero() && there.Metadata[metaModTime] == seconds(c.ModTime)
}

// headOf looks at a version of an object, or, without one, at the present object of its
// key.
func (v *Vault) headOf(ctx context.Context, o object) (object, *s3.HeadObjectOutput, error) {
	keeps, err := v.keepsVersions(ctx)
	if err != nil {
		return o, nil, err
	}
	var version *string
	if keeps && o.version != "" {
		version = &o.version
	}
	out, err := v.head(ctx, o.key, version)
	switch {
	case err != nil:
	case !keeps:
		o.version = ""
	case version == nil:
		o.version = versionOf(out.VersionId)
	}
	return o, out, err
}

// notThere returns the error for an upload after whose completion the key has no object.
func (v *Vault) notThere(u upload, answer published, refusal, missing error) error {
	isOpen := errors.Is(refusal, vault.ErrExists)         // the object that was in the way has been removed
	if !isOpen && (refusal != nil || answer.etag == "") { // the object existed once
		return missing
	}
	return vault.Errorf(vault.ErrUnavailable, "%s: the object is not visible: %v",
		v.completing(u), missing) // ErrNotFound would say too much
}

// expectsCRC reports whether the service should report the CRC-64 of an object.
func (v *Vault) expectsCRC(whole wholeReceipt) bool { return whole.hasCRC && !v.lacks.has(CRC64NVME) }

// crcOf returns the CRC-64 of the whole object that the service reports, now or when it was
// made; empty if it reports none, or if none is to be compared.
func (v *Vault) crcOf(there *s3.HeadObjectOutput, answer published, whole wholeReceipt) string {
	switch {
	case !v.expectsCRC(whole):
		return ""
	case there.ChecksumType != types.ChecksumTypeComposite && aws.ToString(there.ChecksumCRC64NVME) != "":
		return aws.ToString(there.ChecksumCRC64NVME)
	}
	return answer.crc
}

// evidence holds the values of an object and of an upload that can be compared.
type evidence struct {
	there      *s3.HeadObjectOutput
	answer     published
	whole      wholeReceipt
	expectsCRC bool   // the service should report a CRC-64
	crc        string // the CRC-64 that it reports; empty: none
}

// compare returns the reason why the object may not consist of the bytes that were sent;
// nil if there is none. If the service keeps no CRC-64, the size and the SHA-256 of each
// part must do. An ETag verifies nothing; it only distinguishes objects.
func (e evidence) compare(size int64) *vault.UnprovedError {
	etag, crc := trimETag(aws.ToString(e.there.ETag)), e.whole.crc.String()
	switch found := aws.ToInt64(e.there.ContentLength); {
	case found != size:
		return &vault.UnprovedError{Proof: "size in bytes", Sent: strconv.FormatInt(size, 10), Told: strconv.FormatInt(found, 10)}
	case e.crc == crc:
		return nil
	case e.crc != "":
		return &vault.UnprovedError{Proof: "CRC-64", Sent: crc, Told: e.crc, Without: without(CRC64NVME)}
	case e.isOfParts():
		return nil
	case e.expectsCRC:
		return &vault.UnprovedError{Proof: "CRC-64", Sent: crc, Without: without(CRC64NVME)}
	case e.answer.etag != "" && !e.hasAnsweredETag():
		return &vault.UnprovedError{Proof: "ETag", Sent: trimETag(e.answer.etag), Told: etag, Without: without(ETag)}
	}
	return nil
}

// hasAnsweredETag reports whether the ETag is the one that the service returned when it
// completed the upload.
func (e evidence) hasAnsweredETag() bool {
	return e.answer.etag != "" && trimETag(e.answer.etag) == trimETag(aws.ToString(e.there.ETag))
}

// isOfParts reports whether the ETag is the usual one for an object of these parts.
func (e evidence) isOfParts() bool { return isOfParts(aws.ToString(e.there.ETag), e.whole.parts) }
