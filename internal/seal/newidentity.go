package seal

import (
	"fmt"
	"time"

	"filippo.io/age"
)

// NewIdentity makes a hybrid post-quantum key (ML-KEM-768 and X25519). It returns the text
// of its identity file, in the form of age-keygen, and its public key (age1pq1...). The text
// is secret. age reads such keys since version 1.3.
func NewIdentity(now time.Time) (file, recipient string, err error) {
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	recipient = key.Recipient().String()
	file = fmt.Sprintf("# created: %s\n# public key: %s\n%s\n", now.Format(time.RFC3339), recipient, key)
	return file, recipient, nil
}
