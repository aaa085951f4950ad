package glaciervault

import (
	"strings"

	"firn/internal/amazon"
	"firn/vault"
)

// Advice to the user for errors whose own words do not say what to do.
const (
	adviceClosed      = "Amazon's vault service takes no new customers since 15 December 2025 and this account holds no vaults; accounts that hold some can go on"
	advicePolicy      = "the account's data retrieval policy allows no more Standard retrievals for now: wait, ask for the Bulk tier, to which it does not apply, or raise its limit"
	adviceCapacity    = "there is no capacity for Expedited retrievals now: wait, ask for the Standard tier, or buy provisioned capacity"
	adviceNoInventory = "a vault has no inventory at first: the service makes one about a day after the first upload"
	adviceDamaged     = "what is not damaged can be had by its range"
	adviceElsewhere   = "the name is right in itself: the archive id belongs to another vault, or to one in another region"
	adviceNotEmpty    = "a vault can be deleted once an inventory, which is made about daily, has seen it empty"
)

// judge interprets a refusal of this service by its code, as far as it is specific to
// Glacier.
func judge(e *ServiceError) (advice string, class error) {
	switch {
	case e.CodeIs("PolicyEnforced"):
		return advicePolicy, vault.ErrLimited
	case e.CodeIs("InsufficientCapacity"):
		return adviceCapacity, vault.ErrLimited
	case e.CodeIs("ResourceNotFound"):
		return "", vault.ErrNotFound
	case isChanged(e):
		return amazon.AdviceChanged, vault.ErrGarbled
	case e.CodeIs("ServiceUnavailable") && strings.HasPrefix(e.Message, "Some of what the server keeps is not as it was stored"):
		return adviceDamaged, vault.ErrChecksum // from firn serve; repeating the request does not help
	case e.CodeIs("NoLongerSupported"):
		return adviceClosed, vault.ErrDenied
	case e.CodeIs("InvalidParameterValue"):
		return classOfInvalidParameter(e)
	case e.CodeIs("MissingParameterValue", "LimitExceeded", "BadRequest", "Serialization"):
		return "", vault.ErrInvalid
	}
	return "", nil
}

// judgePart is judge for a request with content. If the content arrived changed, its source
// may have changed: the caller reads it again before it sends it again.
func judgePart(e *ServiceError) (advice string, class error) {
	if isChanged(e) {
		return "", vault.ErrChecksum
	}
	return judge(e)
}

// isChanged reports whether the answer says that the body of the request is not the one
// that was signed.
func isChanged(e *ServiceError) bool {
	return e.CodeIs("InvalidSignature") && strings.Contains(e.Message, "x-amz-content-sha256")
}

// classOfInvalidParameter also looks at the message, because this code also stands for
// wrong bytes and unfinished jobs.
func classOfInvalidParameter(e *ServiceError) (advice string, class error) {
	switch {
	case strings.HasPrefix(e.Message, "Checksum mismatch"), strings.HasPrefix(e.Message, "Invalid x-amz-sha256-tree-hash"):
		return "", vault.ErrChecksum
	case strings.HasPrefix(e.Message, "The job is not currently available for download"):
		return "", vault.ErrNotReady
	case strings.HasPrefix(e.Message, "Vault not empty"):
		return adviceNotEmpty, vault.ErrInvalid
	case isElsewhere(e.Message):
		return adviceElsewhere, vault.ErrInvalid
	}
	return "", vault.ErrInvalid
}

// isElsewhere reports whether the service calls a valid name of a vault invalid. It does so
// for a request for an archive of another vault.
func isElsewhere(message string) bool {
	name, says := strings.CutPrefix(message, "Invalid vault name: ")
	return says && checkName(name[strings.LastIndex(name, "/")+1:]) == nil
}

// vaultMissing reports whether the answer says that the vault itself does not exist, and
// not something in it.
func vaultMissing(e *ServiceError) bool {
	return e.CodeIs("ResourceNotFound") && strings.HasPrefix(e.Message, "Vault not found")
}
