package s3vault

import "firn/internal/amazon"

// answers describes the service's answers: an XML document to every request that reads
// something other than an object, and to requests that begin or complete an upload. Some
// services use other names for the root element than Amazon does, so only the end of the
// name is compared.
func answers() amazon.Answers {
	return amazon.Answers{Form: amazon.XML, Most: maxAnswer, Content: "GetObject", Document: document}
}

func document(operation, _ string) (root string, has bool) {
	switch operation {
	case "ListObjectsV2", "ListParts":
		return "Result", true
	case "ListObjectVersions": // not the list of objects, which a service returns that ignores the query
		return "VersionsResult", true
	case "ListMultipartUploads":
		return "UploadsResult", true
	case "GetBucketVersioning":
		return "VersioningConfiguration", true
	case "GetObjectTagging":
		return "Tagging", true
	case "CreateMultipartUpload", "CompleteMultipartUpload":
		return "", true
	}
	return "", false
}
