package s3vault

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"firn/internal/amazon"
)

// operationOf returns the name of the operation that failed, empty if the SDK tried none.
func operationOf(err error) string {
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return operation.OperationName
	}
	return ""
}

// withPermission adds the permission that an operation needs, if the service denied it
// without naming the permission. It does not name it for HEAD and across accounts.
func withPermission(err error, operation string) error {
	answer := amazon.Refusal(err)
	wanted := permission(operation)
	if wanted == "" || answer == nil || !answer.CodeIs("AccessDenied", "Forbidden") || strings.Contains(answer.Message, "s3:") {
		return err
	}
	return fmt.Errorf("%w; this needs the permission %s", err, wanted)
}

// permission returns the permission that an operation needs ("Actions, resources, and
// condition keys for Amazon S3" in the service authorization reference).
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
