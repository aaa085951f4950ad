package description

import (
	"strconv"
	"strings"
)

// decodeFast decodes the form of FastGlacier, which other tools also use:
//
//	<m><v>4</v><p>base64(path)</p><lm>YYYYMMDDTHHMMSSZ</lm>[<ce>C:E:MD5:SIZE</ce>]</m>
//
// C and E are 1 if the file was compressed or encrypted; MD5 and SIZE describe the file
// before that. Version 3 has no size, version 2 no <ce>, and version 1 is
// <ArchiveMetadata><Path>base64(path)</Path>…</ArchiveMetadata>. Other tools that read
// inventories have found quotes and blanks in and between the tags.
func decodeFast(raw string) (Decoded, bool) {
	path, ok := "", false
	if body, isV1 := element(raw, "ArchiveMetadata"); isV1 {
		path, ok = element(body, "Path")
	} else if body, isLater := element(raw, "m"); isLater && hasVersion(body) {
		path, ok = element(body, "p")
	}
	if !ok {
		return Decoded{}, false
	}
	name, ok := parseBase64(path)
	d := Decoded{Tool: FastGlacier, Name: name, Size: -1, Folder: isFolder(name)}
	if lm, has := element(raw, "lm"); has {
		d.ModTime, _ = parseStamp(lm)
	}
	if ce, has := element(raw, "ce"); has {
		d.readOriginal(ce)
	}
	return d, ok
}

func hasVersion(body string) bool {
	v, _ := element(body, "v")
	return v == "2" || v == "3" || v == "4"
}

// readOriginal parses C:E:MD5[:SIZE]. It ignores fields that make no sense.
func (d *Decoded) readOriginal(ce string) {
	fields := strings.Split(ce, ":")
	if len(fields) < 3 {
		return
	}
	d.Compressed, d.Encrypted = fields[0] == "1", fields[1] == "1"
	if len(fields) == 4 {
		if n, err := strconv.ParseInt(fields[3], 10, 64); err == nil && n >= 0 {
			d.Size = n
		}
	}
}

// element returns the text between the first start tag with a name and its end tag, without
// surrounding quotes and blanks. The case of the name does not matter.
func element(text, name string) (string, bool) {
	for begin, at := -1, 0; ; {
		left := strings.IndexByte(text[at:], '<')
		if left < 0 {
			return "", false
		}
		left += at
		right := strings.IndexByte(text[left:], '>')
		if right < 0 {
			return "", false
		}
		right += left
		tag := trim(text[left+1 : right])
		end, isEnd := strings.CutPrefix(tag, "/")
		switch {
		case begin < 0 && strings.EqualFold(tag, name):
			begin = right + 1
		case begin >= 0 && isEnd && strings.EqualFold(trim(end), name):
			return trim(text[begin:left]), true
		}
		at = right + 1
	}
}

func trim(s string) string { return strings.Trim(s, blank+quotes) }
