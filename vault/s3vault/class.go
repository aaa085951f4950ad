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

// The cold classes, with the time of a retrieval and the minimum storage time that is
// billed.
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

// tiers returns the tiers that a restore of this class may use, fastest first.
func (c Class) tiers() []vault.Tier {
	switch c {
	case Glacier:
		return []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk}
	case DeepArchive:
		return []vault.Tier{vault.Standard, vault.Bulk}
	}
	return []vault.Tier{vault.Standard} // reading takes no time
}

// jobTimes returns the usual duration of a restore if it differs from the duration at a
// Glacier vault ("Understanding archive retrieval options" in the user guide); else nil.
func (c Class) jobTimes() map[vault.Tier]time.Duration {
	if c != DeepArchive {
		return nil
	}
	return map[vault.Tier]time.Duration{vault.Standard: 12 * time.Hour, vault.Bulk: 48 * time.Hour}
}

// isArchived reports whether an object of this class must be restored before it can be
// read. The service reports no class for objects of the class STANDARD.
func isArchived(c types.StorageClass) bool {
	return c == types.StorageClassGlacier || c == types.StorageClassDeepArchive
}

const (
	minPartSize     = 5 << 20 // bytes
	maxPartSize     = 5 << 30 // bytes
	maxParts        = 10_000  // in one upload, at Amazon
	maxTreePart     = 4 << 30 // bytes; the largest part that is a node of a tree: 1 MiB times a power of two
	maxKey          = 1024    // bytes of UTF-8
	maxDescription  = 1024    // bytes; all metadata of an object may have 2 KB
	defaultKeepDays = 3

	// lateArchives is the time that the service may still work on completing an upload of
	// thousands of parts after a proxy has stopped waiting for its answer.
	lateArchives = 5 * time.Minute
)

// classAsked returns the class of new uploads; empty if the URL says that the service has
// no classes.
func (c *Config) classAsked() string {
	if slices.Contains(c.Lacks, Classes) {
		return ""
	}
	return string(c.Class)
}

// Limits returns the limits of the service ("Amazon S3 multipart upload limits" in the user
// guide), changed by Config, and the tiers of the vault's class. The service decides the
// lifetime of each job's output. Since December 2025 an object may have 50 TB, but not in
// parts that are nodes of its tree.
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
