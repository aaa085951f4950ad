package main

import (
	"context"
	"errors"

	"firn"
	"firn/record"
	"firn/vault"
)

// takenHints say what to do where an archive has the name that another one was to
// have. To delete what is there is only advised if it is on record as ours.
func (s *uploadSession) takenHints(ctx context.Context, err error) []string {
	hints := []string{"store it under another name: " + s.typedWith("--name") + " NAME"}
	if unfinished, ok := errors.AsType[*firn.UnfinishedError](err); ok {
		return append(hints, "or give up what was sent under this one: "+
			shellCommand("firn", "multipart", "abort", s.vaultArg, "--", shortID(string(unfinished.Upload))))
	}
	taken, ok := errors.AsType[*vault.TakenError](err)
	if !ok {
		return hints
	}
	found, err := s.catalog.FindArchive(ctx, s.vault.URL, string(taken.ID))
	if err != nil || len(found) != 1 || found[0].ID != taken.ID {
		return hints
	}
	switch found[0].State {
	case record.Stored, record.Unproved, record.Confirmed:
		hints = append(hints, "or delete first what firn has stored there: "+
			shellCommand("firn", "delete", s.vaultArg, "--", string(taken.ID)))
	}
	return hints
}

// unprovedHints say how an archive is looked at that is stored and not proved, and
// how it is proved by all of its bytes.
func (s *uploadSession) unprovedHints(e *vault.UnprovedError) []string {
	return []string{
		"to look at it once more, which sends nothing: " + s.typed(),
		"to read it back and compare all of it: " + shellCommand("firn", "verify", s.vaultArg, "--", string(e.ID)),
		"if it is damaged: " + shellCommand("firn", "delete", s.vaultArg, "--", string(e.ID)) + ", and upload it again",
	}
}
