// Package description reads and writes the descriptions of archives.
//
// A vault keeps no names, so each tool that stores archives writes name and time of a file
// into the description, in a form of its own. [Decode] recognises the forms of
// mt-aws-glacier, FastGlacier, CloudBerry (now MSP360), QNAP and glacier-rsync. It treats
// any other description as plain text, which is the form of glacier-cli, git-annex and the
// old gt_upload_large. firn itself also writes names as plain text, with the characters
// escaped that a description cannot contain: see [FromName].
//
// Descriptions are untrusted, and so are decoded names: quote them when you show them, and
// never use them as paths without cleaning them.
package description

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"
)

// The tools with a known form.
const (
	MtAwsGlacier = "mt-aws-glacier"
	FastGlacier  = "FastGlacier" // also written by CrushFTP, QNAP Hybrid Backup Sync and others
	CloudBerry   = "CloudBerry"
	QNAP         = "QNAP"
	GlacierRsync = "glacier-rsync"
)

// Decoded is the content of a description.
type Decoded struct {
	Tool    string    // one of the constants; empty: plain text
	Name    string    // the name of the archive; see Decode
	ModTime time.Time // UTC; of the file; zero if unknown
	Size    int64     // bytes of the file; -1 if unknown
	Folder  bool      // the archive represents a folder, not a file
	// Compressed and Encrypted say that the tool changed the bytes, so that the archive and
	// the file have different bytes.
	Compressed, Encrypted bool
	Note                  string // the user's text, if the tool adds one to its form
}

// longest is the length in bytes up to which a description is decoded. The service keeps at
// most 1,024 (Amazon Glacier developer guide, "Upload Archive").
const longest = 4 << 10

// Decode decodes a description. It never fails: a description that no tool can have
// written, or that contains no usable name, is plain text. A name from a tool is valid
// UTF-8 without NUL. For plain text, Name is the name for which [FromName] returns exactly
// this text, which may have any bytes, or else the text itself.
func Decode(raw string) Decoded {
	if len(raw) <= longest {
		if d, ok := decode(raw); ok && usable(d.Name) {
			return d
		}
		if name, ok := ownName(raw); ok {
			return Decoded{Name: name, Size: -1}
		}
	}
	return Decoded{Name: raw, Size: -1}
}

// decode decodes the form that matches the beginning of the text.
func decode(raw string) (Decoded, bool) {
	switch text := strings.TrimLeft(raw, blank); {
	case strings.HasPrefix(raw, "mt"):
		return decodeMt(raw)
	case strings.HasPrefix(raw, rsyncPrefix):
		return decodeRsync(raw)
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, `"{`):
		return decodeJSON(text)
	case strings.HasPrefix(strings.TrimLeft(text, quotes+blank), "<"):
		return decodeFast(text)
	}
	return Decoded{}, false
}

const (
	blank  = " \t\r\n"
	quotes = `"'`
)

// usable reports whether a file can have this name: any text without NUL.
func usable(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexByte(name, 0) < 0
}

// isFolder reports whether a name has the form of a folder's name.
func isFolder(name string) bool { return strings.HasSuffix(name, "/") || strings.HasSuffix(name, `\`) }

// stamp is the format of times in most tools: ISO 8601 without hyphens, UTC, in seconds.
const stamp = "20060102T150405Z"

// parseStamp parses a time. The seconds may be 60 or 61 (leap seconds).
func parseStamp(s string) (time.Time, bool) {
	leap := time.Duration(0)
	if len(s) == len(stamp) && (s[13:15] == "60" || s[13:15] == "61") {
		leap = time.Duration(s[14]-'0'+1) * time.Second
		s = s[:13] + "59" + s[15:]
	}
	t, err := time.Parse(stamp, s)
	if err != nil || t.Year() < 1000 {
		return time.Time{}, false
	}
	return t.Add(leap), true
}

// parseBase64 decodes base64 in either alphabet, with or without padding, with blanks
// anywhere.
func parseBase64(s string) (string, bool) {
	s = strings.NewReplacer("-", "+", "_", "/", " ", "", "\t", "", "\r", "", "\n", "").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return string(b), err == nil
}
