package glaciervault_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/administration"
)

func TestCapacity(t *testing.T) {
	isolate(t)
	list := `{"ProvisionedCapacityList":[]}`
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch {
		case r.URL.Path != "/-/provisioned-capacity":
			t.Errorf("asked for %q", r.URL.Path)
		case r.Method == http.MethodGet:
			reply(w, 200, list)
		case strings.Contains(list, "unit-2"):
			refuse(w, 400, "LimitExceededException", "Limit exceeded")
		default:
			w.Header().Set("X-Amz-Capacity-Id", "zSaq7NzHFQDANTfQkDen4V7z")
			w.WriteHeader(http.StatusCreated)
		}
	})
	a, ctx := accountAt(t, s.URL), t.Context()
	if got, err := a.Capacity(ctx); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if id, err := a.BuyCapacity(ctx); id != "zSaq7NzHFQDANTfQkDen4V7z" || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
	list = `{"ProvisionedCapacityList":[
		{"CapacityId":"unit-1","StartDate":"2026-01-31T10:11:12.000Z","ExpirationDate":"2026-02-28T10:11:12.000Z"},
		{"CapacityId":"unit-2","StartDate":null,"ExpirationDate":"2026-02-28T10:11:12.000Z"}]}`
	end := time.Date(2026, 2, 28, 10, 11, 12, 0, time.UTC)
	want := []administration.CapacityUnit{{ID: "unit-1", Start: time.Date(2026, 1, 31, 10, 11, 12, 0, time.UTC), End: end}, {ID: "unit-2", End: end}}
	if got, err := a.Capacity(ctx); !slices.Equal(got, want) || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if id, err := a.BuyCapacity(ctx); id != "" || !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("a third one: %q, %v", id, err)
	}
}

func TestCapacityAnswersThatMakeNoSense(t *testing.T) {
	isolate(t)
	list := ""
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) { reply(w, 200, list) })
	a, ctx := accountAt(t, s.URL), t.Context()
	for _, list = range []string{
		`{"ProvisionedCapacityList":[{"CapacityId":"../x"}]}`,
		`{"ProvisionedCapacityList":[{}]}`,
		`{"ProvisionedCapacityList":[{"CapacityId":"a","StartDate":"soon"}]}`,
		`{"ProvisionedCapacityList":[{"CapacityId":"a","ExpirationDate":"late"}]}`,
		`{"ProvisionedCapacityList":[` + strings.Repeat(`{"CapacityId":"a"},`, 1000) + `{"CapacityId":"a"}]}`,
	} {
		if got, err := a.Capacity(ctx); got != nil || !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%.80s: got %v, %v", list, got, err)
		}
	}
	if id, err := a.BuyCapacity(ctx); id != "" || !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("bought without an id: %q, %v", id, err)
	}
}

// A purchase whose answer was lost is not repeated.
func TestCapacityIsBoughtOnce(t *testing.T) {
	isolate(t)
	s := serve(t, func(http.ResponseWriter, request, int) { panic(http.ErrAbortHandler) })
	if _, err := accountAt(t, s.URL).BuyCapacity(t.Context()); !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen()); n != 1 {
		t.Errorf("it was asked for %d times", n)
	}
}
