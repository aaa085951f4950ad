package s3vault

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/treehash"
	"firn/vault"
)

// Class is a storage class.
type Class string

// The cold classes.
const (
	Glacier     Class = "GLACIER"      // Flexible Retrieval: hours, at least 90 days
	DeepArchive Class = "DEEP_ARCHIVE" // half a day, at least 180 days
	GlacierIR   Class = "GLACIER_IR"   // Instant Retrieval: at once, at least 90 days
)

func classes() []Class { return []Class{Glacier, DeepArchive, GlacierIR} }

func classNames() string {
	var names []string
	for _, c := range classes() {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

func (c Class) isKnown() bool { return slices.Contains(classes(), c) }

// tiers are those that a restore of this class may ask for, fastest first.
func (c Class) tiers() []vault.Tier {
	switch c {
	case Glacier:
		return []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk}
	case DeepArchive:
		return []vault.Tier{vault.Standard, vault.Bulk}
	}
	return []vault.Tier{vault.Standard} // which takes no time
}

// jobTimes are how long restoring an object takes, where that is not as in a vault
// ("Understanding archive retrieval options" in the user guide).
func (c Class) jobTimes() map[vault.Tier]time.Duration {
	if c != DeepArchive {
		return nil
	}
	return map[vault.Tier]time.Duration{vault.Standard: 12 * time.Hour, vault.Bulk: 48 * time.Hour}
}

// isArchived reports whether an object of this class must be restored before it is
// read. Objects of the class STANDARD tell no class.
func isArchived(c types.StorageClass) bool {
	return c == types.StorageClassGlacier || c == types.StorageClassDeepArchive
}

const (
	minPartSize     = 5 << 20 // bytes
	maxPartSize     = 5 << 30 // bytes
	maxParts        = 10_000  // in one upload, at Amazon
	maxTreePart     = 4 << 30 // bytes of a part: the largest that is a node of a tree, 1 MiB times a power of two
	maxKey          = 1024    // bytes of UTF-8
	maxDescription  = 1024    // bytes, of the 2 KB that metadata may have
	defaultKeepDays = 3

	// lateArchives is how long the service may work on completing an upload of
	// thousands of parts after whatever is on the way has given up waiting for it.
	lateArchives = 5 * time.Minute
)

// classAsked is the class that uploads are begun with; empty for a service that is
// known to have none.
func (c *Config) classAsked() string {
	if slices.Contains(c.Lacks, Classes) {
		return ""
	}
	return string(c.Class)
}

// Limits tells what the service accepts ("Amazon S3 multipart upload limits" in
// the user guide, but for what Config says), and which tiers the vault's own class has. How long an output
// lives is the service's to say, with each job. An object may have 50 TB since
// December 2025, but not in parts that are nodes of its tree.
func (v *Vault) Limits() vault.Limits {
	return vault.Limits{
		MinPartSize:    minPartSize,
		MaxPartSize:    maxPartSize,
		MaxParts:       v.config.MaxParts,
		MinArchiveSize: 1,
		MaxArchiveSize: int64(v.config.MaxParts) * maxTreePart,
		MaxDescription: maxDescription,
		Names:          true,
		Class:          v.config.classAsked(),
		CRC64:          !slices.Contains(v.config.Lacks, CRC64NVME),
		RangeAlignment: treehash.LeafSize,
		Sequential:     v.lacks.has(Ranges),
		Prolongs:       true,
		Tiers:          v.config.Class.tiers(),
		JobTimes:       v.config.Class.jobTimes(),
		LateArchives:   lateArchives,
	}
}
