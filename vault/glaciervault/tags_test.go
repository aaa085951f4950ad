package glaciervault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"firn/vault"
)

// tagged is a script of a vault's tags, which accepts ten tags in a request as the service
// does.
func tagged(t *testing.T, tags map[string]string) *script {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r request, _ int) {
		var body struct {
			Tags    map[string]string
			TagKeys []string
		}
		if r.URL.Path != "/-/vaults/photos/tags" || len(r.body) > 0 && json.Unmarshal(r.body, &body) != nil {
			t.Errorf("%s %s: %s", r.Method, r.URL, r.body)
		}
		if r.Method == http.MethodGet {
			all, _ := json.Marshal(map[string]any{"Tags": tags})
			reply(w, 200, string(all))
			return
		}
		if n := len(body.Tags) + len(body.TagKeys); n < 1 || n > 10 {
			t.Errorf("%d tags in a request", n)
		}
		switch operation := r.URL.Query().Get("operation"); operation {
		case "add":
			maps.Copy(tags, body.Tags)
		case "remove":
			for _, key := range body.TagKeys {
				delete(tags, key)
			}
		default:
			t.Errorf("operation %q", operation)
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func TestTags(t *testing.T) {
	isolate(t)
	s := tagged(t, map[string]string{})
	a := accountAt(t, s.URL)
	if got, err := a.Tags(t.Context(), "photos"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("at first: %v, %v", got, err)
	}
	want, keys := map[string]string{"empty": ""}, []string{"unknown"}
	for i := range 24 {
		key := fmt.Sprintf("key %02d", i)
		want[key] = strings.Repeat("ä", i)
		keys = append(keys, key)
	}
	before := len(s.seen())
	if err := a.AddTags(t.Context(), "photos", want); err != nil {
		t.Fatal(err)
	}
	if n := len(s.seen()) - before; n != 3 {
		t.Errorf("25 tags took %d requests", n)
	}
	if got, err := a.Tags(t.Context(), "photos"); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := a.RemoveTags(t.Context(), "photos", keys); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Tags(t.Context(), "photos"); err != nil || !maps.Equal(got, map[string]string{"empty": ""}) {
		t.Errorf("got %v, %v", got, err)
	}
	before = len(s.seen())
	if err := errors.Join(a.AddTags(t.Context(), "photos", nil), a.RemoveTags(t.Context(), "photos", nil)); err != nil {
		t.Error(err)
	}
	_, err := a.Tags(t.Context(), "../x")
	for _, err := range []error{
		err,
		a.AddTags(t.Context(), "../x", want),
		a.AddTags(t.Context(), "photos", map[string]string{"": ""}),
		a.RemoveTags(t.Context(), "../x", keys),
		a.RemoveTags(t.Context(), "photos", []string{"fine", ""}),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
	if len(s.seen()) != before {
		t.Error("something impossible, or nothing at all, was asked for")
	}
}

// After a refusal in the middle, the vault has the tags of the earlier requests.
func TestTagsAreRefusedInTheMiddle(t *testing.T) {
	isolate(t)
	s := serve(t, func(w http.ResponseWriter, _ request, n int) {
		if n == 1 {
			refuse(w, 400, "LimitExceededException", "The quota for the number of tags that can be assigned to this resource has been reached.")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	tags := map[string]string{}
	for i := range 30 {
		tags[fmt.Sprint(i)] = ""
	}
	a := accountAt(t, s.URL)
	if err := a.AddTags(t.Context(), "photos", tags); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), "quota") {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d requests", n)
	}
}
