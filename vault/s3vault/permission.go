package s3vault

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"firn/internal/amazon"
)

// operationOf is the name of the operation that failed, empty if none was tried.
func operationOf(err error) string {
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return operation.OperationName
	}
	return ""
}

// withPermission says which permission an operation wants, where the service denied
// it and did not say so itself, as it does not for HEAD and across accounts.
func withPermission(err error, operation string) error {
	answer := amazon.Refusal(err)
	wanted := permission(operation)
	if wanted == "" || answer == nil || !answer.CodeIs("AccessDenied", "Forbidden") || strings.Contains(answer.Message, "s3:") {
		return err
	}
	return fmt.Errorf("%w; this needs the permission %s", err, wanted)
}

// permission is what an operation wants ("Actions, resources, and condition keys for
// Amazon S3" in the service authorization reference).
func permission(operation string) string {
	switch operation {
	case "HeadObject":
		return "s3:GetObject, and s3:ListBucket where there is no such object"
	case "GetObject", "GetObjectTagging", "PutObjectTagging", "RestoreObject", "DeleteObject", "AbortMultipartUpload":
		return "s3:" + operation
	case "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload":
		return "s3:PutObject"
	case "ListParts":
		return "s3:ListMultipartUploadParts"
	case "ListObjectsV2":
		return "s3:ListBucket"
	case "ListMultipartUploads":
		return "s3:ListBucketMultipartUploads"
	}
	return ""
}
