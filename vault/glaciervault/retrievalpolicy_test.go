package glaciervault_test

import (
	"errors"
	"net/http"
	"testing"

	"firn/vault"
	"firn/vault/administration"
)

func TestRetrievalLimit(t *testing.T) {
	isolate(t)
	kept := `{"Policy":{"Rules":[{"BytesPerHour":null,"Strategy":"None"}]}}`
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		if r.URL.Path != "/-/policies/data-retrieval" {
			t.Errorf("asked for %q", r.URL.Path)
		}
		if r.Method == http.MethodGet {
			reply(w, 200, kept)
			return
		}
		kept = string(r.body)
		w.WriteHeader(http.StatusNoContent)
	})
	a, ctx := accountAt(t, s.URL), t.Context()
	none := administration.RetrievalLimit{Strategy: administration.LimitNone}
	if got, err := a.RetrievalLimit(ctx); got != none || err != nil {
		t.Errorf("at first: %+v, %v", got, err)
	}
	for want, body := range map[administration.RetrievalLimit]string{
		{Strategy: administration.LimitBytesPerHour, BytesPerHour: 1 << 62}: `{"Policy":{"Rules":[{"BytesPerHour":4611686018427387904,"Strategy":"BytesPerHour"}]}}`,
		{Strategy: administration.LimitFreeTier}:                            `{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}`,
		none:                                                                `{"Policy":{"Rules":[{"Strategy":"None"}]}}`,
	} {
		if err := a.SetRetrievalLimit(ctx, want); err != nil || kept != body {
			t.Errorf("%+v: sent %s, %v", want, kept, err)
		}
		if got, err := a.RetrievalLimit(ctx); got != want || err != nil {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	for _, kept = range []string{`{}`, `{"Policy":null}`, `{"Policy":{"Rules":[]}}`} {
		if got, err := a.RetrievalLimit(ctx); got != none || err != nil {
			t.Errorf("%s: got %+v, %v", kept, got, err)
		}
	}
	for _, kept = range []string{
		`{"Policy":{"Rules":[{"Strategy":"None"},{"Strategy":"None"}]}}`,
		`{"Policy":{"Rules":[{"Strategy":"Sometimes"}]}}`,
		`{"Policy":{"Rules":[{"Strategy":"BytesPerHour"}]}}`,
		`{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":-1}]}}`,
		`{"Policy":{"Rules":[{}]}}`,
	} {
		if _, err := a.RetrievalLimit(ctx); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: got %v", kept, err)
		}
	}
	before := len(s.seen())
	if err := a.SetRetrievalLimit(ctx, administration.RetrievalLimit{Strategy: administration.LimitBytesPerHour}); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if len(s.seen()) != before {
		t.Error("something impossible was asked for")
	}
}
