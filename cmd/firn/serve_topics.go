package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// topicsFlag is an option, given once for each topic, that says to which URL the
// messages of a topic are posted.
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

// Type is how help names the value.
func (f *topicsFlag) Type() string { return "ARN=URL" }
