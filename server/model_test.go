package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// model is the published model of the API (see testdata/README).
type model struct {
	Operations map[string]*modelOperation
	Shapes     map[string]modelShape
}

type modelOperation struct {
	Name string
	HTTP struct {
		Method       string
		RequestURI   string
		ResponseCode int
	}
	Input  struct{ Shape string }
	Output struct{ Shape string }
	Errors []struct{ Shape string }

	path *regexp.Regexp // of its requests, without the query
}

type modelShape struct {
	Type    string
	Members map[string]modelMember
	Member  modelMember // of a list
	Payload string      // the member that is the whole body
	Error   struct{ HTTPStatusCode int }
}

type modelMember struct {
	Shape        string
	Location     string // "" means in the body
	LocationName string
}

func loadModel(t *testing.T) model {
	t.Helper()
	text, err := os.ReadFile("testdata/glacier-2012-06-01.json")
	if err != nil {
		t.Fatal(err)
	}
	var m model
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for _, op := range m.Operations {
		path, _, _ := strings.Cut(op.HTTP.RequestURI, "?")
		op.path = regexp.MustCompile("^" + regexp.MustCompile(`\{[A-Za-z]+\}`).ReplaceAllString(path, "[^/]+") + "$")
		if op.HTTP.ResponseCode == 0 {
			op.HTTP.ResponseCode = http.StatusOK
		}
	}
	return m
}

// names returns the operations in the order of their names.
func (m model) names() []string { return slices.Sorted(maps.Keys(m.Operations)) }

// find returns the operation that a request asks for; nil if there is none.
func (m model) find(method, target string) *modelOperation {
	path, query, _ := strings.Cut(target, "?")
	for _, op := range m.Operations {
		_, needs, _ := strings.Cut(op.HTTP.RequestURI, "?")
		if op.HTTP.Method == method && op.path.MatchString(path) && (needs == "" || needs == query) {
			return op
		}
	}
	return nil
}

// commonErrors returns the codes, with their statuses, that any operation may answer
// with and that the model therefore does not tell of: those of signatures, of bodies
// that are not JSON, and of policies.
func commonErrors() map[string]int {
	return map[string]int{
		"AccessDeniedException":               403,
		"BadRequest":                          400,
		"ExpiredTokenException":               403,
		"InvalidSignatureException":           403,
		"MissingAuthenticationTokenException": 400,
		"RequestTimeoutException":             408,
		"SerializationException":              400,
		"ThrottlingException":                 400,
		"UnrecognizedClientException":         400,
	}
}

// checkError holds an error reply to an operation against what the model declares
// for it. It returns the code, which is empty if the reply is no error.
func (m model) checkError(t *testing.T, op *modelOperation, a answer) string {
	t.Helper()
	if a.status < 400 {
		return ""
	}
	var e struct{ Code string }
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || e.Code == "" {
		t.Errorf("%s: the answer %d %s has no code", op.Name, a.status, a.body)
		return ""
	}
	status, common := commonErrors()[e.Code]
	for _, declared := range op.Errors {
		if declared.Shape == e.Code {
			status, common = m.Shapes[e.Code].Error.HTTPStatusCode, true
		}
	}
	if !common {
		t.Errorf("%s: the model does not declare %s", op.Name, e.Code)
	} else if a.status != status {
		t.Errorf("%s: %s has the status %d, in the model %d", op.Name, e.Code, a.status, status)
	}
	return e.Code
}

// checkOutput holds a good reply against the output of an operation, all but the
// members that lacks names.
func (m model) checkOutput(t *testing.T, op *modelOperation, a answer, lacks []string) {
	t.Helper()
	shape := m.Shapes[op.Output.Shape]
	known := map[string]bool{"X-Amzn-Requestid": true}
	for name, member := range shape.Members {
		if member.Location != "header" {
			continue
		}
		known[http.CanonicalHeaderKey(member.LocationName)] = true
		value := a.header.Get(member.LocationName)
		if lacking := slices.Contains(lacks, name); lacking != (value == "") {
			t.Errorf("%s: the header %s is %q", op.Name, member.LocationName, value)
		}
	}
	for name := range a.header {
		if strings.HasPrefix(name, "X-Amz") && !known[name] {
			t.Errorf("%s: the header %s is not in the model", op.Name, name)
		}
	}
	where := modelMember{Shape: op.Output.Shape}
	if shape.Payload != "" {
		where = shape.Members[shape.Payload]
	}
	if m.Shapes[where.Shape].Type == "blob" {
		return
	}
	var value any
	switch {
	case a.body != "":
		if err := json.Unmarshal([]byte(a.body), &value); err != nil {
			t.Errorf("%s: %v in %s", op.Name, err, a.body)
		}
	case len(m.bodyMembers(where.Shape)) == 0:
		return
	}
	m.checkValue(t, op.Name, where.Shape, value)
}

// bodyMembers returns the members of a structure that stand in the body, except
// those that the server never sends.
func (m model) bodyMembers(shape string) []string {
	var names []string
	for name, member := range m.Shapes[shape].Members {
		onlySelect := shape == "GlacierJobDescription" &&
			slices.Contains([]string{"JobOutputPath", "OutputLocation", "SelectParameters"}, name)
		if member.Location == "" && !onlySelect {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkValue compares a value of a body with a shape. A structure has all its keys,
// with null for what does not apply. A list is not empty, so that its members are
// seen.
func (m model) checkValue(t *testing.T, where, shape string, value any) {
	t.Helper()
	var ok bool
	switch kind := m.Shapes[shape].Type; kind {
	case "structure":
		var keys map[string]any
		if keys, ok = value.(map[string]any); !ok {
			break
		}
		if got, want := slices.Sorted(maps.Keys(keys)), m.bodyMembers(shape); !slices.Equal(got, want) {
			t.Errorf("%s has the keys %q, want %q", where, got, want)
		}
		for name, member := range m.Shapes[shape].Members {
			if v := keys[name]; v != nil {
				m.checkValue(t, where+"."+name, member.Shape, v)
			}
		}
	case "list":
		var list []any
		list, ok = value.([]any)
		ok = ok && len(list) > 0
		for _, v := range list {
			m.checkValue(t, where+"[]", m.Shapes[shape].Member.Shape, v)
		}
	case "map":
		_, ok = value.(map[string]any)
	case "string":
		_, ok = value.(string)
	case "boolean":
		_, ok = value.(bool)
	case "long":
		var n float64
		n, ok = value.(float64)
		ok = ok && n == float64(int64(n))
	default:
		t.Errorf("%s is a %s, which no answer has", where, kind)
	}
	if !ok {
		t.Errorf("%s is %v, in the model a %s", where, value, m.Shapes[shape].Type)
	}
}
