package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"firn/internal/strict"
)

// anybody is the principal that includes everybody.
const anybody = "*"

// document is a policy as JSON.
type document struct {
	Version   string
	ID        string `json:"Id"`
	Statement oneOrMany[statementDocument]
}

type statementDocument struct {
	Sid          string
	Effect       string
	Principal    *principals
	NotPrincipal *principals
	Action       oneOrMany[string]
	NotAction    oneOrMany[string]
	Resource     oneOrMany[string]
	NotResource  oneOrMany[string]
	Condition    conditions
}

// oneOrMany is a list that may be written without brackets if it has one element.
type oneOrMany[T any] []T

func (l *oneOrMany[T]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return errNull
	}
	if len(text) > 0 && text[0] == '[' {
		return strict.Unmarshal(text, (*[]T)(l))
	}
	var one T
	err := strict.Unmarshal(text, &one)
	*l = oneOrMany[T]{one}
	return err
}

// errNull reports null in a place where it has no meaning.
var errNull = errors.New("null stands where there should be something")

// conditions are the conditions of a statement: values by key by operator.
type conditions map[string]conditionKeys

func (c *conditions) UnmarshalJSON(text []byte) error {
	return unmarshalMap(text, (*map[string]conditionKeys)(c))
}

type conditionKeys map[string]oneOrMany[scalar]

func (k *conditionKeys) UnmarshalJSON(text []byte) error {
	if err := unmarshalMap(text, (*map[string]oneOrMany[scalar])(k)); err != nil {
		return err
	}
	if len(*k) == 0 {
		return errors.New("an operator without a key is no condition")
	}
	return nil
}

func unmarshalMap[T any](text []byte, to *map[string]T) error {
	if string(text) == "null" {
		return errNull
	}
	return strict.Unmarshal(text, to)
}

// scalar is a string, a number or a truth value, as text.
type scalar string

func (s *scalar) UnmarshalJSON(text []byte) error {
	if len(text) == 0 || strings.ContainsRune("[{n", rune(text[0])) {
		return errors.New("the value of a condition is neither a text, nor a number, nor true or false")
	}
	if text[0] != '"' {
		*s = scalar(text)
		return nil
	}
	return json.Unmarshal(text, (*string)(s))
}

// principals are the principals of a statement: "*", or lists by their kind. Only the kind
// AWS has principals that can sign a request to a vault.
type principals []string

func (p *principals) UnmarshalJSON(text []byte) error {
	if string(text) == `"*"` {
		*p = principals{anybody}
		return nil
	}
	var byKind map[string]oneOrMany[string]
	if err := json.Unmarshal(text, &byKind); err != nil {
		return errors.New(`a principal is "*" or {"AWS": …}`)
	}
	for kind, names := range byKind {
		if kind != "AWS" {
			return fmt.Errorf("principals of the kind %q are not known here", kind)
		}
		*p = append(*p, names...)
	}
	form := regexp.MustCompile(`^(\*|[0-9]{12}|arn:aws:(iam|sts)::[0-9]{12}:[^*?$]+)$`)
	for _, name := range *p {
		if !form.MatchString(name) {
			return fmt.Errorf(`the principal %q is not "*", an account, or the ARN of a user, a role or an account's root`, name)
		}
	}
	return nil
}

// parse converts a statement of a document for evaluation.
func (d statementDocument) parse(version string) (s statement, err error) {
	switch d.Effect {
	case "Allow":
	case "Deny":
		s.denies = true
	default:
		return statement{}, fmt.Errorf("the Effect %q is neither Allow nor Deny", d.Effect)
	}
	if s.principals, err = oneOf("Principal", d.principal(), d.notPrincipal()); err != nil {
		return statement{}, err
	}
	if s.actions, err = oneOf("Action", d.Action, d.NotAction); err != nil {
		return statement{}, err
	}
	if s.resources, err = oneOf("Resource", d.Resource, d.NotResource); err != nil {
		return statement{}, err
	}
	// Use the order of their names, so that an error is always about the same one.
	for _, operator := range slices.Sorted(maps.Keys(d.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(d.Condition[operator])) {
			c, err := parseCondition(operator, key, d.Condition[operator][key])
			if err != nil {
				return statement{}, err
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return s, s.checkVariables(version)
}

func (d statementDocument) principal() []string {
	if d.Principal == nil {
		return nil
	}
	return *d.Principal
}

func (d statementDocument) notPrincipal() []string {
	if d.NotPrincipal == nil {
		return nil
	}
	return *d.NotPrincipal
}

// oneOf returns the choice of an element or of its opposite. A statement must have exactly
// one of them.
func oneOf(name string, these, others []string) (choice, error) {
	switch {
	case len(these) > 0 && len(others) > 0:
		return choice{}, fmt.Errorf("it has both %s and Not%s", name, name)
	case len(these) == 0 && len(others) == 0:
		return choice{}, fmt.Errorf("it has no %s", name)
	case len(others) > 0:
		return choice{patterns: others, not: true}, nil
	}
	return choice{patterns: these}, nil
}

// checkVariables refuses policy variables, such as ${aws:username}, which exist in the
// newer version of the language.
func (s statement) checkVariables(version string) error {
	if version != newVersion {
		return nil
	}
	texts := slices.Clone(s.resources.patterns)
	for _, c := range s.conditions {
		texts = append(texts, c.values...)
	}
	for _, text := range texts {
		if strings.Contains(text, "${") {
			return fmt.Errorf("policy variables, as in %q, are not known here", text)
		}
	}
	return nil
}
