package coldfront

import (
	"net/http"
	"net/url"
	"strings"
)

// name is the bucket and the key of an object.
type name struct{ bucket, key string }

// nameOf returns bucket and key from the path or, below [Domain], from the host.
func nameOf(r *http.Request) name {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host, _, _ := strings.Cut(r.Host, ":")
	if bucket, ok := strings.CutSuffix(host, "."+Domain); ok {
		return name{bucket, path}
	}
	bucket, key, _ := strings.Cut(path, "/")
	return name{bucket, key}
}

// copySource returns the object that a request copies, and its version ("" for the latest).
func copySource(r *http.Request) (_ name, version string, ok bool) {
	source := r.Header.Get("X-Amz-Copy-Source")
	if source == "" {
		return name{}, "", false
	}
	source, query, _ := strings.Cut(source, "?")
	source, err := url.PathUnescape(strings.TrimPrefix(source, "/"))
	if err != nil {
		return name{}, "", false
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return name{}, "", false
	}
	bucket, key, _ := strings.Cut(source, "/")
	return name{bucket, key}, values.Get("versionId"), true
}

// operationOf returns S3's name of the operation.
func operationOf(r *http.Request, n name) string {
	query := r.URL.Query()
	switch {
	case n.bucket == "":
		return "ListBuckets"
	case n.key == "":
		return bucketOperation(r.Method, query)
	case r.Header.Get("X-Amz-Copy-Source") != "" && query.Has("uploadId"):
		return "UploadPartCopy"
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return "CopyObject"
	default:
		return objectOperation(r.Method, query)
	}
}

func bucketOperation(method string, query url.Values) string {
	return pick(method, query, map[string]string{
		"GET uploads":    "ListMultipartUploads",
		"GET versions":   "ListObjectVersions",
		"GET list-type":  "ListObjectsV2",
		"GET versioning": "GetBucketVersioning",
		"GET tagging":    "GetBucketTagging",
		"GET location":   "GetBucketLocation",
		"GET lifecycle":  "GetBucketLifecycleConfiguration",
		"GET policy":     "GetBucketPolicy",
		"GET acl":        "GetBucketAcl",
		"GET ":           "ListObjects",
		"HEAD ":          "HeadBucket",
		"PUT versioning": "PutBucketVersioning",
		"PUT tagging":    "PutBucketTagging",
		"PUT lifecycle":  "PutBucketLifecycleConfiguration",
		"PUT policy":     "PutBucketPolicy",
		"PUT ":           "CreateBucket",
		"POST delete":    "DeleteObjects",
		"DELETE tagging": "DeleteBucketTagging",
		"DELETE ":        "DeleteBucket",
	})
}

func objectOperation(method string, query url.Values) string {
	return pick(method, query, map[string]string{
		"GET uploadId":    "ListParts",
		"GET tagging":     "GetObjectTagging",
		"GET attributes":  "GetObjectAttributes",
		"GET acl":         "GetObjectAcl",
		"GET retention":   "GetObjectRetention",
		"GET legal-hold":  "GetObjectLegalHold",
		"GET ":            "GetObject",
		"HEAD ":           "HeadObject",
		"PUT uploadId":    "UploadPart",
		"PUT tagging":     "PutObjectTagging",
		"PUT acl":         "PutObjectAcl",
		"PUT retention":   "PutObjectRetention",
		"PUT legal-hold":  "PutObjectLegalHold",
		"PUT ":            "PutObject",
		"POST uploads":    "CreateMultipartUpload",
		"POST uploadId":   "CompleteMultipartUpload",
		"POST restore":    "RestoreObject",
		"POST select":     "SelectObjectContent",
		"DELETE uploadId": "AbortMultipartUpload",
		"DELETE tagging":  "DeleteObjectTagging",
		"DELETE ":         "DeleteObject",
	})
}

// pick finds the operation by the method and the one significant parameter.
func pick(method string, query url.Values, operations map[string]string) string {
	for parameter := range query {
		if operation, ok := operations[method+" "+parameter]; ok {
			return operation
		}
	}
	if operation, ok := operations[method+" "]; ok {
		return operation
	}
	return method
}
