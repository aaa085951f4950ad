package cli

import "strings"

// ListFlag is an option that may be given several times. A value is taken as it is, also with
// commas.
type ListFlag []string

func (f *ListFlag) String() string { return strings.Join(*f, ", ") }

// Set implements pflag.Value.
func (f *ListFlag) Set(s string) error {
	*f = append(*f, s)
	return nil
}

// Type returns the name of the value in the help text.
func (f *ListFlag) Type() string { return "TEXT" }

// TakesSeveral marks the option as one that takes an array in the configuration.
func (f *ListFlag) TakesSeveral() {}

// taker is an option that may be given several times.
type taker interface{ TakesSeveral() }
