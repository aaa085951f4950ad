package glaciervault

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firn/internal/amazon"
	"firn/vault"
)

// TestStalledAnswersEnd: whatever the request is, and wherever the answer stops.
func TestStalledAnswersEnd(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	drain := func(stream io.ReadCloser, err error) error {
		if err == nil {
			_, err = io.Copy(io.Discard, stream)
			err = errors.Join(err, stream.Close())
		}
		return err
	}
	for name, c := range map[string]struct {
		status int
		begin  string
		call   func(ctx context.Context, v *Vault) error
	}{
		"a list": {200, `{"Parts":[`, func(ctx context.Context, v *Vault) (last error) {
			for _, last = range v.Parts(ctx, "UPLOAD") {
			}
			return last
		}},
		"a refusal": {404, `{"code":"Res`, func(ctx context.Context, v *Vault) error {
			_, err := v.Job(ctx, "JOB")
			return err
		}},
		"before the first byte": {200, "", func(ctx context.Context, v *Vault) error {
			_, err := v.Job(ctx, "JOB")
			return err
		}},
		"an output": {200, "cold", func(ctx context.Context, v *Vault) error {
			return drain(v.OpenOutput(ctx, "JOB", vault.Range{}))
		}},
		"an inventory": {200, `{"ArchiveList":[`, func(ctx context.Context, v *Vault) (last error) {
			for _, last = range v.Inventory(ctx, "JOB", "") {
			}
			return last
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", "1000")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.begin)
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done() // the client has closed the connection
			}))
			defer s.Close()
			a, err := Open(t.Context(), Config{Region: "us-east-1", Endpoint: s.URL})
			if err != nil {
				t.Fatal(err)
			}
			watched, ok := a.http.Transport.(*amazon.IdleTransport)
			if !ok {
				t.Fatalf("requests go through a %T", a.http.Transport)
			}
			watched.Idle = time.Millisecond
			v, err := a.Vault("photos")
			if err != nil {
				t.Fatal(err)
			}
			err = c.call(t.Context(), v)
			if !errors.Is(err, vault.ErrUnavailable) || !strings.Contains(err.Error(), amazon.ErrStalled.Error()) {
				t.Errorf("got %v", err)
			}
		})
	}
}
