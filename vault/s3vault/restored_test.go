package s3vault_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
	"firn/vault"
	"firn/vault/s3vault"
)

// refusesReading makes reads fail as for an object that is not restored.
func (b *bed) refusesReading() {
	b.front.Fail(coldfront.Fault{Operation: "GetObject", Times: -1, Harm: coldfront.Refuse, Status: 403, Code: "InvalidObjectState"})
}

// A copy that the service reports but refuses to return will be readable later, so the
// reader waits. After its expiry it has expired.
func TestCopiesThatAreToldBeforeTheyAreThere(t *testing.T) {
	b, v := newVault(t, coldfront.Options{}, s3vault.Config{KeepDays: 1})
	b.put(t, "a", "bytes", types.StorageClassDeepArchive)
	j, _ := b.fetch(t, v, "a")
	b.refusesReading()
	for range 2 {
		_, err := v.OpenOutput(t.Context(), j.ID, vault.Range{})
		if !errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrNotReady) {
			t.Errorf("OpenOutput: %v, want ErrUnavailable", err)
		}
	}
	b.front.Heal()
	out, err := v.OpenOutput(t.Context(), j.ID, vault.Range{})
	if err != nil {
		t.Fatalf("OpenOutput: %v", err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	b.clock.Advance(72 * time.Hour)
	if _, err := v.OpenOutput(t.Context(), j.ID, vault.Range{}); !errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("OpenOutput: %v, want ErrExpired", err)
	}
	if n := b.asked("RestoreObject"); n != 1 {
		t.Errorf("it was restored %d times", n)
	}
}

// A copy without an expiry date exists: another restore would cost money.
func TestCopiesWithoutAnEnd(t *testing.T) {
	for _, said := range []string{`ongoing-request="false"`, `ongoing-request="false", expiry-date="soon"`} {
		b, v := newVault(t, coldfront.Options{}, s3vault.Config{KeepDays: 1})
		b.put(t, "a", "bytes", types.StorageClassDeepArchive)
		id, _ := b.fetch(t, v, "a")
		b.front.Fail(coldfront.Fault{Operation: "HeadObject", Times: -1, Harm: coldfront.Tell, Header: "X-Amz-Restore", Value: said})
		j, err := v.Job(t.Context(), id.ID)
		if err != nil || j.Status != vault.Succeeded || !j.Expires.IsZero() {
			t.Errorf("%s: Job: %+v, %v", said, j, err)
		}
		b.refusesReading()
		if _, err := v.OpenOutput(t.Context(), id.ID, vault.Range{}); !errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrExpired) {
			t.Errorf("%s: OpenOutput: %v, want ErrUnavailable", said, err)
		}
	}
}
