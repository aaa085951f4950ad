package vaulturl

import "strings"

// checkARN refuses the ARN of a bucket, or of what stands for one, with what to write
// instead: nothing else tells a bucket from its access points, and through these the
// same archives would be on record as those of another vault.
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
