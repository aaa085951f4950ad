package policy

import (
	"fmt"
	"slices"
	"strings"
)

// condition compares the value of one key with a list of values.
type condition struct {
	key    string
	values []string
	equal  func(value, wanted string) bool // compares with one of the values
	// negated: the condition holds if none of the values is equal, also if the request has
	// no value.
	negated bool
	// absent is the result for a request without a value.
	absent bool
	null   bool // the condition only tests whether there is a value
}

// holds reports whether a request with this value, or without a value, meets the condition.
func (c condition) holds(value string, there bool) bool {
	if c.null {
		return slices.ContainsFunc(c.values, func(wantsNone string) bool { return strings.EqualFold(wantsNone, "true") != there })
	}
	if !there {
		return c.absent
	}
	return slices.ContainsFunc(c.values, func(wanted string) bool { return c.equal(value, wanted) }) != c.negated
}

// parseCondition parses an operator and a key. Every key has only one value, so ForAnyValue
// and ForAllValues differ only in the result for a missing value.
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
	if takes, fixed := kinds()[key]; fixed && !slices.Contains(takes, op.kind) {
		return condition{}, fmt.Errorf("the condition operator %s compares %s, and %s is none", name, op.kind, key)
	}
	c.equal, c.negated = op.equal, op.negated
	c.absent = (ifExists || all || op.negated) && !some
	return c, checkEach(name, c.values, op.kind.check)
}

func checkEach(name string, values []string, check func(string) error) error {
	for _, value := range values {
		if err := check(value); err != nil {
			return fmt.Errorf("the condition operator %s: %w", name, err)
		}
	}
	return nil
}
