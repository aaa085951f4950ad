package strict_test

import (
	"strings"
	"testing"

	"firn/internal/strict"
)

type document struct {
	Name string
	Rest map[string]int
	List []struct{ Deep *document }
}

func TestDecode(t *testing.T) {
	var d document
	if err := strict.Decode([]byte(` {"Name":"x","Rest":{"a":1,"b":2}} `), &d); err != nil || d.Name != "x" || d.Rest["b"] != 2 {
		t.Errorf("decoded %+v, %v", d, err)
	}
	for text, why := range map[string]string{
		`{"Name":"x","Name":"y"}`:          `"Name" occurs twice`,
		`{"Name":"x","name":"y"}`:          `"name" occurs twice`,
		`{"Rest":{"a":1,"A":2}}`:           `"A" occurs twice`,
		`{"Rest":{"s":1,"ſ":2}}`:           `occurs twice`, // lower case does not change ſ
		`{"Rest":{"k":1,"K":2}}`:           `occurs twice`,
		`{"Rest":{"s":1,"\u017f":2}}`:      `occurs twice`,
		`{"name":"x"}`:                     `unknown field "name"`,
		`{"Reſt":{}}`:                      "unknown field",
		`{"List":[{"Deep":{"name":"x"}}]}`: `unknown field "name"`,
		`{"Name":"x"} {}`:                  "text after",
		`{"Name":"x"},`:                    "",
		`{"Names":"x"}`:                    "unknown field",
		`{"Name":"x"`:                      "",
		``:                                 "",
		strings.Repeat("[", 1000):          "deep",
		`{"Rest":{"a":` + strings.Repeat(`{"b":`, 200) + `1`: "deep",
	} {
		if err := strict.Decode([]byte(text), &d); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.60s: %v, want %q", text, err, why)
		}
	}
}

func TestUnambiguous(t *testing.T) {
	var d document
	text := `{"Rest":{"a":1,"A":2},"More":{"x":1},"List":[{"Deep":{"Name":"y"}}]}`
	if err := strict.Unambiguous([]byte(text), &d); err != nil || d.Rest["a"] != 1 || d.Rest["A"] != 2 || d.List[0].Deep.Name != "y" {
		t.Errorf("decoded %+v, %v", d, err)
	}
	for _, text := range []string{
		`{"Name":"x","Name":"y"}`, `{"Name":"x","name":"y"}`, `{"Rest":{"a":1,"a":2}}`, `{"Reſt":{},"Rest":{}}`,
		`{"List":[{"Deep":{"Name":"x","NAME":"y"}}]}`, `{"More":{"x":1,"x":2}}`, `{} {}`, `{`,
	} {
		if err := strict.Unambiguous([]byte(text), &d); err == nil {
			t.Errorf("%s: not refused", text)
		}
	}
}
