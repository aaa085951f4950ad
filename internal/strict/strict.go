// Package strict parses JSON without ambiguity. If an object contains a key several times,
// package encoding/json takes the last one. It also treats keys as equal that Unicode folds
// to the same text, such as those that differ in case, and ignores unknown keys. In a
// policy or a list of keys that would turn one rule into another.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode"
)

// maxDepth is the deepest nesting of objects and lists that is accepted.
const maxDepth = 100

// Decode is json.Unmarshal, but refuses keys that are not exactly the name of a field, keys
// that occur twice in an object, and data behind the value. A type with an UnmarshalJSON
// method must refuse unknown keys itself, as [Unmarshal] does.
func Decode(text []byte, to any) error {
	if err := checkAll(text, reflect.TypeFor[unknown]()); err != nil {
		return err
	}
	return Unmarshal(text, to)
}

// Unambiguous is json.Unmarshal, but refuses an object with duplicate keys and trailing data.
// Where an object becomes a struct, keys that encoding/json matches to the same field are
// duplicates. Keys of a map may differ in case alone. Unknown keys are ignored.
func Unambiguous(text []byte, to any) error {
	if err := checkAll(text, reflect.TypeOf(to)); err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

// unknown is the type of a value that is stored in no known field.
type unknown struct{}

// checkAll checks a value that will be stored in one of type t, with no data behind it.
func checkAll(text []byte, t reflect.Type) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := checkValue(d, 0, t); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text after the end")
	}
	return nil
}

// Unmarshal is json.Unmarshal, but refuses keys that are not exactly the name of a field.
func Unmarshal(text []byte, to any) error {
	if err := checkKeys(text, reflect.TypeOf(to)); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

// checkValue checks a value and everything in it. In an object that becomes a map, keys are
// equal only if they are identical. In any other object they are also equal if Unicode
// folds them to the same text.
func checkValue(d *json.Decoder, depth int, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if depth > maxDepth {
		return fmt.Errorf("it is more than %d deep", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		err = checkObject(d, depth, t)
	case json.Delim('['):
		for err == nil && d.More() {
			err = checkValue(d, depth+1, elementOf(t))
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

func checkObject(d *json.Decoder, depth int, t reflect.Type) error {
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
		folded := key
		if t.Kind() != reflect.Map {
			folded = fold(key)
		}
		if seen[folded] {
			return fmt.Errorf("the key %q occurs twice", key)
		}
		seen[folded] = true
		if err := checkValue(d, depth+1, valueOf(t, key)); err != nil {
			return err
		}
	}
	return nil
}

// elementOf returns the type of the elements of a list that is stored in a value of type t.
func elementOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		return t.Elem()
	}
	return reflect.TypeFor[unknown]()
}

// valueOf returns the type of the value with a key of an object that is stored in a value
// of type t.
func valueOf(t reflect.Type, key string) reflect.Type {
	switch t.Kind() {
	case reflect.Map:
		return t.Elem()
	case reflect.Struct:
		if field, known := fieldOf(t, key); known {
			return field
		}
	}
	return reflect.TypeFor[unknown]()
}

// fold maps all keys that package encoding/json treats as equal to the same text: it
// replaces each character by the least of those that Unicode folds to one another.
func fold(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, key)
}

// checkKeys refuses keys of objects that are stored in structs but are not exactly the
// names of their fields. A type with an UnmarshalJSON method checks its own keys. Decoding
// reports text that is not JSON, or not of the right type.
func checkKeys(text []byte, t reflect.Type) error {
	for t.Kind() == reflect.Pointer && !unmarshalsItself(t) {
		t = t.Elem()
	}
	if unmarshalsItself(t) || unmarshalsItself(reflect.PointerTo(t)) {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return eachValue(text, func(key string, value json.RawMessage) error {
			field, known := fieldOf(t, key)
			if !known {
				return fmt.Errorf("unknown field %q", key)
			}
			return checkKeys(value, field)
		})
	case reflect.Map:
		return eachValue(text, func(_ string, value json.RawMessage) error { return checkKeys(value, t.Elem()) })
	case reflect.Slice, reflect.Array:
		var items []json.RawMessage
		if json.Unmarshal(text, &items) != nil {
			return nil //nolint:nilerr // decoding the text into the value reports the error
		}
		for _, item := range items {
			if err := checkKeys(item, t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func unmarshalsItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Unmarshaler]())
}

func eachValue(text []byte, visit func(key string, value json.RawMessage) error) error {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return nil //nolint:nilerr // decoding the text into the value reports the error
	}
	for key, value := range object {
		if err := visit(key, value); err != nil {
			return err
		}
	}
	return nil
}

// fieldOf returns the type of the field of a struct with the JSON name key.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		if field.IsExported() && !field.Anonymous && name == key {
			return field.Type, true
		}
	}
	return nil, false
}
