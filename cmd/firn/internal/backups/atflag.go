package backups

import (
	"fmt"
	"regexp"
	"strings"

	"firn/cmd/firn/internal/cli"
)

// atFlag is an option that takes a time or the id of a snapshot. The zero value means that it was
// not given.
type atFlag struct {
	id   string
	time cli.TimeFlag
}

func (f *atFlag) String() string {
	if f.id != "" {
		return f.id
	}
	return f.time.String()
}

// idForm is the form of an id, or of the beginning of one. A short one is taken for an age if it
// looks like one, such as 365d.
var idForm = regexp.MustCompile(`^[0-9a-f]{4,32}(\.\.\.)?$`)

// surely is the number of characters from which a text in the form of an id is no age.
const surely = 8

// Set implements pflag.Value.
func (f *atFlag) Set(s string) error {
	*f = atFlag{}
	id := strings.TrimSuffix(strings.ToLower(s), "...")
	isID := idForm.MatchString(id)
	switch {
	case s == latest:
		return nil
	case isID && len(id) >= surely:
		f.id = id
		return nil
	}
	err := f.time.Set(s)
	if err != nil && isID {
		f.id = id
		return nil
	}
	if err != nil {
		return fmt.Errorf("%q is neither a time, such as 2026-06-01 or 7d, nor the id of a snapshot", s)
	}
	return nil
}

// Type returns the name of the value in the help text.
func (f *atFlag) Type() string { return "TIME" }
