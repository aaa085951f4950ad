package s3vault

import (
	"net/http"
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// What the user can do, where the service's own words do not say it.
const (
	adviceExpedited = "there is no capacity for Expedited retrievals now: wait, or ask for the Standard tier"
	adviceBucket    = "create the bucket first, with any tool for S3"
	adviceClasses   = "if the service has no such class, store in the one it has: add lacks=classes to the vault's URL"
	adviceChecksum  = "if the service itself computes it otherwise: add lacks=crc64nvme to the vault's URL"
	adviceList      = "something on the way takes no list of so many parts: choose larger parts"
	adviceUnchecked = "a bucket with Object Lock wants a checksum of all that it takes: leave lacks=crc64nvme out of the vault's URL"
	adviceRegion    = "the bucket is in another region: name it in the vault's URL (?region=REGION)"
)

// judge tells what a refusal of S3 means, beyond what all services mean alike.
func judge(e *ServiceError) (advice string, class error) {
	switch {
	case e.CodeIs("InvalidAccessKeyId", "InvalidToken", "InvalidSecurity"):
		return amazon.AdviceCredentials, vault.ErrDenied
	case e.CodeIs("NoSuchBucket"):
		return adviceBucket, vault.ErrNotFound
	case e.CodeIs("NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound"):
		return "", vault.ErrNotFound
	case e.CodeIs("InvalidArgument") && strings.Contains(strings.ToLower(e.Message), "version id"):
		return "", vault.ErrNotFound // it cannot be one
	case e.CodeIs("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"):
		return adviceRegion, vault.ErrInvalid
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

// judgePart is judge for a request that has content. If that came changed, its source
// may have changed, too: the caller reads it again before it sends it again.
func judgePart(e *ServiceError) (advice string, class error) {
	if isChanged(e) {
		return aboutChecksum(e), vault.ErrChecksum
	}
	return judge(e)
}

// aboutChecksum is the advice for a complaint that is about the CRC-64, and not about the
// hash that every request has.
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

// judgeWhole is judge for the request that completes an object: the checksum that it
// has is that of all the content, and of another one that the service holds.
func judgeWhole(e *ServiceError) (advice string, class error) {
	switch {
	case e.CodeIs("BadDigest"):
		return adviceChecksum, vault.ErrChecksum
	case e.Status == http.StatusRequestEntityTooLarge:
		return adviceList, vault.ErrInvalid
	}
	return judge(e)
}

// isChanged reports whether the answer says that the body of the request does not have
// the hash that came with it.
func isChanged(e *ServiceError) bool {
	return e.CodeIs("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch")
}
