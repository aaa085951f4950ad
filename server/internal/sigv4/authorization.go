package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firn/server/internal/wire"
)

// The fixed words of an Authorization header (AWS Signature Version 4).
const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
)

// Bounds of an Authorization header, far above what any client sends.
const (
	maxAuthorization = 8 << 10 // bytes
	maxAccessKey     = 128     // characters
)

// authorization is what an Authorization header says. None of it is known to be true before
// the signature is verified.
type authorization struct {
	accessKey     string
	date          string // of the scope: YYYYMMDD
	region        string // of the scope
	service       string // of the scope
	signedHeaders []string
	signature     [sha256.Size]byte
}

// scope returns the credential scope, which is part of what is signed.
func (a authorization) scope() string {
	return strings.Join([]string{a.date, a.region, a.service, terminator}, "/")
}

// parseAuthorization reads the value of an Authorization header:
//
//	AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX
//
// The three fields may come in any order, each once, and the space after a comma
// may be missing.
func parseAuthorization(value string) (authorization, error) {
	if len(value) > maxAuthorization {
		return authorization{}, fmt.Errorf("the Authorization header is longer than %d bytes", maxAuthorization)
	}
	fields, ok := strings.CutPrefix(value, algorithm+" ")
	if !ok {
		return authorization{}, errors.New("the Authorization header does not begin with " + algorithm)
	}
	var a authorization
	readers := map[string]func(string) error{
		"Credential":    a.readCredential,
		"SignedHeaders": a.readSignedHeaders,
		"Signature":     a.readSignature,
	}
	for field := range strings.SplitSeq(fields, ",") {
		name, text, _ := strings.Cut(strings.Trim(field, " "), "=")
		read, ok := readers[name]
		if !ok {
			return authorization{}, errors.New("the Authorization header has an unknown or repeated field")
		}
		delete(readers, name)
		if err := read(text); err != nil {
			return authorization{}, err
		}
	}
	if len(readers) > 0 {
		return authorization{}, errors.New("the Authorization header needs Credential, SignedHeaders and Signature")
	}
	return a, nil
}

func (a *authorization) readCredential(text string) error {
	parts := strings.Split(text, "/")
	if len(parts) != 5 || parts[4] != terminator {
		return errors.New("the Credential is not of the form KEY/DATE/REGION/SERVICE/" + terminator)
	}
	if len(parts[0]) > maxAccessKey || slices.ContainsFunc(parts, func(p string) bool { return !wire.ConsistsOf(p, wire.IsNameByte) }) {
		return errors.New("the Credential has a part that is empty, too long or has characters that it cannot have")
	}
	a.accessKey, a.date, a.region, a.service = parts[0], parts[1], parts[2], parts[3]
	return nil
}

func (a *authorization) readSignedHeaders(text string) error {
	names := strings.Split(text, ";")
	for i, name := range names {
		if !wire.ConsistsOf(name, isHeaderByte) || i > 0 && names[i-1] >= name {
			return errors.New("the SignedHeaders are not a sorted list of lower-case names")
		}
	}
	a.signedHeaders = names
	return nil
}

func (a *authorization) readSignature(text string) error {
	if len(text) != hex.EncodedLen(len(a.signature)) {
		return errors.New("the Signature does not have 64 hexadecimal digits")
	}
	if _, err := hex.Decode(a.signature[:], []byte(text)); err != nil {
		return fmt.Errorf("the Signature does not have 64 hexadecimal digits: %w", err)
	}
	return nil
}

func isHeaderByte(b byte) bool {
	return 'a' <= b && b <= 'z' || wire.IsDigit(b) || b == '-' || b == '_'
}
