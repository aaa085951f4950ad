package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/smithy-go"

	"firn/vault"
	"firn/vault/dirvault"
)

// damagedOutput serves a directory that verifies what it reads, and in it an archive
// of 3 MiB with damage in its second. It returns the path of the output of a job for it.
func damagedOutput(t *testing.T) (s *service, path, archive string) {
	t.Helper()
	dir := t.TempDir()
	store, err := dirvault.OpenRoot(dir, dirvault.Options{VerifyReads: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s = startOver(t, store)
	s.createVault("films")
	v, err := store.Open(t.Context(), "films")
	if err != nil {
		t.Fatal(err)
	}
	archive = s.store(pattern(3*mib), "")
	name := filepath.Join(dir, "films", "archives", archive)
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	data := pattern(3 * mib)
	data[2*mib-1]++
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: vault.ArchiveID(archive)})
	if err != nil {
		t.Fatal(err)
	}
	return s, "/-/vaults/films/jobs/" + string(job) + "/output", archive
}

func damageText(archive string) string {
	return fmt.Sprintf("Some of what the server keeps is not as it was stored: bytes 1048576-2097151 of archive %q are damaged.", archive)
}

// wantDamageTold fails the test unless the log and the metrics have told the operator
// of so many requests that came upon the damage.
func (s *service) wantDamageTold(archive string, requests int) {
	s.t.Helper()
	lines := s.faults.lines()
	for _, line := range lines {
		for _, want := range []string{
			" msg=damage request_id=", " archive=" + archive + " offset=1048576 size=1048576 reason=", "bytes 1048576-2097151 of archive",
		} {
			if !strings.Contains(line, want) {
				s.t.Errorf("the operator is told %q, without %q", line, want)
			}
		}
	}
	if want := fmt.Sprintf("\nfirn_damaged_reads_total %d\n", requests); len(lines) != requests || !strings.Contains(s.ask("/metrics").body, want) {
		s.t.Errorf("the operator is told %d times, want %d, and of the metrics is not %q", len(lines), requests, want)
	}
}

// A range that begins in damage is answered with which bytes are damaged. All
// ranges beside it can still be had.
func TestDamagedRange(t *testing.T) {
	s, path, archive := damagedOutput(t)
	for _, header := range []string{"bytes=1048576-1048576", "bytes=1500000-", "bytes=2097151-2097160"} {
		s.do(request{method: "GET", path: path, header: map[string]string{"Range": header}}).
			wantError(t, 500, "ServiceUnavailableException", damageText(archive))
	}
	s.wantDamageTold(archive, 3)
	data := pattern(3 * mib)
	s.do(request{method: "GET", path: path, header: map[string]string{"Range": "bytes=0-1048575"}}).want(t, 206, string(data[:mib]))
	s.do(request{method: "GET", path: path, header: map[string]string{"Range": "bytes=2097152-"}}).want(t, 206, string(data[2*mib:]))
}

// Damage further on cuts the connection, when every byte before it was sent and
// none of the damaged MiB.
func TestDamageWithinARange(t *testing.T) {
	s, path, archive := damagedOutput(t)
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(s.build(request{method: "GET", path: path, header: map[string]string{"Range": "bytes=100-2500000"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if response.StatusCode != 206 || !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(got, pattern(mib)[100:]) {
		t.Errorf("status %d and %d bytes, %v; want %d bytes and an unexpected end", response.StatusCode, len(got), err, mib-100)
	}
	s.log.await(3) // after those of the vault and the upload
	s.wantDamageTold(archive, 1)
}

// What the SDK makes of it.
func TestDamageWithTheSDK(t *testing.T) {
	s, path, archive := damagedOutput(t)
	client := s.sdk()
	job := strings.Split(path, "/")[5]
	get := func(r string) (*glacier.GetJobOutputOutput, error) {
		return client.GetJobOutput(t.Context(), &glacier.GetJobOutputInput{
			AccountId: aws.String("-"), VaultName: aws.String("films"), JobId: &job, Range: &r,
		}, func(o *glacier.Options) { o.RetryMaxAttempts = 1 })
	}
	out, err := get("bytes=0-2097151")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if got, err := io.ReadAll(out.Body); err == nil || !bytes.Equal(got, pattern(mib)) {
		t.Errorf("a range that ends in damage: %d bytes, %v", len(got), err)
	}
	for _, r := range []string{"bytes=0-2097151", "bytes=1048576-2097151"} { // the first of them a second time
		_, err := get(r)
		if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "ServiceUnavailableException" || e.ErrorMessage() != damageText(archive) {
			t.Errorf("a range that is known to have damage: %v", err)
		}
	}
}
