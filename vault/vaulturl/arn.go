package vaulturl

import (
	"regexp"
	"strings"
)

// isARN reports whether raw is written as an ARN.
func isARN(raw string) bool { return strings.HasPrefix(raw, "arn:") }

// parseARN reads the ARN of a vault, as the service and its console show it. An ARN also
// contains the region and the account.
func parseARN(raw string) (Ref, error) {
	said := regexp.MustCompile(`^arn:aws[a-z-]*:glacier:([a-z0-9-]+):(\d{12}):vaults/([^/]+)$`).FindStringSubmatch(raw)
	if said == nil {
		return Ref{}, invalid(raw, "the ARN of a vault is arn:aws:glacier:REGION:ACCOUNT:vaults/NAME; a bucket is named by s3://BUCKET/PREFIX")
	}
	return Ref{Kind: Glacier, Region: said[1], Account: said[2], Name: said[3]}, nil
}

// checkARN refuses the ARN of a bucket, or of an access point to one, and says what to
// write instead. Only the ARN distinguishes an access point from its bucket. Through an
// access point, the catalog would record the bucket's archives again, as archives of
// another vault.
func checkARN(raw string) error {
	const fields = 6 // arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
	arn := strings.SplitN(strings.TrimPrefix(raw, "s3://"), ":", fields)
	if len(arn) < fields || arn[0] != "arn" || !strings.HasPrefix(arn[2], "s3") {
		return nil
	}
	resource, _, _ := strings.Cut(strings.TrimRight(arn[5], "*"), "?")
	if arn[2] == "s3" && !strings.HasPrefix(resource, "accesspoint") {
		return invalid(raw, "this is the ARN of a bucket; its URL is s3://"+resource)
	}
	return invalid(raw, "this is the ARN of an access point or of what is no bucket, which firn does not use; name the bucket itself: s3://BUCKET/PREFIX")
}
