package description

import (
	"strings"
	"unicode/utf8"
)

// decodeMt decodes the form of mt-aws-glacier:
//
//	mt2 base64url({"filename": "relative/path", "mtime": "YYYYMMDDTHHMMSSZ"})
//
// Its betas in the winter of 2012 wrote mt1, which differs only in the JSON text: its bytes
// were taken for Latin-1 and encoded as UTF-8 once more. Both keys are always present.
// Base64 text of more than 1,024 characters is not decoded.
func decodeMt(raw string) (Decoded, bool) {
	version, packed, _ := strings.Cut(raw, " ")
	if (version != "mt1" && version != "mt2") || len(packed) > 1024 {
		return Decoded{}, false
	}
	text, ok := parseBase64(packed)
	if ok && version == "mt1" {
		text, ok = latin1(text)
	}
	if !ok {
		return Decoded{}, false
	}
	o, ok := parseObject(text)
	if !ok {
		return Decoded{}, false
	}
	name, hasName := o.text("filename")
	mtime, hasTime := o.text("mtime")
	t, isTime := parseStamp(mtime)
	return Decoded{Tool: MtAwsGlacier, Name: name, ModTime: t, Size: -1, Folder: isFolder(name)}, hasName && hasTime && isTime
}

// latin1 converts each character to the byte with its number.
func latin1(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return "", false
		}
		b = append(b, byte(r))
	}
	return string(b), true
}
