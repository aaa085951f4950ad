package glaciervault_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"firn/vault"
	"firn/vault/administration"
)

func TestNotifications(t *testing.T) {
	isolate(t)
	config := ""
	s := serve(t, func(w http.ResponseWriter, r request, _ int) {
		if r.URL.Path != "/-/vaults/photos/notification-configuration" {
			t.Errorf("asked for %q", r.URL.Path)
		}
		switch r.Method {
		case http.MethodPut:
			config = string(r.body)
			w.WriteHeader(http.StatusNoContent)
		case http.MethodDelete:
			config = ""
			w.WriteHeader(http.StatusNoContent)
		default:
			if config == "" {
				refuse(w, 404, "ResourceNotFoundException", "No notification configuration is set for vault")
				return
			}
			reply(w, 200, config)
		}
	})
	a := accountAt(t, s.URL)
	if _, err := a.Notifications(t.Context(), "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("when none are set: %v", err)
	}
	want := administration.Notifications{
		Topic: "arn:aws:sns:us-east-1:012345678901:t", Events: []string{administration.ArchiveRetrievalCompleted, administration.InventoryRetrievalCompleted},
	}
	if err := a.SetNotifications(t.Context(), "photos", want); err != nil {
		t.Fatal(err)
	}
	got, err := a.Notifications(t.Context(), "photos")
	if err != nil || got.Topic != want.Topic || !slices.Equal(got.Events, want.Events) {
		t.Errorf("got %+v, %v", got, err)
	}
	for range 2 {
		if err := a.DeleteNotifications(t.Context(), "photos"); err != nil {
			t.Error(err)
		}
	}
	config = "{}"
	if _, err := a.Notifications(t.Context(), "photos"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("without a topic: %v", err)
	}
	before := len(s.seen())
	for _, err := range []error{
		a.SetNotifications(t.Context(), "photos", administration.Notifications{Topic: want.Topic}),
		a.SetNotifications(t.Context(), "photos", administration.Notifications{Events: want.Events}),
		a.SetNotifications(t.Context(), "../x", want),
		a.DeleteNotifications(t.Context(), "../x"),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
	if len(s.seen()) != before {
		t.Error("something impossible was asked for")
	}
}
