package backups

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"firn/internal/keep"
)

// keepFlags are the options with the rules of firn snapshot forget.
type keepFlags struct {
	rules keep.Rules
	none  bool
}

// add adds the options to a command.
func (o *keepFlags) add(f *pflag.FlagSet) {
	for p := range keep.Periods {
		name, usage := "keep-"+p.String(), "keep the newest snapshot of the last `N` "+periodText(p)
		if p == keep.Each {
			usage = "keep the last `N` snapshots"
		}
		f.Var((*countFlag)(&o.rules.Newest[p]), name, usage)
	}
	for p := range keep.Periods {
		name, usage := "keep-within-"+p.String(), "keep "+p.String()+" snapshots of the last `SPAN`"
		if p == keep.Each {
			name, usage = "keep-within", "keep the snapshots of the `SPAN` before the newest"
		}
		f.Var((*spanFlag)(&o.rules.Within[p]), name, usage)
	}
	f.Var((*tagsFlag)(&o.rules.Tags), "keep-tag", "keep snapshots with this `TAG`, or with all of TAG,TAG,...")
	f.BoolVar(&o.none, "keep-none", false, "accept that the rules keep no snapshot of a group")
}

// periodText returns the word for several periods.
func periodText(p keep.Period) string {
	return [keep.Periods]string{
		"snapshots", "minutes", "hours", "days", "weeks", "months", "quarters", "half-years", "years",
	}[p]
}

// countFlag is an option that takes a number of periods. It is 0 if it was not given.
type countFlag int

// all stands for all periods.
const all = "all"

func (f *countFlag) String() string {
	switch *f {
	case 0:
		return ""
	case keep.All:
		return all
	}
	return strconv.Itoa(int(*f))
}

// Set implements pflag.Value.
func (f *countFlag) Set(s string) error {
	if s == all {
		*f = keep.All
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1e6 {
		return fmt.Errorf("%q is neither a number of at most 1,000,000 nor %q", s, all)
	}
	*f = countFlag(n)
	return nil
}

// Type returns the name of the value in the help text.
func (f *countFlag) Type() string { return "N" }

// spanFlag is an option that takes a span of time.
type spanFlag keep.Span

func (f *spanFlag) String() string { return keep.Span(*f).String() }

// Set implements pflag.Value.
func (f *spanFlag) Set(s string) error {
	span, err := keep.ParseSpan(s)
	*f = spanFlag(span)
	return err
}

// Type returns the name of the value in the help text.
func (f *spanFlag) Type() string { return "SPAN" }

// tagsFlag is an option that takes lists of tags, one at a time.
type tagsFlag [][]string

func (f *tagsFlag) String() string {
	var lists []string
	for _, list := range *f {
		lists = append(lists, strings.Join(list, ","))
	}
	return strings.Join(lists, " ")
}

// Set implements pflag.Value.
func (f *tagsFlag) Set(s string) error {
	list := strings.Split(s, ",")
	for _, tag := range list {
		if tag == "" {
			return fmt.Errorf("%q has an empty tag", s)
		}
	}
	*f = append(*f, list)
	return nil
}

// Type returns the name of the value in the help text.
func (f *tagsFlag) Type() string { return "TAG" }

// TakesSeveral marks the option as one that takes an array in the configuration.
func (f *tagsFlag) TakesSeveral() {}
