package policy

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Keys are the condition keys that a policy may use, by their names in lower
// case. [TagKey] stands for one key for each tag of a vault.
func Keys() []string {
	return []string{
		ArchiveAge, CurrentTime, EpochTime, SecureTransport, SourceIP, UserAgent,
		PrincipalARN, PrincipalAccount, UserName,
	}
}

// The condition keys. Those of IAM are in lower case, as [Request.Value] gets
// them: their case means nothing.
const (
	ArchiveAge       = "glacier:archiveageindays" // whole days since the archive was created
	TagKey           = "glacier:resourcetag/"     // followed by the key of a tag, in its own case
	CurrentTime      = "aws:currenttime"
	EpochTime        = "aws:epochtime" // seconds
	SecureTransport  = "aws:securetransport"
	SourceIP         = "aws:sourceip"
	UserAgent        = "aws:useragent"
	PrincipalARN     = "aws:principalarn"
	PrincipalAccount = "aws:principalaccount"
	UserName         = "aws:username"
)

// condition compares the value of one key with a list of values.
type condition struct {
	key    string
	values []string
	equal  func(value, wanted string) bool // compares with one of the values
	// negated: none of the values may be equal, which also holds if the request
	// has no value.
	negated bool
	// absent is what the condition says to a request that has no value.
	absent bool
	null   bool // it asks only whether there is a value
}

// holds reports whether the condition is met by a request that has this value, or
// has none.
func (c condition) holds(value string, there bool) bool {
	if c.null {
		wantsNone := strings.EqualFold(c.values[0], "true")
		return wantsNone != there
	}
	if !there {
		return c.absent
	}
	return slices.ContainsFunc(c.values, func(wanted string) bool { return c.equal(value, wanted) }) != c.negated
}

// operator is one way of comparing.
type operator struct {
	equal   func(value, wanted string) bool
	check   func(wanted string) error // of a value that stands in a policy; nil: any text
	negated bool
}

// operators are those of the language but BinaryEquals, which no key needs, and
// Null, which compares nothing.
func operators() map[string]operator {
	same := func(a, b string) bool { return a == b }
	return map[string]operator{
		"StringEquals":              {equal: same},
		"StringNotEquals":           {equal: same, negated: true},
		"StringEqualsIgnoreCase":    {equal: strings.EqualFold},
		"StringNotEqualsIgnoreCase": {equal: strings.EqualFold, negated: true},
		"StringLike":                {equal: like},
		"StringNotLike":             {equal: like, negated: true},
		"ArnEquals":                 {equal: arnLike, check: checkARN},
		"ArnLike":                   {equal: arnLike, check: checkARN},
		"ArnNotEquals":              {equal: arnLike, check: checkARN, negated: true},
		"ArnNotLike":                {equal: arnLike, check: checkARN, negated: true},
		"Bool":                      {equal: strings.EqualFold, check: checkBool},
		"IpAddress":                 {equal: within, check: checkNetwork},
		"NotIpAddress":              {equal: within, check: checkNetwork, negated: true},

		"NumericEquals":            {equal: numbers(func(o int) bool { return o == 0 }), check: checkNumber},
		"NumericNotEquals":         {equal: numbers(func(o int) bool { return o == 0 }), check: checkNumber, negated: true},
		"NumericLessThan":          {equal: numbers(func(o int) bool { return o < 0 }), check: checkNumber},
		"NumericLessThanEquals":    {equal: numbers(func(o int) bool { return o <= 0 }), check: checkNumber},
		"NumericGreaterThan":       {equal: numbers(func(o int) bool { return o > 0 }), check: checkNumber},
		"NumericGreaterThanEquals": {equal: numbers(func(o int) bool { return o >= 0 }), check: checkNumber},

		"DateEquals":            {equal: dates(func(o int) bool { return o == 0 }), check: checkDate},
		"DateNotEquals":         {equal: dates(func(o int) bool { return o == 0 }), check: checkDate, negated: true},
		"DateLessThan":          {equal: dates(func(o int) bool { return o < 0 }), check: checkDate},
		"DateLessThanEquals":    {equal: dates(func(o int) bool { return o <= 0 }), check: checkDate},
		"DateGreaterThan":       {equal: dates(func(o int) bool { return o > 0 }), check: checkDate},
		"DateGreaterThanEquals": {equal: dates(func(o int) bool { return o >= 0 }), check: checkDate},
	}
}

// parseCondition reads one operator with one key. Every key has one value, so
// ForAnyValue and ForAllValues differ only in what they say if there is none.
func parseCondition(name, key string, values []scalar) (condition, error) {
	if len(values) == 0 {
		return condition{}, fmt.Errorf("the condition %s of %s has no value", name, key)
	}
	key, err := parseKey(key)
	if err != nil {
		return condition{}, err
	}
	c := condition{key: key}
	for _, v := range values {
		c.values = append(c.values, string(v))
	}
	if name == "Null" {
		c.null = true
		return c, checkEach(name, c.values, checkBool)
	}
	plain, ifExists := strings.CutSuffix(name, "IfExists")
	plain, all := strings.CutPrefix(plain, "ForAllValues:")
	plain, some := strings.CutPrefix(plain, "ForAnyValue:")
	op, known := operators()[plain]
	if !known || all && some {
		return condition{}, fmt.Errorf("the condition operator %q is not known here", name)
	}
	c.equal, c.negated = op.equal, op.negated
	c.absent = (ifExists || all || op.negated) && !some
	if op.check == nil {
		return c, nil
	}
	return c, checkEach(name, c.values, op.check)
}

func checkEach(name string, values []string, check func(string) error) error {
	for _, value := range values {
		if err := check(value); err != nil {
			return fmt.Errorf("the condition operator %s: %w", name, err)
		}
	}
	return nil
}

// parseKey returns the name of a condition key as [Request.Value] gets it.
func parseKey(key string) (string, error) {
	lower := strings.ToLower(key)
	if strings.HasPrefix(lower, TagKey) && len(key) > len(TagKey) {
		return TagKey + key[len(TagKey):], nil
	}
	if !slices.Contains(Keys(), lower) {
		return "", fmt.Errorf("the condition key %q is not known here", key)
	}
	return lower, nil
}

func like(value, wanted string) bool { return matches(wanted, value) }

// arnLike compares ARNs field by field, so that a wildcard stays within its field.
func arnLike(value, wanted string) bool {
	values, wants := strings.SplitN(value, ":", 6), strings.SplitN(wanted, ":", 6)
	if len(values) != len(wants) {
		return false
	}
	for i := range values {
		if !matches(wants[i], values[i]) {
			return false
		}
	}
	return true
}

func checkARN(s string) error {
	if !strings.HasPrefix(s, "arn:") || strings.Count(s, ":") < 5 {
		return fmt.Errorf("%q is not an ARN", s)
	}
	return nil
}

func checkBool(s string) error {
	if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
		return fmt.Errorf("%q is neither true nor false", s)
	}
	return nil
}

// within reports whether an address is in a network, or is the one that is wanted.
func within(value, wanted string) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	network, err := parseNetwork(wanted)
	return err == nil && network.Contains(address.Unmap())
}

func parseNetwork(s string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(s); err == nil {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

func checkNetwork(s string) error {
	if _, err := parseNetwork(s); err != nil {
		return fmt.Errorf("%q is neither an address nor a network, such as 192.0.2.0/24", s)
	}
	return nil
}

// numbers makes a comparison of numbers of one of their order: negative, zero or
// positive as the value is less than, equal to or more than what is wanted. What
// is no number is never as is wanted.
func numbers(wanted func(order int) bool) func(a, b string) bool {
	return func(a, b string) bool {
		x, err1 := strconv.ParseFloat(a, 64)
		y, err2 := strconv.ParseFloat(b, 64)
		if err1 != nil || err2 != nil {
			return false
		}
		order := 0
		if x < y {
			order = -1
		} else if x > y {
			order = 1
		}
		return wanted(order)
	}
}

func checkNumber(s string) error {
	if x, err := strconv.ParseFloat(s, 64); err != nil || math.IsNaN(x) {
		return fmt.Errorf("%q is not a number", s)
	}
	return nil
}

// dates is numbers for dates.
func dates(wanted func(order int) bool) func(a, b string) bool {
	return func(a, b string) bool {
		x, err1 := parseDate(a)
		y, err2 := parseDate(b)
		return err1 == nil && err2 == nil && wanted(x.Compare(y))
	}
}

// parseDate reads one of the forms that policies have (W3C's profile of ISO 8601,
// and seconds since 1970).
func parseDate(s string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 4 {
		return time.Unix(seconds, 0), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date, such as 2026-01-31T12:00:00Z", s)
}

func checkDate(s string) error {
	_, err := parseDate(s)
	return err
}
