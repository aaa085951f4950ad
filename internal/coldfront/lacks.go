package coldfront

import (
	"net/http"
	"slices"
	"strings"
)

// Feature is a feature of S3 that compatible services may lack.
type Feature int

const (
	// Conditions are If-None-Match and If-Match of writes.
	Conditions Feature = iota
	// CRC64NVME is the checksum with this name.
	CRC64NVME
	// Checksums are all checksums.
	Checksums
	// Tagging is the tags of objects; tags in a request that writes can be ignored.
	Tagging
	// Classes are storage classes other than STANDARD.
	Classes
	// Restore is RestoreObject. It can be refused, not ignored.
	Restore
	// RestoreStatus is this element of lists, and the header that asks for it.
	RestoreStatus
	// Versions are the list of versions and the request whether a bucket keeps them. They
	// can be refused, not ignored.
	Versions
	// Encoding is the URL encoding of keys in lists. It can be ignored, not refused.
	Encoding
)

func (f *Front) ignores(feature Feature) bool { return slices.Contains(f.options.Ignores, feature) }

// uses reports whether a request uses a feature.
func (c *call) uses(feature Feature) bool {
	h := c.request.Header
	switch feature {
	case Conditions:
		reads := c.request.Method == http.MethodGet || c.request.Method == http.MethodHead
		return !reads && (h.Get("If-None-Match") != "" || h.Get("If-Match") != "")
	case CRC64NVME:
		return slices.ContainsFunc(checksumFields(h), func(field string) bool {
			return strings.HasSuffix(field, "Crc64nvme") || strings.EqualFold(h.Get(field), "CRC64NVME")
		})
	case Checksums:
		return len(checksumFields(h)) > 0
	case Tagging:
		return h.Get("X-Amz-Tagging") != "" || c.request.URL.Query().Has("tagging")
	case Classes:
		class := h.Get("X-Amz-Storage-Class")
		return class != "" && class != standard
	case Versions:
		return c.operation == "GetBucketVersioning" || c.operation == "ListObjectVersions"
	case Restore:
		return c.operation == "RestoreObject"
	case RestoreStatus:
		return h.Get("X-Amz-Optional-Object-Attributes") != ""
	case UploadList:
		return c.operation == "ListMultipartUploads"
	default:
		return false
	}
}

// wantsChecksum reports whether a request lacks the checksum that a bucket with Object Lock
// requires.
func (f *Front) wantsChecksum(c *call) bool {
	_, locked := f.locked.Load(c.name.bucket)
	stores := c.operation == "PutObject" || c.operation == "UploadPart"
	return locked && stores && !c.uses(Checksums) && c.request.Header.Get("Content-Md5") == ""
}

// checksumFields returns the headers about the checksums of written content.
func checksumFields(h http.Header) []string {
	var fields []string
	for field := range h {
		if strings.HasPrefix(field, "X-Amz-Checksum-") && field != "X-Amz-Checksum-Mode" || field == "X-Amz-Sdk-Checksum-Algorithm" {
			fields = append(fields, field)
		}
	}
	return fields
}

// refused returns the error for a request that uses a refused feature, or nil.
func (f *Front) refused(c *call) *s3Error {
	for _, feature := range f.options.Refuses {
		if !c.uses(feature) {
			continue
		}
		switch feature {
		case Classes:
			return invalidStorageClass()
		case CRC64NVME, Checksums, RestoreStatus:
			return &s3Error{Status: http.StatusBadRequest, Code: "InvalidArgument", Message: "Unsupported header received"}
		default:
			return &s3Error{
				Status: http.StatusNotImplemented, Code: "NotImplemented",
				Message: "A header or query you provided implies functionality that is not implemented",
			}
		}
	}
	return nil
}

func invalidStorageClass() *s3Error {
	return &s3Error{
		Status: http.StatusBadRequest, Code: "InvalidStorageClass",
		Message: "The storage class you specified is not valid",
	}
}
