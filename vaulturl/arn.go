package vaulturl

import (
	"regexp"
	"strings"
)

// isARN reports whether raw is written as the name of something at Amazon.
func isARN(raw string) bool { return strings.HasPrefix(raw, "arn:") }

// parseARN reads the name by which the service and its console show a vault. It says the
// region and the account, too.
func parseARN(raw string) (Ref, error) {
	said := regexp.MustCompile(`^arn:aws[a-z-]*:glacier:([a-z0-9-]+):(\d{12}):vaults/([^/]+)$`).FindStringSubmatch(raw)
	if said == nil {
		return Ref{}, invalid(raw, "the ARN of a vault is arn:aws:glacier:REGION:ACCOUNT:vaults/NAME; a bucket is named by s3://BUCKET/PREFIX")
	}
	return Ref{Kind: Glacier, Region: said[1], Account: said[2], Name: said[3]}, nil
}
