package seal

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// maxKeyText is the length of the longest text of a public key, as in sshd(8).
const maxKeyText = 8 << 10

// Recipients are the public keys that a file is encrypted to. Each of their identities
// opens the file.
type Recipients []age.Recipient

// ParseRecipients parses public keys: X25519 (age1...), hybrid post-quantum (age1pq1...),
// ssh-ed25519 and ssh-rsa. Hybrid keys cannot be mixed with others, because the others would
// undo their protection. A secret key is refused with ErrSecret; errors do not repeat it.
func ParseRecipients(list []string) (Recipients, error) {
	if len(list) == 0 {
		return nil, errors.New("no recipients are given")
	}
	var all Recipients
	for i, text := range list {
		r, err := parseRecipient(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("recipient %d of %d: %w", i+1, len(list), err)
		}
		all = append(all, r)
	}
	size, err := all.HeadSize()
	if err != nil {
		return nil, err
	}
	if size > MaxHead {
		return nil, fmt.Errorf("%d recipients are too many: the head of a file has at most %d bytes", len(list), MaxHead)
	}
	return all, nil
}

// HeadSize returns the size of the head of every file that is encrypted to the recipients.
func (r Recipients) HeadSize() (int64, error) {
	var n counter
	if _, err := age.Encrypt(&n, r...); err != nil {
		return 0, fmt.Errorf("these recipients cannot be used: %w", err)
	}
	return int64(n), nil
}

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

var _ io.Writer = (*counter)(nil)

func parseRecipient(text string) (age.Recipient, error) {
	switch {
	case isSecret(text):
		return nil, fmt.Errorf("%w: give its public key, and keep the secret key elsewhere", ErrSecret)
	case len(text) > maxKeyText:
		return nil, fmt.Errorf("a public key has at most %d bytes", maxKeyText)
	case strings.HasPrefix(text, "age1pq1"):
		return age.ParseHybridRecipient(text)
	case strings.HasPrefix(text, "age1") && strings.Count(text, "1") > 1 && strings.LastIndexByte(text, '1') > 4:
		return nil, fmt.Errorf("keys of age's plugins are not supported: %q", text)
	case strings.HasPrefix(text, "age1"):
		return age.ParseX25519Recipient(text)
	case strings.HasPrefix(text, "ssh-"):
		return agessh.ParseRecipient(text)
	}
	// The text is not repeated, because it may be a secret in a form that is not known here.
	return nil, errors.New("this is no public key of age (age1...) and no SSH public key (ssh-ed25519, ssh-rsa)")
}

// isSecret reports whether text looks like a secret key.
func isSecret(text string) bool {
	upper := strings.ToUpper(text)
	return strings.HasPrefix(upper, "AGE-SECRET-KEY-") || strings.HasPrefix(upper, "AGE-PLUGIN-") ||
		strings.Contains(upper, "PRIVATE KEY-----")
}
