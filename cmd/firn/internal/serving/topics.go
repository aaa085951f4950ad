package serving

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
)

// topicsFlag is an option, given once for each topic, with the URL to which the messages of the
// topic are posted.
type topicsFlag map[string]string

func (f *topicsFlag) String() string { return strings.Join(slices.Sorted(maps.Keys(*f)), ",") }

func (f *topicsFlag) Set(s string) error {
	arn, url, ok := strings.Cut(s, "=")
	if !ok || arn == "" || url == "" {
		return fmt.Errorf("%q is not of the form ARN=URL", s)
	}
	if _, again := (*f)[arn]; again {
		return fmt.Errorf("the topic %q is given twice", arn)
	}
	if *f == nil {
		*f = topicsFlag{}
	}
	(*f)[arn] = url
	return nil
}

// topicsLimit is the maximum size of a file of topics in bytes.
const topicsLimit = 1 << 20

// read adds the topics of a file with one topic on each line. It ignores empty lines and lines
// that begin with #. No error contains a URL, because a URL may contain a secret.
func (f *topicsFlag) read(path string) error {
	text, err := readPrivate(path, topicsLimit)
	if err != nil {
		return fmt.Errorf("the topics: %w", err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		arn, _, _ := strings.Cut(line, "=")
		if f.Set(line) != nil || !vault.IsTopic(arn) {
			return cli.UsageError("the topics %q: line %d is not of the form ARN=URL, or its topic is given twice", path, n)
		}
	}
	return nil
}

func (f *topicsFlag) Type() string { return "ARN=URL" }
