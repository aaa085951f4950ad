package s3vault

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"firn/internal/amazon"
	"firn/vault"
)

// Feature is something of Amazon's S3 that services which speak S3 may lack. What
// takes its place is the next best proof, and is said once.
type Feature string

// The features that are not taken for granted.
const (
	// Conditional: If-None-Match when an upload is completed. Without it a key is
	// looked for before the upload begins and again before it is completed.
	Conditional Feature = "conditional"
	// CRC64NVME: a checksum of each part and of the whole object, computed from
	// those of the parts. Without it each part is proved by the SHA-256 in its
	// signature, and the whole by its size and by its parts.
	CRC64NVME Feature = "crc64nvme"
	// Tagging: tags of objects. Without them the tree hash is kept in a small object
	// beside each.
	Tagging Feature = "tagging"
	// Classes: the cold storage classes. Without them everything is readable at once.
	Classes Feature = "classes"
	// Versions: buckets that keep what is overwritten or deleted. Without them an
	// archive is whatever object its key has now.
	Versions Feature = "versions"
	// ETag: an object has the ETag that the service told when its upload was completed.
	// Without it an object of the right size is taken for the one that was made.
	ETag Feature = "etag"
)

// Features lists them all.
func Features() []Feature { return []Feature{Conditional, CRC64NVME, Tagging, Classes, Versions, ETag} }

// ParseFeatures reads a list with commas.
func ParseFeatures(list string) ([]Feature, error) {
	var found []Feature
	for name := range strings.SplitSeq(list, ",") {
		f := Feature(name)
		if !slices.Contains(Features(), f) {
			return nil, fmt.Errorf("feature %.100q: %w: those that a service may lack are %q", name, vault.ErrInvalid, Features())
		}
		found = append(found, f)
	}
	return found, nil
}

// lacks are the features that the service is known to lack, declared or found out.
type lacks struct {
	mu    sync.Mutex
	known []Feature
}

func (l *lacks) has(f Feature) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.known, f)
}

// add notes that a feature is lacking, and reports whether that is news.
func (l *lacks) add(f Feature) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.known, f) {
		return false
	}
	l.known = append(l.known, f)
	return true
}

// isMissing reports whether an error says that the service lacks a feature, which
// is then noted and told.
func (v *Vault) isMissing(f Feature, err error, instead string) bool {
	if !saysMissing(f, err) {
		return false
	}
	v.miss(f, instead)
	return true
}

// miss notes that the service lacks a feature, and tells it once.
func (v *Vault) miss(f Feature, instead string) {
	if v.lacks.add(f) {
		v.config.Notice(fmt.Sprintf("the service lacks %s: %s", f, instead))
	}
}

// saysMissing reports whether an error says that the service lacks something:
// outright, or because it does not know what a checksum's or a header's name means.
func saysMissing(f Feature, err error) bool {
	const notImplemented = 501
	answer := amazon.Refusal(err)
	return answer != nil && (answer.CodeIs("NotImplemented") || answer.Status == notImplemented ||
		answer.CodeIs("InvalidArgument", "InvalidRequest") && saysUnsupported(f, strings.ToLower(answer.Message)))
}

// saysUnsupported: a complaint about a checksum is one of bytes that differ, unless
// it comes before any were sent.
func saysUnsupported(f Feature, message string) bool {
	return f == CRC64NVME && strings.Contains(message, "checksum") || strings.Contains(message, "unsupported header")
}
