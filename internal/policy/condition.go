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
		return slices.ContainsFunc(c.values, func(wantsNone string) bool { return strings.EqualFold(wantsNone, "true") != there })
	}
	if !there {
		return c.absent
	}
	return slices.ContainsFunc(c.values, func(wanted string) bool { return c.equal(value, wanted) }) != c.negated
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
