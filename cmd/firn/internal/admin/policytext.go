package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// readPolicy reads a policy from a file, or standard input if it is called -.
func readPolicy(p *cli.Program, path string) (policy string, err error) {
	from, called := io.NopCloser(p.Stdin), "standard input"
	if path != "-" {
		called = fmt.Sprintf("%q", path)
		if from, err = os.Open(path); err != nil {
			return "", fmt.Errorf("the policy cannot be opened: %w", err)
		}
	}
	text, err := io.ReadAll(io.LimitReader(from, vault.MaxPolicy+1))
	if err = errors.Join(err, from.Close()); err != nil {
		return "", fmt.Errorf("the policy in %s cannot be read: %w", called, err)
	}
	if len(text) > vault.MaxPolicy {
		return "", fmt.Errorf("the policy in %s: %w: it is longer than %d bytes", called, vault.ErrInvalid, vault.MaxPolicy)
	}
	if err := vault.CheckPolicy(string(text)); err != nil {
		return "", fmt.Errorf("the policy in %s: %w", called, err)
	}
	return string(text), nil
}

// policyJSON is a policy as a document in JSON. What a server tells may be no JSON:
// then it is a text.
func policyJSON(policy string) any {
	if json.Valid([]byte(policy)) {
		return json.RawMessage(policy)
	}
	return policy
}

// mostBrackets are those of a document that is indented. Each may stand on a line
// behind as many others, and a server may send nothing but brackets.
const mostBrackets = 1000

// indented is a document in JSON with one thing a line; any other text is as it was.
func indented(text string) string {
	var pretty bytes.Buffer
	if strings.Count(text, "{")+strings.Count(text, "[") > mostBrackets || json.Indent(&pretty, []byte(text), "", "  ") != nil {
		return text
	}
	return pretty.String()
}

// document prints a document in JSON for people.
func document(p *cli.Program, text string) {
	for line := range strings.Lines(indented(text)) {
		p.Out.Line("%s", term.Show(strings.TrimRight(line, "\r\n")))
	}
}

// sayDocument is document for what is to be agreed to.
func sayDocument(p *cli.Program, text string) {
	for line := range strings.Lines(indented(text)) {
		p.UI.Say("%s", term.Show(strings.TrimRight(line, "\r\n")))
	}
}
