package server_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"firn/server"
	"firn/vault/dirvault"
)

// ask asks what the server tells its operator.
func (s *service) ask(path string) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.admin.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), "GET", "http://localhost"+path, nil))
	return answer{status: w.Code, header: w.Header(), body: w.Body.String()}
}

// awayStore counts its vaults as ever, but cannot work.
type awayStore struct{ *dirvault.Root }

func (awayStore) Ready(context.Context) error { return errors.New("the directory is away") }

// Each account's store is asked whether it can work, and the operator is told why not.
func TestHealth(t *testing.T) {
	well := openStore(t, t.TempDir())
	startOver(t, well).ask("/healthz").want(t, 200, `{"status":"ok"}`)
	startMany(t, map[string]server.Store{account: well, otherAccount: awayStore{openStore(t, t.TempDir())}}).
		ask("/healthz").want(t, 503, `{"status":"unavailable","why":"the directory is away"}`)
	startOver(t, well, func(o *server.Options) {
		o.Free, o.FreeFloor = func() (int64, error) { return 1, nil }, 2
	}).ask("/healthz").want(t, 503, `{"status":"unavailable","why":"The server has no room for this: it keeps 2 bytes of its disk free."}`)
}
