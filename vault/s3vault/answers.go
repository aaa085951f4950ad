package s3vault

import "firn/internal/amazon"

// answers are what the service sends: an XML document to whatever is read but an
// object, and to what begins or completes an upload. Not all services give a root
// the very name that Amazon does, so that its end must do.
func answers() amazon.Answers {
	return amazon.Answers{Form: amazon.XML, Most: maxAnswer, Content: "GetObject", Document: document}
}

func document(operation, _ string) (root string, has bool) {
	switch operation {
	case "ListObjectsV2", "ListParts":
		return "Result", true
	case "ListObjectVersions": // and not the list of objects, which a service gives that takes no notice of the query
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
