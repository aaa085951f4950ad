package s3vault

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"firn/vault"
)

// Feature is a feature of Amazon's S3 that other services may lack. firn then uses the next
// best way and says so once; see features.
type Feature string

// The features that firn does not take for granted.
const (
	// Conditional: If-None-Match in the request that completes an upload.
	Conditional Feature = "conditional"
	// CRC64NVME: a checksum of each part and of the whole object. The checksum of the whole
	// is computed from the checksums of the parts.
	CRC64NVME Feature = "crc64nvme"
	// ObjectSize: the size of the whole object in the request that completes an upload, for
	// comparison by the service.
	ObjectSize Feature = "object-size"
	// Tagging: tags of objects.
	Tagging Feature = "tagging"
	// Classes: the cold storage classes.
	Classes Feature = "classes"
	// Versions: buckets that keep overwritten and deleted objects.
	Versions Feature = "versions"
	// ETag: an object keeps the ETag that the service returned when its upload was
	// completed. Without this feature, an object of the right size is taken for the one
	// that was made.
	ETag Feature = "etag"
	// UploadList: the list of the unfinished uploads of a bucket.
	UploadList Feature = "uploads"
	// RestoreStatus: lists show which objects are restored.
	RestoreStatus Feature = "restore-status"
	// Restore: RestoreObject.
	Restore Feature = "restore"
	// Ranges: a request can read a range of an object.
	Ranges Feature = "ranges"
)

// trait describes a feature: a row of the table in docs/s3.md.
type trait struct {
	feature Feature
	// instead is the sentence about the substitute; empty if there is none unless the
	// vault's URL declares the feature as lacking.
	instead string
	// headers are the first letters of the feature's request headers, by which a refusal
	// may name it. A feature with headers can be left out of a request; a feature without
	// headers is a request of its own.
	headers []string
}

// features returns the table of features that a service may lack.
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

// Features returns all features.
func Features() (all []Feature) {
	for _, t := range features() {
		all = append(all, t.feature)
	}
	return all
}

// ParseFeatures reads a list separated by commas. An unknown name is ErrInvalid.
func ParseFeatures(list string) ([]Feature, error) {
	var found []Feature
	for name := range strings.SplitSeq(list, ",") {
		f := Feature(name)
		if !slices.Contains(Features(), f) {
			return nil, vault.Errorf(vault.ErrInvalid, "feature %.100q: those that a service may lack are %q", name, Features())
		}
		found = append(found, f)
	}
	return found, nil
}

// without returns the option by which a vault's URL declares a feature as lacking.
func without(f Feature) string { return "lacks=" + string(f) }

// adviseWithout returns the advice to declare a feature as lacking.
func adviseWithout(f Feature) string { return "add " + without(f) + " to the vault's URL" }

// lacks holds the features that the service is known to lack, declared or found out.
type lacks struct {
	mu    sync.Mutex
	known []Feature
}

func (l *lacks) has(f Feature) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.known, f)
}

// add records a lacking feature and reports whether it is new.
func (l *lacks) add(f Feature) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.known, f) {
		return false
	}
	l.known = append(l.known, f)
	return true
}

// miss records that the service lacks a feature, and says so once.
func (v *Vault) miss(f Feature) {
	if v.lacks.add(f) {
		v.config.Notice(fmt.Sprintf("the service lacks %s: %s (%s in the vault's URL spares finding that out)", f, traitOf(f).instead, without(f)))
	}
}
