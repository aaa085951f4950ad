// Package description reads what tools write into the descriptions of archives.
//
// A vault keeps no names: each tool that stores archives hides name and time of a
// file in the description, in a form of its own. [Decode] knows those of
// mt-aws-glacier, FastGlacier, CloudBerry (now MSP360), QNAP and glacier-rsync,
// and takes everything else for what it looks like: plain text, as glacier-cli,
// git-annex and the old gt_upload_large write it. firn itself writes names as plain
// text, too, with what a description does not keep escaped: see [FromName].
//
// Descriptions come from outside. What is decoded is still outside text: quote it
// on display, and never use it as a path without cleaning it.
package description

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"
)

// The tools whose descriptions are known.
const (
	MtAwsGlacier = "mt-aws-glacier"
	FastGlacier  = "FastGlacier" // also written by CrushFTP, QNAP Hybrid Backup Sync and others
	CloudBerry   = "CloudBerry"
	QNAP         = "QNAP"
	GlacierRsync = "glacier-rsync"
)

// Decoded is what a description tells about its archive.
type Decoded struct {
	Tool    string    // one of the constants; empty: plain text
	Name    string    // what the archive is called; see Decode
	ModTime time.Time // UTC, of the file; zero if not told
	Size    int64     // bytes of the file; -1 if not told
	Folder  bool      // it stands for a folder, not for a file
	// Compressed and Encrypted tell what the tool did to the file, so that the
	// bytes of the archive are not those of the file.
	Compressed, Encrypted bool
	Note                  string // the user's own words, where the tool adds them to its form
}

// longest is how much of a description is looked at, in bytes. The service keeps
// at most 1,024 (Amazon Glacier developer guide, "Upload Archive").
const longest = 4 << 10

// Decode reads a description. It never fails: what no tool can have written, or
// what hides no usable name, is plain text. The name that a tool wrote is valid
// UTF-8 without NUL. Of plain text it is the name of which [FromName] makes that very
// text, whatever bytes it has, or else the text as given.
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

// decode tries the form that the beginning of the text announces.
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

// usable reports whether a name can be one: a file system allows any text but NUL.
func usable(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexByte(name, 0) < 0
}

// isFolder reports whether a name is written as that of a folder.
func isFolder(name string) bool { return strings.HasSuffix(name, "/") || strings.HasSuffix(name, `\`) }

// stamp is the form in which most tools write a time: ISO 8601 without hyphens,
// UTC, to the second.
const stamp = "20060102T150405Z"

// parseStamp reads a time, whose seconds may be the leap seconds 60 and 61.
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

// parseBase64 reads base64 of either alphabet, with or without padding, with
// blanks anywhere.
func parseBase64(s string) (string, bool) {
	s = strings.NewReplacer("-", "+", "_", "/", " ", "", "\t", "", "\r", "", "\n", "").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return string(b), err == nil
}
