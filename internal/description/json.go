package description

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decodeJSON decodes the form of CloudBerry,
//
//	{"Path":"…","UTCDateModified":"YYYYMMDDTHHMMSSZ","Flags":n}
//
// with a path in UTF-7 and the flags 1 for compressed and 2 for encrypted. It also decodes
// the form of QNAP's own backup for Glacier, {"path":"/…","type":"file"}, which is
// sometimes encoded once more as a JSON string. The case of the first letter distinguishes
// the two forms.
func decodeJSON(raw string) (Decoded, bool) {
	if strings.HasPrefix(raw, `"`) {
		inner, ok := parseText(json.RawMessage(raw))
		if !ok {
			return Decoded{}, false
		}
		raw = inner
	}
	o, ok := parseObject(raw)
	if !ok {
		return Decoded{}, false
	}
	if path, ok := o.text("Path"); ok {
		return o.cloudBerry(path), true
	}
	path, ok := o.text("path")
	kind, hasKind := o.text("type")
	folder := isFolder(path) || kind == "folder" || kind == "dir" || kind == "directory"
	return Decoded{Tool: QNAP, Name: path, Size: -1, Folder: folder}, ok && hasKind
}

func (o object) cloudBerry(path string) Decoded {
	// A path that is not UTF-7 was written without that encoding.
	if name, ok := decodeUTF7(path); ok {
		path = name
	}
	d := Decoded{Tool: CloudBerry, Name: path, Size: -1, Folder: isFolder(path)}
	if modified, ok := o.text("UTCDateModified"); ok {
		d.ModTime, _ = parseStamp(modified)
	}
	if flags, err := strconv.ParseUint(string(o["Flags"]), 10, 32); err == nil {
		d.Compressed, d.Encrypted = flags&1 != 0, flags&2 != 0
	}
	return d
}

// object is a JSON object. Unlike a Go struct, its keys are case-sensitive.
type object map[string]json.RawMessage

func parseObject(text string) (object, bool) {
	if !utf8.ValidString(text) {
		return nil, false
	}
	var o object
	err := json.Unmarshal([]byte(text), &o)
	return o, err == nil && o != nil
}

// text returns the string with a key.
func (o object) text(key string) (string, bool) { return parseText(o[key]) }

func parseText(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || hasHalf(string(raw)) {
		return "", false
	}
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// hasHalf reports whether JSON text escapes half a character: one of the two UTF-16 units
// of a character without the other. Package json would replace it by another character.
func hasHalf(raw string) bool {
	for {
		at := strings.IndexByte(raw, '\\')
		if at < 0 {
			return false
		}
		raw = raw[at:]
		switch unit, ok := escapedUnit(raw); {
		case !ok:
			raw = raw[min(2, len(raw)):]
		case isHigh(unit):
			if low, ok := escapedUnit(raw[6:]); !ok || !isLow(low) {
				return true
			}
			raw = raw[12:]
		case isLow(unit):
			return true
		default:
			raw = raw[6:]
		}
	}
}

// escapedUnit parses \uXXXX at the start of raw.
func escapedUnit(raw string) (uint16, bool) {
	if len(raw) < 6 || raw[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(raw[2:6], 16, 16)
	return uint16(n), err == nil
}

func isHigh(unit uint16) bool { return 0xd800 <= unit && unit < 0xdc00 }

func isLow(unit uint16) bool { return 0xdc00 <= unit && unit < 0xe000 }
