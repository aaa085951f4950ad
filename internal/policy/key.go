package policy

import (
	"fmt"
	"strings"
)

// The condition keys that a policy may use, in lower case, as [Request.Value] receives
// them: keys are not case-sensitive. [TagKey] is the prefix of one key for each tag of a
// vault.
const (
	ArchiveAge       = "glacier:archiveageindays" // whole days since the archive was created
	TagKey           = "glacier:resourcetag/"     // followed by the key of a tag, in lower case
	CurrentTime      = "aws:currenttime"
	EpochTime        = "aws:epochtime" // seconds
	SecureTransport  = "aws:securetransport"
	SourceIP         = "aws:sourceip"
	UserAgent        = "aws:useragent"
	PrincipalARN     = "aws:principalarn"
	PrincipalAccount = "aws:principalaccount"
	UserName         = "aws:username"
)

// kind is the type of a value, and of the values that an operator compares. An operator of
// another kind than its key would never find them equal.
type kind string

const (
	text    kind = "texts"
	number  kind = "numbers"
	date    kind = "dates"
	truth   kind = "truth values"
	address kind = "addresses"
	arn     kind = "ARNs"
)

// kinds returns the kinds of operators that each key accepts. Tags are not listed, since
// they are texts with any content.
func kinds() map[string][]kind {
	return map[string][]kind{
		ArchiveAge:       {number},
		CurrentTime:      {date},
		EpochTime:        {number, date},
		SecureTransport:  {truth},
		SourceIP:         {address},
		UserAgent:        {text},
		PrincipalARN:     {arn, text},
		PrincipalAccount: {text},
		UserName:         {text},
	}
}

// parseKey returns a condition key in the form that [Request.Value] receives.
func parseKey(key string) (string, error) {
	lower := strings.ToLower(key)
	_, known := kinds()[lower]
	if isTag := strings.HasPrefix(lower, TagKey) && lower != TagKey; !known && !isTag {
		return "", fmt.Errorf("the condition key %q is not known here", key)
	}
	return lower, nil
}
