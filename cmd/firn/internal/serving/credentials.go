package serving

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"firn/internal/strict"
	"firn/server"
)

// credentialsLimit is the maximum size of a credentials file in bytes: more than a thousand
// keys.
const credentialsLimit = 1 << 20

// credentialsDocument is a credentials file, as docs/server.md describes it.
type credentialsDocument struct {
	Keys []credentialsKey `json:"keys"`
}

type credentialsKey struct {
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	Account         string    `json:"account"` // empty: the main account
	User            string    `json:"user"`
	ReadOnly        bool      `json:"read_only"`
	SessionToken    string    `json:"session_token"`
	Expires         time.Time `json:"expires"`
}

// readCredentials reads a credentials file. No error contains a secret.
func readCredentials(path string) (server.Keys, error) {
	text, err := readPrivate(path, credentialsLimit)
	if err != nil {
		return nil, fmt.Errorf("the credentials: %w", err)
	}
	var d credentialsDocument
	// A misspelt or repeated "read_only" must not give a key that may write.
	if err := strict.Decode(text, &d); err != nil {
		return nil, fmt.Errorf("the credentials %q: %w", path, err)
	}
	keys := server.Keys{}
	for i, k := range d.Keys {
		err := k.check()
		if _, twice := keys[k.AccessKeyID]; twice && err == nil {
			err = errors.New("its access key occurs twice")
		}
		if err != nil {
			return nil, fmt.Errorf("the credentials %q: key %d: %w", path, i+1, err)
		}
		keys[k.AccessKeyID] = k.serverKey()
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the credentials %q hold no keys", path)
	}
	return keys, nil
}

func (k credentialsKey) check() error {
	is := func(form, text string) bool { return regexp.MustCompile(form).MatchString(text) }
	switch {
	case !is(`^[A-Za-z0-9_.-]{1,128}$`, k.AccessKeyID):
		return errors.New("its access_key_id does not have 1 to 128 letters, digits, hyphens, underscores and periods")
	case len(k.SecretAccessKey) < 16:
		return errors.New("its secret_access_key has less than 16 characters, so it could be guessed")
	case k.Account != "" && !server.IsAccount(k.Account):
		return errors.New("its account does not have 12 digits")
	case !is(`^[A-Za-z0-9+=,.@_/-]{0,64}$`, k.User):
		return errors.New("its user has more than 64 characters, or others than letters, digits and +=,.@_/-")
	}
	return nil
}

func (k credentialsKey) serverKey() server.Key {
	account := k.Account
	if account == "" {
		account = mainAccount
	}
	return server.Key{
		Secret: k.SecretAccessKey, Account: account, User: k.User, ReadOnly: k.ReadOnly,
		SessionToken: k.SessionToken, Expires: k.Expires,
	}
}
