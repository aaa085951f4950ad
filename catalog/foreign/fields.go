package foreign

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"firn/vault"
)

// longestText is the maximum length of a text in bytes. A longer one is not a name.
const longestText = 64 << 10

// text selects a column of any type as bytes. It reads at most one byte more than the
// maximum, which shows that the text is too long.
func text(column string) string {
	return fmt.Sprintf(`substr(CAST(%s AS BLOB), 1, %d)`, column, longestText+1)
}

// textOr is text for a column that may not exist.
func textOr(has func(string) bool, column string) string {
	if !has(strings.ToLower(column)) {
		return "NULL"
	}
	return text(column)
}

// doubt adds to Doubt a field that cannot be read.
func (e *Entry) doubt(format string, values ...any) {
	if e.Doubt != "" {
		e.Doubt += "; "
	}
	e.Doubt += fmt.Sprintf(format, values...)
}

// setID sets the id of the archive: printable ASCII without a blank, as services make it.
func (e *Entry) setID(id []byte) {
	const longest = 1024
	odd := func(c rune) bool { return c <= ' ' || c > '~' }
	switch {
	case len(id) == 0:
		e.Bad = "it has no archive id"
	case len(id) > longest || strings.ContainsFunc(string(id), odd):
		e.Bad = fmt.Sprintf("%.40q is not an archive id", id)
	default:
		e.ID = vault.ArchiveID(id)
	}
}

func (e *Entry) setName(name []byte) {
	if len(name) > longestText {
		e.doubt("the name %.40q... is too long", name)
		return
	}
	e.Name = string(name)
}

// setSize sets the size in bytes: a decimal number, or nothing if it is not known.
func (e *Entry) setSize(size []byte) {
	e.Size = -1
	if len(size) == 0 {
		return
	}
	n, err := strconv.ParseInt(string(size), 10, 64)
	if err != nil || n < 0 {
		e.doubt("%.40q is not a size", size)
		return
	}
	e.Size = n
}

// seconds reads a time in seconds since 1970, with or without a fraction. Nothing and zero
// are the zero time.
func (e *Entry) seconds(field []byte) time.Time {
	if len(field) == 0 {
		return time.Time{}
	}
	const lastSecond = 253402300799 // of the year 9999
	n, err := strconv.ParseFloat(string(field), 64)
	if err != nil || !(n >= 0 && n <= lastSecond) {
		e.doubt("%.40q is not a time", field)
		return time.Time{}
	}
	if n == 0 {
		return time.Time{}
	}
	whole, fraction := math.Modf(n)
	return time.Unix(int64(whole), int64(fraction*1e6)*1e3).UTC()
}
