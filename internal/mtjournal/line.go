package mtjournal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// IsJournal reports whether a file is a journal of any version, by its first bytes: whether
// one of their lines begins like a record. A few hundred bytes are enough, unless invalid
// lines precede the first record.
func IsJournal(first []byte) bool {
	if isUTF16(first) {
		text, _ := utf16().NewDecoder().Bytes(first[:len(first)/2*2]) // no more bytes than the caller passed
		first = text
	}
	for line := range bytes.Lines(bytes.TrimPrefix(first, []byte(utf8Mark))) {
		version, fields := split(string(line), 4)
		if version == "" || len(fields) < 3 || version == "0" && !isDigits(fields[0]) {
			continue
		}
		switch Kind(fields[1]) {
		case Created, Deleted, RetrieveJob:
			return true
		}
	}
	return false
}

// split splits a line into its version ("0" if it has no letter) and at most fields fields;
// the last field keeps further separators. The version is "" if the line is not a record.
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

// parse parses one line without its end. whole is false if the line had no end, so that its
// last field may be incomplete.
func parse(line string, whole bool) (Record, error) {
	version, fields := split(line, 7)
	switch {
	case version == "" || len(fields) < 2:
		return Record{}, errors.New("it is not a record of a journal")
	case version > "C":
		return Record{}, fmt.Errorf("it was written by a newer mt-aws-glacier, version %s", version)
	}
	r := Record{Kind: Kind(fields[1])}
	r.Time = doubtful(&r, parseTime, fields[0])
	var err error
	switch r.Kind {
	case Created:
		err = r.parseCreated(version, line, whole)
	case Deleted:
		err = r.parseDeleted(line, whole)
	case RetrieveJob:
		err = r.parseRetrieveJob(version, line, whole)
	default:
		err = fmt.Errorf("%.40q is not a known kind of record", fields[1])
	}
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// doubtful parses a field. An invalid field counts as unknown, and doubtful records the
// reason, unless the field is known to be missing.
func doubtful[T any](r *Record, parse func(string) (T, error), field string) T {
	value, err := parse(field)
	if err != nil && (field != "" || r.Doubt == "") {
		r.doubt(err.Error())
	}
	return value
}

func (r *Record) doubt(what string) {
	if r.Doubt != "" {
		r.Doubt += "; "
	}
	r.Doubt += what
}

// errCut reports an incomplete line in which no field can be trusted.
var errCut = errors.New("the last line has no end: the journal was cut off")

// fields splits a line into count fields. The last field is the name. Missing fields are
// empty, and so is the field in which the journal was cut off, unless that is the name.
func (r *Record) fields(line string, count int, whole bool) ([]string, error) {
	_, fields := split(line, count)
	if !whole && len(fields) < count {
		fields = fields[:len(fields)-1]
	}
	const id = 2
	switch {
	case len(fields) <= id && !whole:
		return nil, errCut
	case len(fields) <= id:
		return nil, errors.New("fields are missing")
	case len(fields) < count:
		r.doubt("fields are missing")
	case !whole:
		r.doubt("the last line has no end, so that the name may be cut off")
	}
	return append(fields, make([]string, count-len(fields))...), nil
}

func (r *Record) parseCreated(version, line string, whole bool) error {
	count := 7
	if version == "0" {
		count = 6 // there is no mtime
	}
	fields, err := r.fields(line, count, whole)
	if err != nil {
		return err
	}
	if r.ArchiveID, err = parseID(fields[2]); err != nil {
		return err
	}
	r.Size = doubtful(r, parseSize, fields[3])
	r.TreeHash = doubtful(r, parseHash, fields[count-2])
	r.setName(fields[count-1])
	// Version A wrote an invented time if it knew neither name nor time.
	if version != "0" && (version != "A" || r.Name != "") {
		r.ModTime = doubtful(r, func(s string) (time.Time, error) { return parseModTime(version, s) }, fields[4])
	}
	return nil
}

func (r *Record) parseDeleted(line string, whole bool) error {
	fields, err := r.fields(line, 4, whole)
	if err != nil {
		return err
	}
	if r.ArchiveID, err = parseID(fields[2]); err != nil {
		return err
	}
	r.setName(fields[3])
	return nil
}

func (r *Record) parseRetrieveJob(version, line string, whole bool) (err error) {
	_, fields := split(line, 5)
	switch {
	case !whole:
		return errCut
	case version == "0" && len(fields) == 3, version != "0" && len(fields) == 4:
	default:
		return errors.New("it has the wrong number of fields")
	}
	if r.ArchiveID, err = parseID(fields[2]); err == nil && version != "0" {
		r.JobID, err = parseID(fields[3])
	}
	return err
}

// parseID parses an id of the service: printable characters without a blank.
func parseID(s string) (string, error) {
	const longest = 255
	if s == "" || len(s) > longest || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "", fmt.Errorf("%.40q is not an id", s)
	}
	return s, nil
}

func parseHash(s string) (string, error) {
	s = strings.ToLower(s)
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%.80q is not a tree hash", s)
	}
	return s, nil
}

func parseSize(s string) (int64, error) {
	size, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !isDigits(s) {
		return -1, fmt.Errorf("%.40q is not a size", s)
	}
	return size, nil
}

// setName sets the name. In place of an unknown name the tool writes the archive's id.
func (r *Record) setName(s string) {
	switch {
	case s == "" && r.Doubt == "":
		r.doubt("the name is empty")
	case s != r.ArchiveID:
		r.Name = s
	}
}

// lastSecond is the end of the year 9999, after which times have other formats.
const lastSecond = 253402300799

// parseTime parses seconds since 1970.
func parseTime(s string) (time.Time, error) {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !isDigits(s) || seconds > lastSecond {
		return time.Time{}, fmt.Errorf("%.40q is not a time", s)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// parseModTime parses the time of a file, which may be before 1970. An absurd time counts
// as unknown; that is no error.
func parseModTime(version, s string) (time.Time, error) {
	const longest = 20 // digits
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	switch {
	case s == "NONE" && version != "A":
		return time.Time{}, nil
	case !isDigits(digits) || len(digits) > longest || len(s)-len(digits) > 1:
		return time.Time{}, fmt.Errorf("%.40q is not a time of a file", s)
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	t := time.Unix(seconds, 0).UTC()
	if err != nil || seconds > lastSecond || t.Year() < 1 {
		return time.Time{}, nil //nolint:nilerr // an absurd time, as described above
	}
	return t, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
