package glaciervault_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/administration"
)

const lockID = "AE863rKkWZU53SLW5be4DUcW"

// locking is a script of a vault with the service's lock states.
type locking struct {
	state, policy string
}

func (l *locking) answer(w http.ResponseWriter, r request, _ int) {
	id, isComplete := strings.CutPrefix(r.URL.Path, "/-/vaults/photos/lock-policy/")
	switch {
	case !isComplete && r.URL.Path != "/-/vaults/photos/lock-policy":
		refuse(w, 404, "UnknownOperationException", r.URL.Path)
	case isComplete && id == lockID:
		l.state = "Locked"
		w.WriteHeader(http.StatusNoContent)
	case isComplete && l.state == "InProgress":
		refuse(w, 400, "InvalidParameterValueException", "Invalid lock id")
	case isComplete, r.Method != http.MethodGet && l.state == "Locked", r.Method == http.MethodPost && l.state != "":
		refuse(w, 403, "AccessDeniedException", "The vault lock is "+l.state)
	case r.Method == http.MethodPost:
		var body struct{ Policy string }
		_ = json.Unmarshal(r.body, &body)
		l.state, l.policy = "InProgress", body.Policy
		w.Header().Set("X-Amz-Lock-Id", lockID)
		w.WriteHeader(http.StatusCreated)
	case r.Method == http.MethodDelete:
		l.state = ""
		w.WriteHeader(http.StatusNoContent)
	case l.state == "":
		refuse(w, 404, "ResourceNotFoundException", "No vault lock is set")
	default:
		expires := `"2026-01-02T10:00:00.000Z"`
		if l.state == "Locked" {
			expires = "null"
		}
		policy, _ := json.Marshal(l.policy)
		reply(w, 200, `{"CreationDate":"2026-01-01T10:00:00.000Z","ExpirationDate":`+expires+`,"Policy":`+string(policy)+`,"State":"`+l.state+`"}`)
	}
}

func TestLock(t *testing.T) {
	isolate(t)
	l := &locking{}
	s := serve(t, l.answer)
	a, ctx := accountAt(t, s.URL), t.Context()
	if _, err := a.Lock(ctx, "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("without a lock: %v", err)
	}
	const policy = `{"Statement": []}`
	for range 2 { // started, aborted, started again
		if err := a.AbortLock(ctx, "photos"); err != nil {
			t.Fatal(err)
		}
		if id, err := a.StartLock(ctx, "photos", policy); id != lockID || err != nil {
			t.Fatalf("got %q, %v", id, err)
		}
	}
	created := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	want := administration.Lock{State: administration.LockInProgress, Policy: policy, Created: created, Expires: created.Add(administration.LockTime)}
	if got, err := a.Lock(ctx, "photos"); got != want || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := a.StartLock(ctx, "photos", policy); !errors.Is(err, vault.ErrDenied) {
		t.Errorf("started twice: %v", err)
	}
	if err := a.CompleteLock(ctx, "photos", "another"); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("completed by another id: %v", err)
	}
	for range 2 {
		if err := a.CompleteLock(ctx, "photos", lockID); err != nil {
			t.Error(err)
		}
	}
	want.State, want.Expires = administration.LockLocked, time.Time{}
	if got, err := a.Lock(ctx, "photos"); got != want || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	_, started := a.StartLock(ctx, "photos", policy)
	for _, err := range []error{started, a.CompleteLock(ctx, "photos", "another"), a.AbortLock(ctx, "photos")} {
		if !errors.Is(err, vault.ErrDenied) {
			t.Errorf("of a locked vault: %v", err)
		}
	}
}

func TestLockThatCannotBe(t *testing.T) {
	isolate(t)
	s := serve(t, func(http.ResponseWriter, request, int) { t.Error("it was asked for") })
	a, ctx := accountAt(t, s.URL), t.Context()
	_, asked := a.Lock(ctx, "../x")
	_, started := a.StartLock(ctx, "../x", "{}")
	_, noPolicy := a.StartLock(ctx, "photos", "no policy")
	for _, err := range []error{
		asked, started, noPolicy, a.CompleteLock(ctx, "../x", lockID), a.CompleteLock(ctx, "photos", ""),
		a.CompleteLock(ctx, "photos", "../../x"), a.AbortLock(ctx, "../x"),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
}

func TestLockAnswersThatMakeNoSense(t *testing.T) {
	isolate(t)
	answer := ""
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		if r.Method == http.MethodPost {
			w.Header().Set("X-Amz-Lock-Id", answer)
		}
		reply(w, 200, answer)
	})
	a, ctx := accountAt(t, s.URL), t.Context()
	for _, answer = range []string{
		`{}`,
		`{"State":"Ajar","Policy":"{}"}`,
		`{"State":"Locked","Policy":"{}","CreationDate":"yesterday"}`,
		`{"State":"InProgress","Policy":"{}","ExpirationDate":"tomorrow"}`,
		`{"State":"Locked","Policy":"` + strings.Repeat("x", administration.MaxPolicy+1) + `"}`,
	} {
		if got, err := a.Lock(ctx, "photos"); !errors.Is(err, vault.ErrInvalid) || got != (administration.Lock{}) {
			t.Errorf("%.60q: got %+v, %v", answer, got, err)
		}
	}
	for _, answer = range []string{"", "../../x"} {
		if id, err := a.StartLock(ctx, "photos", "{}"); !errors.Is(err, vault.ErrUnavailable) || id != "" {
			t.Errorf("the lock id %q: got %q, %v", answer, id, err)
		}
	}
}
