package admin

import (
	"bytes"
	"encoding/json"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// mostBrackets limits the brackets of a document that indented formats. Each bracket may be
// indented by all others, and a hostile server may send only brackets.
const mostBrackets = 1000

// indented formats a JSON document with one element per line. It returns other text unchanged.
func indented(text string) string {
	var pretty bytes.Buffer
	if strings.Count(text, "{")+strings.Count(text, "[") > mostBrackets || json.Indent(&pretty, []byte(text), "", "  ") != nil {
		return text
	}
	return pretty.String()
}

// document prints a JSON document for people.
func document(p *cli.Program, text string) {
	for line := range strings.Lines(indented(text)) {
		p.Out.Line("%s", term.Show(strings.TrimRight(line, "\r\n")))
	}
}

// sayDocument shows a JSON document on standard error, before a question about it.
func sayDocument(p *cli.Program, text string) {
	for line := range strings.Lines(indented(text)) {
		p.UI.Say("%s", term.Show(strings.TrimRight(line, "\r\n")))
	}
}
