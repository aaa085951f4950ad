package glaciervault_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/administration"
)

func TestAccessPolicy(t *testing.T) {
	isolate(t)
	kept := ""
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		if r.URL.Path != "/-/vaults/photos/access-policy" {
			t.Errorf("asked for %q", r.URL.Path)
		}
		switch {
		case r.Method == http.MethodPut:
			kept = string(r.body)
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodDelete:
			kept = ""
			w.WriteHeader(http.StatusNoContent)
		case kept == "":
			refuse(w, 404, "ResourceNotFoundException", "No vault access policy is set")
		default:
			reply(w, 200, kept)
		}
	})
	a := accountAt(t, s.URL)
	if _, err := a.AccessPolicy(t.Context(), "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("when none is set: %v", err)
	}
	const want = "{\"Version\": \"2012-10-17\",\n \"Statement\": [{\"Sid\": \"<ä&>\"}]}"
	if err := a.SetAccessPolicy(t.Context(), "photos", want); err != nil {
		t.Fatal(err)
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(kept), &body); err != nil || len(body) != 1 || body["Policy"] != want {
		t.Errorf("the body is %s, %v", kept, err)
	}
	if got, err := a.AccessPolicy(t.Context(), "photos"); err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	for range 2 {
		if err := a.DeleteAccessPolicy(t.Context(), "photos"); err != nil {
			t.Error(err)
		}
	}
	for answer, class := range map[string]error{
		`{}`:              vault.ErrNotFound,
		`{"Policy":null}`: vault.ErrNotFound,
		`{"Policy":"` + strings.Repeat("x", administration.MaxPolicy+1) + `"}`: vault.ErrInvalid,
		strings.Repeat(" ", 1<<20+1): vault.ErrUnavailable,
	} {
		kept = answer
		if _, err := a.AccessPolicy(t.Context(), "photos"); !errors.Is(err, class) {
			t.Errorf("%.40q: got %.300v", answer, err)
		}
	}
	before := len(s.seen())
	_, err := a.AccessPolicy(t.Context(), "../x")
	for _, err := range []error{
		err,
		a.SetAccessPolicy(t.Context(), "photos", "no policy"),
		a.SetAccessPolicy(t.Context(), "../x", want),
		a.DeleteAccessPolicy(t.Context(), "../x"),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
	if len(s.seen()) != before {
		t.Error("something impossible was asked for")
	}
}
