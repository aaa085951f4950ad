package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// sentence is an error in words of its own, whose cause is another.
type sentence struct{ cause error }

func (s *sentence) Error() string { return "it failed" }
func (s *sentence) Unwrap() error { return s.cause }

func TestCausesKeepSecrets(t *testing.T) {
	quoted := &processcreds.ProviderError{Err: errors.New(`parse failed: warning: {"SecretAccessKey":"hunter2"}`)}
	for _, err := range []error{
		&sentence{quoted},
		fmt.Errorf("failed: %w", errors.New(`{"SessionToken": "hunter2", "Version": 1}`)),
		fmt.Errorf("failed: %w", errors.New("secret_access_key=hunter2 is wrong")),
		fmt.Errorf("failed: %w", errors.New("get https://key:hunter2@host/")),
		fmt.Errorf("failed: %w", errors.New("get https://host/?X-Amz-Signature=hunter2&a=b")),
	} {
		causes := causesOf(&sentence{err})
		if slices.ContainsFunc(causes, func(c string) bool { return strings.Contains(c, "hunter2") }) {
			t.Errorf("%q", causes)
		}
	}
}
