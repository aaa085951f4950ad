package policy

import (
	"strings"
)

// operator is a condition operator.
type operator struct {
	kind    kind
	equal   func(value, wanted string) bool
	negated bool
}

// operators returns the operators of the language, except BinaryEquals, which no key needs,
// and Null, which compares nothing.
func operators() map[string]operator {
	same := func(a, b string) bool { return a == b }
	all := map[string]operator{
		"StringEquals":           {kind: text, equal: same},
		"StringEqualsIgnoreCase": {kind: text, equal: strings.EqualFold},
		"StringLike":             {kind: text, equal: like},
		"ArnEquals":              {kind: arn, equal: arnLike},
		"ArnLike":                {kind: arn, equal: arnLike},
		"Bool":                   {kind: truth, equal: strings.EqualFold},
		"IpAddress":              {kind: address, equal: within},
		"NumericEquals":          {kind: number, equal: ordered(parseNumber, isZero)},
		"DateEquals":             {kind: date, equal: ordered(parseDate, isZero)},
	}
	for name, negation := range map[string]string{
		"StringEquals": "StringNotEquals", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase", "StringLike": "StringNotLike",
		"ArnEquals": "ArnNotEquals", "ArnLike": "ArnNotLike", "IpAddress": "NotIpAddress",
		"NumericEquals": "NumericNotEquals", "DateEquals": "DateNotEquals",
	} {
		op := all[name]
		op.negated = true
		all[negation] = op
	}
	for name, wanted := range map[string]func(order int) bool{
		"LessThan":          func(o int) bool { return o < 0 },
		"LessThanEquals":    func(o int) bool { return o <= 0 },
		"GreaterThan":       func(o int) bool { return o > 0 },
		"GreaterThanEquals": func(o int) bool { return o >= 0 },
	} {
		all["Numeric"+name] = operator{kind: number, equal: ordered(parseNumber, wanted)}
		all["Date"+name] = operator{kind: date, equal: ordered(parseDate, wanted)}
	}
	return all
}

func isZero(order int) bool { return order == 0 }

// check refuses a value of a policy that is not of the kind.
func (k kind) check(value string) (err error) {
	switch k {
	case number:
		_, err = parseNumber(value)
	case date:
		_, err = parseDate(value)
	case truth:
		err = checkBool(value)
	case address:
		_, err = parseNetwork(value)
	case arn:
		err = checkARN(value)
	}
	return err
}
