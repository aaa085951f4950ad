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
	found, err := s.catalog.FindArchive(ctx, s.vault.URL(), string(taken.ID))
	if err != nil || len(found) != 1 || found[0].ID != taken.ID {
		return hints
	}
	switch found[0].State {
	case record.Unproved:
		if !s.options.again { // then it is that one which matters
			return s.unprovedHints(taken.ID)
		}
	case record.Stored, record.Confirmed:
	default:
		return hints
	}
	return append(hints, "or delete first what firn has stored there: "+shellCommand("firn", "delete", s.vaultArg, "--", string(taken.ID)))
}

// unprovedHints say how an archive that is stored and not proved is proved by all of
// its bytes.
func (s *uploadSession) unprovedHints(id vault.ArchiveID) []string {
	return []string{
		"to read it back and compare all of it: " + shellCommand("firn", "verify", s.vaultArg, "--remote", "--", string(id)),
		"if it is damaged: " + shellCommand("firn", "delete", s.vaultArg, "--", string(id)) + ", and upload it again",
	}
}
