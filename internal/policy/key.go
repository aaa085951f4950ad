package policy

import (
	"fmt"
	"strings"
)

// The condition keys that a policy may use, in lower case, as [Request.Value] gets
// them: their case means nothing. [TagKey] stands for one key for each tag of a vault.
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

// kind is what a value is, and what an operator compares. An operator of another kind
// than its key would never find them equal.
type kind string

const (
	text    kind = "texts"
	number  kind = "numbers"
	date    kind = "dates"
	truth   kind = "truth values"
	address kind = "addresses"
	arn     kind = "ARNs"
)

// kinds are the kinds of operators that keys may be compared with. Tags are texts
// that may hold anything.
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

// parseKey returns the name of a condition key as [Request.Value] gets it.
func parseKey(key string) (string, error) {
	lower := strings.ToLower(key)
	_, known := kinds()[lower]
	if isTag := strings.HasPrefix(lower, TagKey) && lower != TagKey; !known && !isTag {
		return "", fmt.Errorf("the condition key %q is not known here", key)
	}
	return lower, nil
}
