package mtjournal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// IsJournal reports whether a file is a journal, of whatever version, by its
// first bytes; 40 are enough.
func IsJournal(first []byte) bool {
	version, fields := split(string(first), 4)
	if version == "" || len(fields) < 3 || !isDigits(fields[0]) {
		return false
	}
	switch Kind(fields[1]) {
	case Created, Deleted, RetrieveJob:
		return true
	}
	return false
}

// split parts a line into its version, "0" if it has no letter, and so many
// fields at most; the last field keeps what would part it. A line of no version
// has version "".
func split(line string, fields int) (string, []string) {
	version, rest, isTabbed := strings.Cut(line, "\t")
	switch {
	case isTabbed && len(version) == 1 && 'A' <= version[0] && version[0] <= 'Z':
		return version, strings.SplitN(rest, "\t", fields)
	case line != "" && '0' <= line[0] && line[0] <= '9':
		return "0", strings.SplitN(line, " ", fields)
	}
	return "", nil
}

// parse reads one line, without its end.
func parse(line string) (Record, error) {
	version, fields := split(line, 7)
	switch {
	case version == "" || len(fields) < 2:
		return Record{}, errors.New("it is no record of a journal")
	case version > "C":
		return Record{}, fmt.Errorf("it was written by a newer mt-aws-glacier, version %s", version)
	}
	begun, err := parseTime(fields[0])
	if err != nil {
		return Record{}, err
	}
	r := Record{Kind: Kind(fields[1]), Time: begun}
	switch r.Kind {
	case Created:
		err = r.parseCreated(version, line)
	case Deleted:
		err = r.parseDeleted(line)
	case RetrieveJob:
		err = r.parseRetrieveJob(version, line)
	default:
		err = fmt.Errorf("%q is no kind of record", fields[1])
	}
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

func (r *Record) parseCreated(version, line string) (err error) {
	count := 7
	if version == "0" {
		count = 6 // there is no mtime
	}
	_, fields := split(line, count)
	if len(fields) != count {
		return errors.New("fields are missing")
	}
	if r.ArchiveID, err = parseID(fields[2]); err != nil {
		return err
	}
	if r.Size, err = strconv.ParseInt(fields[3], 10, 64); err != nil || !isDigits(fields[3]) {
		return fmt.Errorf("%q is no size", fields[3])
	}
	if r.TreeHash, err = parseHash(fields[count-2]); err != nil {
		return err
	}
	if err := r.parseName(fields[count-1]); err != nil {
		return err
	}
	// Version A wrote a time that it had made up where it knew neither name nor time.
	if version != "0" && (version != "A" || r.Name != "") {
		r.ModTime, err = parseModTime(version, fields[4])
	}
	return err
}

func (r *Record) parseDeleted(line string) (err error) {
	_, fields := split(line, 4)
	if len(fields) != 4 {
		return errors.New("fields are missing")
	}
	if r.ArchiveID, err = parseID(fields[2]); err != nil {
		return err
	}
	return r.parseName(fields[3])
}

func (r *Record) parseRetrieveJob(version, line string) (err error) {
	_, fields := split(line, 5)
	switch {
	case version == "0" && len(fields) == 3, version != "0" && len(fields) == 4:
	default:
		return errors.New("it has more or fewer fields than it should")
	}
	if r.ArchiveID, err = parseID(fields[2]); err == nil && version != "0" {
		r.JobID, err = parseID(fields[3])
	}
	return err
}

// parseID takes an id as the service makes them: characters without a blank.
func parseID(s string) (string, error) {
	const longest = 255
	if s == "" || len(s) > longest || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "", fmt.Errorf("%.40q is no id", s)
	}
	return s, nil
}

func parseHash(s string) (string, error) {
	s = strings.ToLower(s)
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%.80q is no tree hash", s)
	}
	return s, nil
}

func (r *Record) parseName(s string) error {
	switch {
	case s == "":
		return errors.New("the name is empty")
	case !utf8.ValidString(s):
		return fmt.Errorf("the name %.200q is not UTF-8: the journal may be in another encoding", s)
	case strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Errorf("the name %.200q has control characters", s)
	case s != r.ArchiveID:
		r.Name = s
	}
	return nil
}

// lastSecond is the end of the year 9999, after which times have other forms.
const lastSecond = 253402300799

// parseTime reads seconds since 1970.
func parseTime(s string) (time.Time, error) {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !isDigits(s) || seconds > lastSecond {
		return time.Time{}, fmt.Errorf("%.40q is no time", s)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// parseModTime reads the time of a file, which may lie before 1970, and be
// nonsense: then it is not known, but the archive is no worse for it.
func parseModTime(version, s string) (time.Time, error) {
	const longest = 20 // digits
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	switch {
	case s == "NONE" && version != "A":
		return time.Time{}, nil
	case !isDigits(digits) || len(digits) > longest || len(s)-len(digits) > 1:
		return time.Time{}, fmt.Errorf("%.40q is no time of a file", s)
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	t := time.Unix(seconds, 0).UTC()
	if err != nil || seconds > lastSecond || t.Year() < 1 {
		return time.Time{}, nil //nolint:nilerr // the number is beyond all time, as said above
	}
	return t, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
