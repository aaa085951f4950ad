// Package sigv4 verifies AWS Signature Version 4, as Amazon Glacier takes it.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
)

const (
	serviceName = "glacier"          // in the scope of every signature
	basicISO    = "20060102T150405Z" // the form of x-amz-date
	clockWindow = 15 * time.Minute   // how far a client's clock may be off
)

// Verifier verifies signatures in the Authorization header. The service takes no others,
// either.
type Verifier struct {
	Region string           // that the signature must be made for
	Now    func() time.Time // what the date of the signature is compared with
}

// KeyOf returns the secret key that belongs to an access key and a session token, and when
// it expires; the zero time means never. It returns false if there is no such key.
type KeyOf func(accessKey, sessionToken string) (secret string, expires time.Time, ok bool)

// Verify returns the access key that signed r. It checks all that it can without the body
// before it calls payloadHash, which returns the hash of the body as the client has signed
// it. The errors are a *refusal.Error and those of payloadHash.
func (v Verifier) Verify(r *http.Request, keys KeyOf, payloadHash func() (string, error)) (accessKey string, err error) {
	auth, err := authorizationOf(r)
	if err != nil {
		return "", err
	}
	if err := v.checkScope(r, auth); err != nil {
		return "", err
	}
	if name := firstUnsigned(r, auth.signedHeaders); name != "" {
		return "", refusal.InvalidSignature("The header " + name + " must be signed.")
	}
	secret, expires, known := keys(auth.accessKey, r.Header.Get("X-Amz-Security-Token"))
	if !known {
		return "", unrecognizedClient()
	}
	payload, err := payloadHash()
	if err != nil {
		return "", err
	}
	canonical, err := canonicalRequest(r, auth.signedHeaders, payload)
	if err != nil {
		return "", refusal.BadRequest(err.Error(), err)
	}
	_, stamp := signingStamp(r)
	switch {
	case !hmac.Equal(sign(secret, auth, stamp, canonical), auth.signature[:]):
		return "", signatureMismatch()
	case !expires.IsZero() && !v.Now().Before(expires):
		return "", expiredToken()
	}
	return auth.accessKey, nil
}

// authorizationOf finds the one Authorization header and reads it.
func authorizationOf(r *http.Request) (authorization, error) {
	if _, query := wire.Target(r); wire.HasCredentials(query) {
		return authorization{}, refusal.InvalidSignature("Credentials in the query string are not accepted.")
	}
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return authorization{}, missingAuthentication()
	}
	for name, values := range r.Header {
		if len(values) > 1 && (name == "Authorization" || name == "Date" || strings.HasPrefix(name, "X-Amz-")) {
			return authorization{}, refusal.InvalidSignature("The header " + strings.ToLower(name) + " occurs twice.")
		}
	}
	auth, err := parseAuthorization(values[0])
	if err != nil {
		return authorization{}, refusal.InvalidSignature(err.Error())
	}
	return auth, nil
}

// checkScope compares region, service and date of the signature with ours.
func (v Verifier) checkScope(r *http.Request, auth authorization) error {
	if auth.region != v.Region {
		return refusal.InvalidSignature("Credential should be scoped to a valid region, not '" + auth.region + "'.")
	}
	if auth.service != serviceName {
		return refusal.InvalidSignature("Credential should be scoped to correct service: '" + serviceName + "'.")
	}
	_, stamp := signingStamp(r)
	at, err := time.Parse(basicISO, stamp)
	if err != nil {
		return refusal.InvalidSignature("The request needs x-amz-date, or Date, of the form YYYYMMDDThhmmssZ.")
	}
	if auth.date != at.Format("20060102") {
		return refusal.InvalidSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			auth.date + "' != '" + at.Format("20060102") + "', from '" + stamp + "'.")
	}
	now := v.Now().UTC()
	if at.Before(now.Add(-clockWindow)) {
		return refusal.InvalidSignature("Signature expired: " + stamp + " is now earlier than " + now.Add(-clockWindow).Format(basicISO) +
			" (" + now.Format(basicISO) + " - 15 min.)")
	}
	if at.After(now.Add(clockWindow)) {
		return refusal.InvalidSignature("Signature not yet current: " + stamp + " is still later than " + now.Add(clockWindow).Format(basicISO) +
			" (" + now.Format(basicISO) + " + 15 min.)")
	}
	return nil
}

// signingStamp returns the header that dates the signature, and its value.
func signingStamp(r *http.Request) (name, value string) {
	if value := r.Header.Get("X-Amz-Date"); value != "" {
		return "x-amz-date", value
	}
	return "date", r.Header.Get("Date")
}

// firstUnsigned returns a header that had to be signed and was not: the host,
// the date, and every x-amz-* header. Old clients sign no others.
func firstUnsigned(r *http.Request, signed []string) string {
	dated, _ := signingStamp(r)
	needed := []string{"host", dated}
	for name := range r.Header {
		if name := strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			needed = append(needed, name)
		}
	}
	for _, name := range needed {
		if !slices.Contains(signed, name) {
			return name
		}
	}
	return ""
}

// sign computes the signature of a canonical request (AWS Signature Version 4,
// "Calculate the signature").
func sign(secret string, auth authorization, stamp, canonical string) []byte {
	hash := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, stamp, auth.scope(), hex.EncodeToString(hash[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, piece := range []string{auth.date, auth.region, auth.service, terminator, text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(piece))
		key = mac.Sum(nil)
	}
	return key
}
