package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
	"firn/vault/administration"
)

// readPolicy reads a policy from a file, or from standard input if path is -.
func readPolicy(p *cli.Program, path string) (policy string, err error) {
	from, called := io.NopCloser(p.Stdin), "standard input"
	if path != "-" {
		called = fmt.Sprintf("%q", path)
		if from, err = os.Open(path); err != nil {
			return "", fmt.Errorf("the policy cannot be opened: %w", err)
		}
	}
	text, err := io.ReadAll(io.LimitReader(from, administration.MaxPolicy+1))
	if err = errors.Join(err, from.Close()); err != nil {
		return "", fmt.Errorf("the policy in %s cannot be read: %w", called, err)
	}
	if len(text) > administration.MaxPolicy {
		return "", vault.Errorf(vault.ErrInvalid, "the policy in %s: it is longer than %d bytes", called, administration.MaxPolicy)
	}
	if err := administration.CheckPolicy(string(text)); err != nil {
		return "", fmt.Errorf("the policy in %s: %w", called, err)
	}
	return string(text), nil
}

// policyJSON returns a policy as a JSON document. A server may return a policy that is not JSON;
// then it returns a string.
func policyJSON(policy string) any {
	if json.Valid([]byte(policy)) {
		return json.RawMessage(policy)
	}
	return policy
}
