package s3vault

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"firn/vault"
)

// Feature is something of Amazon's S3 that services which speak S3 may lack. What
// takes its place is the next best, and is said once; see features.
type Feature string

// The features that are not taken for granted.
const (
	// Conditional: If-None-Match when an upload is completed.
	Conditional Feature = "conditional"
	// CRC64NVME: a checksum of each part and of the whole object, computed from
	// those of the parts.
	CRC64NVME Feature = "crc64nvme"
	// ObjectSize: the size of the whole when an upload is completed, which the service
	// compares.
	ObjectSize Feature = "object-size"
	// Tagging: tags of objects.
	Tagging Feature = "tagging"
	// Classes: the cold storage classes.
	Classes Feature = "classes"
	// Versions: buckets that keep what is overwritten or deleted.
	Versions Feature = "versions"
	// ETag: an object has the ETag that the service told when its upload was completed.
	// Without it an object of the right size is taken for the one that was made.
	ETag Feature = "etag"
	// UploadList: the list of the unfinished uploads of a bucket.
	UploadList Feature = "uploads"
	// RestoreStatus: lists tell which objects are restored.
	RestoreStatus Feature = "restore-status"
	// Restore: RestoreObject.
	Restore Feature = "restore"
	// Ranges: a request reads some bytes of an object and not all of them.
	Ranges Feature = "ranges"
)

// trait is what is known of a feature: a row of the table in docs/s3.md.
type trait struct {
	feature Feature
	// instead is what takes its place, as it is said once; empty: nothing does, unless
	// the vault's URL says so.
	instead string
	// headers are how the names of its request headers begin, by which a refusal may
	// name it. A feature with headers is left out of a request; one without is a
	// request of its own.
	headers []string
}

// features is the one table of what a service may lack.
func features() []trait {
	return []trait{
		{Conditional, "whether a key is free is looked at before it is written", []string{"if-none-match"}},
		{CRC64NVME, "parts are proved by the SHA-256 in their signatures alone", []string{"x-amz-checksum", "x-amz-sdk-checksum"}},
		{ObjectSize, "the size of the whole is compared when it is there", []string{"x-amz-mp-object-size"}},
		{Tagging, "tree hashes are kept in small objects under .firn/", nil},
		{Classes, "", nil},
		{Versions, "an archive is whatever object its key has now", nil},
		{ETag, "", nil},
		{UploadList, "an unfinished upload that is not on record is neither found nor continued, and its parts stay until they are removed by other means", nil},
		{RestoreStatus, "jobs are not listed; that an object is restored shows when it is asked for", []string{"x-amz-optional-object-attributes"}},
		{Restore, "objects are read as they are, whatever their class", nil},
		{Ranges, "an archive is read from its beginning", nil},
	}
}

func traitOf(f Feature) trait {
	all := features()
	return all[slices.IndexFunc(all, func(t trait) bool { return t.feature == f })]
}

// Features lists them all.
func Features() (all []Feature) {
	for _, t := range features() {
		all = append(all, t.feature)
	}
	return all
}

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

// without is how a vault's URL says that the service lacks a feature.
func without(f Feature) string { return "lacks=" + string(f) }

// adviseWithout is what to do where a feature is in the way.
func adviseWithout(f Feature) string { return "add " + without(f) + " to the vault's URL" }

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

// miss notes that the service lacks a feature, and tells it once.
func (v *Vault) miss(f Feature) {
	if v.lacks.add(f) {
		v.config.Notice(fmt.Sprintf("the service lacks %s: %s (%s in the vault's URL spares finding that out)", f, traitOf(f).instead, without(f)))
	}
}
