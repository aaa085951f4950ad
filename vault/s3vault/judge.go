package s3vault

import (
	"fmt"
	"net/http"
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// Advice to the user for errors whose own words do not say what to do.
const (
	adviceExpedited = "there is no capacity for Expedited retrievals now: wait, or ask for the Standard tier"
	adviceBucket    = `check the name of the bucket, or create it with a tool for S3, for example "aws s3 mb s3://BUCKET"`
	adviceClasses   = "if the service has no such class, store in the one it has: add lacks=classes to the vault's URL"
	adviceChecksum  = "if the service itself computes it otherwise: add lacks=crc64nvme to the vault's URL"
	adviceList      = "something on the way takes no list of so many parts: choose larger parts"
	adviceUnchecked = "a bucket with Object Lock wants a checksum of all that it takes: leave lacks=crc64nvme out of the vault's URL"
	adviceRegion    = "the bucket is in another region: add region=REGION to the vault's URL"
)

// judge interprets a refusal of S3, as far as it is specific to S3.
func judge(e *ServiceError) (advice string, class error) {
	switch {
	case e.CodeIs("NoSuchBucket"):
		return adviceBucket, vault.ErrNotFound
	case e.CodeIs("NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound"):
		return "", vault.ErrNotFound
	case e.CodeIs("InvalidArgument") && strings.Contains(strings.ToLower(e.Message), "version id"):
		return "", vault.ErrNotFound // the text cannot be a version id
	case isOtherRegion(e):
		return adviseRegion(e), vault.ErrInvalid
	case e.CodeIs("InvalidObjectState"):
		return "", vault.ErrNotReady
	case e.CodeIs("PreconditionFailed"):
		return "", vault.ErrExists
	case e.CodeIs("ConditionalRequestConflict", "OperationAborted"):
		return "", vault.ErrUnavailable
	case e.CodeIs("GlacierExpeditedRetrievalNotAvailable"):
		return adviceExpedited, vault.ErrLimited
	case isChanged(e):
		return amazon.AdviceChanged, vault.ErrGarbled
	case e.CodeIs("InvalidRequest") && strings.Contains(e.Message, "header is required"):
		return adviceUnchecked, vault.ErrInvalid
	case e.CodeIs("InvalidRequest") && strings.Contains(e.Message, "checksum"):
		return adviceChecksum, vault.ErrChecksum
	case e.CodeIs("InvalidStorageClass"):
		return adviceClasses, vault.ErrInvalid
	case e.CodeIs("EntityTooSmall", "EntityTooLarge", "Invalid", "Malformed", "NotImplemented", "MethodNotAllowed", "KeyTooLong"):
		return "", vault.ErrInvalid
	}
	return "", nil
}

// isOtherRegion reports whether the bucket is in another region than the request was sent to.
func isOtherRegion(e *ServiceError) bool {
	return e.CodeIs("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException") ||
		e.Status == http.StatusMovedPermanently && e.Region != ""
}

// adviseRegion names the region of the bucket, if the answer does.
func adviseRegion(e *ServiceError) string {
	region := e.Region
	if _, after, ok := strings.Cut(e.Message, "expecting '"); region == "" && ok {
		region, _, _ = strings.Cut(after, "'")
	}
	if region == "" || strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return adviceRegion
	}
	return fmt.Sprintf("the bucket is in the region %s: add region=%s to the vault's URL", region, region)
}

// judgePart is judge for a request with content. If the content arrived changed, its source
// may have changed: the caller reads it again before it sends it again.
func judgePart(e *ServiceError) (advice string, class error) {
	if isChanged(e) {
		return aboutChecksum(e), vault.ErrChecksum
	}
	return judge(e)
}

// aboutChecksum returns the advice for a complaint about the CRC-64, and none for a
// complaint about the SHA-256 that every request has.
func aboutChecksum(e *ServiceError) string {
	message := strings.ToLower(e.Message)
	if strings.Contains(message, "checksum") || strings.Contains(message, "crc64") {
		return adviceChecksum
	}
	return ""
}

// judgeCreate is judge for the request that names a class.
func (v *Vault) judgeCreate(e *ServiceError) (advice string, class error) {
	aboutClass := isBadRequest(e) && strings.Contains(strings.ToLower(e.Message), "class")
	if v.storageClass() != "" && (saysUnimplemented(e) || aboutClass) {
		return adviceClasses, vault.ErrInvalid
	}
	return judge(e)
}

// judgeWhole is judge for the request that completes an object. The checksum of this
// request covers the whole object, so a mismatch means that the service holds other bytes.
func judgeWhole(e *ServiceError) (advice string, class error) {
	switch {
	case e.CodeIs("BadDigest"):
		return adviceChecksum, vault.ErrChecksum
	case e.Status == http.StatusRequestEntityTooLarge:
		return adviceList, vault.ErrInvalid
	}
	return judge(e)
}

// isChanged reports whether the answer says that the body of the request does not match its
// hash.
func isChanged(e *ServiceError) bool {
	return e.CodeIs("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch")
}
