// Package strict reads JSON that must mean to us what it means to whoever wrote
// it. Package encoding/json takes the last of several keys that are the same, also
// those that differ in upper and lower case, and ignores what it does not know: in a
// policy or a list of keys that turns one rule into another.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth is how deep objects and lists may lie in one another.
const maxDepth = 100

// Decode is json.Unmarshal that refuses keys that are not known, keys that stand in
// one object twice, and anything behind the value. What unmarshals itself has to
// refuse unknown keys by itself, as [Unmarshal] does.
func Decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := checkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end")
	}
	return Unmarshal(text, to)
}

// Unmarshal is json.Unmarshal that refuses keys that are not known.
func Unmarshal(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

// checkValue reads one value with all that is in it.
func checkValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is more than %d deep", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		err = checkObject(d, depth)
	case json.Delim('['):
		for err == nil && d.More() {
			err = checkValue(d, depth+1)
		}
	default:
		return nil
	}
	if err != nil {
		return err
	}
	_, err = d.Token() // the closing bracket
	return err
}

func checkObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return fmt.Errorf("%v is no key", token)
		}
		folded := strings.ToLower(key)
		if seen[folded] {
			return fmt.Errorf("the key %q stands there twice", key)
		}
		seen[folded] = true
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	return nil
}
