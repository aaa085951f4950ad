package uploads

import (
	"context"
	"errors"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/record"
	"firn/upload"
	"firn/vault"
)

// takenHints returns hints for a source of size bytes whose name another archive has. It
// proposes to delete that archive only if the record shows that firn has stored it. It proposes
// neither that nor another name if the archive may have the bytes of the source.
func (s *uploadSession) takenHints(ctx context.Context, err error, size int64) []string {
	hints := []string{"store it under another name: " + s.program.TypedWith("--name") + " NAME"}
	if unfinished, ok := errors.AsType[*upload.UnfinishedError](err); ok {
		return append(hints, "or abort the upload under this name: "+
			term.ShellCommand("firn", "multipart", "abort", s.vaultArg, "--", cli.ShortID(string(unfinished.Upload))))
	}
	taken, ok := errors.AsType[*vault.TakenError](err)
	if !ok {
		return hints
	}
	a, err := s.catalog.ArchiveByID(ctx, s.vault.URL(), taken.ID)
	switch {
	case errors.Is(err, vault.ErrNotFound) && taken.Size == size && !s.options.again: // it may have the same bytes
		return []string{"to find out whether it is the same file, read the inventory: " +
			term.ShellCommand("firn", "inventory", s.vaultArg) + "; then " + s.program.Typed()}
	case err != nil:
		return hints
	case a.State == record.Unproved && !s.options.again: // the archive has to be verified first
		return s.unprovedHints(taken.ID)
	case !s.isOurs(ctx, a, taken) || s.options.again && a.Size == size:
		return hints
	}
	return append(hints, "or first delete what firn stored there: "+term.ShellCommand("firn", "delete", s.vaultArg, "--", string(taken.ID)))
}

// isOurs reports whether the record shows that firn has stored the archive with this name, and
// the vault shows no sign that another program has replaced it.
func (s *uploadSession) isOurs(ctx context.Context, a record.Archive, taken *vault.TakenError) bool {
	if a.State != record.Stored && a.State != record.Confirmed || a.Size != taken.Size {
		return false
	}
	made, err := s.catalog.UploadOf(ctx, s.vault.URL(), a.ID)
	if err != nil || made.ID == "" || made.TreeHash != a.TreeHash || made.TreeHash.IsZero() {
		return false
	}
	there, err := s.vault.Look(ctx, a.ID)
	return err == nil && there.Size == a.Size && (a.ETag == "" || there.ETag == a.ETag)
}

// unprovedHints returns hints how to verify an unproved archive by all of its bytes.
func (s *uploadSession) unprovedHints(id vault.ArchiveID) []string {
	return []string{
		"to read it back and compare all of it: " + term.ShellCommand("firn", "verify", s.vaultArg, "--remote", "--", string(id)),
		"if it is damaged: " + term.ShellCommand("firn", "delete", s.vaultArg, "--", string(id)) + ", and upload it again",
	}
}
