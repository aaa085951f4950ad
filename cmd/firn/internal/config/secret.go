package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// checkSecret refuses secrets. The file is copied, shown and kept with other dot files, where
// nobody expects any.
func checkSecret(table, option string, value any) error {
	text, _ := value.(string)
	if isSecretKey(text) {
		return fmt.Errorf("%s: %s is a secret key, and the configuration must not contain any: give the public key as "+
			"recipient, and name the file with the secret key as identity", table, option)
	}
	if namesSecret(option) || isKeyID(text) || hasPassword(text) {
		return fmt.Errorf("%s: %s looks like a secret, and the configuration must not contain any: "+
			"keep credentials where the AWS tools keep them, and name their profile in the url, as in "+
			"s3://bucket?profile=backup", table, option)
	}
	return nil
}

// namesSecret reports whether the name of a key says that its value is a secret.
func namesSecret(option string) bool {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(option))
	for _, word := range []string{"secret", "password", "passphrase", "token", "accesskey", "credential"} {
		if strings.Contains(plain, word) {
			return true
		}
	}
	return false
}

// isKeyID reports whether a text contains an id of an access key, as in the guide of IAM,
// "Unique identifiers". The secret is usually next to it.
func isKeyID(text string) bool {
	return regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`).MatchString(text)
}

// hasPassword reports whether a URL contains a password.
func hasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	if _, ok := u.User.Password(); ok {
		return true
	}
	for _, values := range u.Query() { // such as an endpoint
		if slices.ContainsFunc(values, hasPassword) {
			return true
		}
	}
	return false
}

// isSecretKey reports whether a text contains a secret key of age or SSH.
func isSecretKey(text string) bool {
	upper := strings.ToUpper(text)
	return strings.Contains(upper, "AGE-SECRET-KEY-") || strings.Contains(upper, "PRIVATE KEY-----")
}
