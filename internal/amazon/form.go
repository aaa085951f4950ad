package amazon

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Form is the format of a service's answers.
type Form int

// The forms.
const (
	JSON Form = iota // an object; a refusal contains a code
	XML              // a document; a refusal has an element Code below its root
)

// code returns the error code of a refusal, empty if it has none. It returns an error if
// the refusal is incomplete or not in this form.
func (f Form) code(header http.Header, body []byte) (string, error) {
	if f == XML {
		return xmlCode(body)
	}
	code, _, _ := strings.Cut(header.Get("X-Amzn-Errortype"), ":")
	if len(bytes.TrimSpace(body)) == 0 {
		return code, nil
	}
	var answer struct {
		Code json.RawMessage `json:"code"` // also "Code", as names are compared without case
		Type json.RawMessage `json:"__type"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	for _, raw := range []json.RawMessage{answer.Code, answer.Type} {
		var text string
		if code == "" && json.Unmarshal(raw, &text) == nil {
			code = text
		}
	}
	return code, nil
}

func xmlCode(body []byte) (string, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return "", nil
	}
	var answer struct {
		Code string `xml:"Code"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	return strings.TrimSpace(answer.Code), nil
}

// root reads a document to its end and returns the name of its root element, empty for
// JSON.
func (f Form) root(body []byte) (string, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return "", errors.New("it is empty")
	}
	if f == XML {
		return xmlRoot(body)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return "", err
	}
	if object == nil {
		return "", errors.New("it is no object")
	}
	return "", nil
}

func xmlRoot(body []byte) (root string, err error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for depth := 0; root == "" || depth > 0; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			err = errors.New("it has no element")
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; root == "" {
				root = t.Name.Local
			}
		case xml.EndElement:
			depth--
		}
	}
	return root, nil
}

// begins reports whether an incomplete body may be the beginning of a document in this
// form.
func (f Form) begins(body []byte) bool {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return true
	}
	if f == XML {
		return body[0] == '<' && !isPage(body)
	}
	return body[0] == '{'
}

// isPage reports whether a body is an HTML page.
func isPage(body []byte) bool {
	begins := strings.ToLower(string(bytes.TrimSpace(body[:min(len(body), 1000)])))
	return strings.HasPrefix(begins, "<!doctype html") || strings.HasPrefix(begins, "<html")
}
