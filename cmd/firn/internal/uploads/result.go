package uploads

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
)

// storedObject is the result of an upload on standard output.
type storedObject struct {
	MessageType    string          `json:"message_type"`
	File           string          `json:"file"`
	Vault          string          `json:"vault"`
	ArchiveID      vault.ArchiveID `json:"archive_id"`
	Size           int64           `json:"size"`
	TreeHash       treehash.Hash   `json:"tree_hash"`
	Description    string          `json:"description"`
	PartSize       int64           `json:"part_size"`
	Parts          int             `json:"parts"`
	PartsResumed   int             `json:"parts_resumed"`
	Seconds        float64         `json:"seconds"`
	MiBPerSecond   float64         `json:"mib_per_second"`
	AlreadyPresent bool            `json:"already_present"`
}

// tellStored prints the archive id, and lines for people, which text returns.
func (s *uploadSession) tellStored(path string, stored upload.Stored, text func(string, upload.Stored, humane.Units) []string) error {
	if s.program.JSON {
		if err := s.program.Out.Object(storedObject{
			MessageType: "archive", File: path, Vault: s.vault.URL(),
			ArchiveID: stored.ArchiveID, Size: stored.Size, TreeHash: stored.TreeHash, Description: stored.Description,
			PartSize: stored.PartSize, Parts: stored.Parts, PartsResumed: stored.PartsResumed,
			Seconds: stored.Elapsed.Seconds(), MiBPerSecond: term.BytesPerSecond(stored.Sent, stored.Elapsed) / (1 << 20),
			AlreadyPresent: stored.AlreadyPresent,
		}); err != nil {
			return err
		}
	} else {
		s.program.Out.Line("%s", term.Show(string(stored.ArchiveID)))
	}
	for _, line := range text(path, stored, s.program.UI.Units) {
		s.program.Notice(line)
	}
	if err := s.program.Out.Flush(); err != nil {
		return fmt.Errorf("the archive is stored as %q, but its id could not be printed: %w", stored.ArchiveID, err)
	}
	return nil
}

// storedText returns the summary for people.
func storedText(path string, stored upload.Stored, units humane.Units) []string {
	name := sourceName(path)
	if stored.AlreadyPresent {
		return []string{name + " is already there, nothing was sent (--again stores another copy)"}
	}
	parts := fmt.Sprintf("%s of %s", humane.Count(stored.Parts, "part"), humane.Bytes(stored.PartSize))
	if stored.PartsResumed > 0 {
		parts += fmt.Sprintf(", %d of them sent before", stored.PartsResumed)
	}
	if stored.Retries > 0 {
		parts += ", " + humane.Count(stored.Retries, "repeated attempt")
	}
	took := humane.Transfer(stored.Elapsed, stored.Sent, stored.Elapsed, units)
	return []string{
		fmt.Sprintf("stored %s, %s, in %s", name, units.Bytes(stored.Size), took),
		parts,
		fmt.Sprintf("tree hash %s", stored.TreeHash),
	}
}

// sourceName returns the name of a source in a sentence.
func sourceName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return strconv.Quote(filepath.Base(path))
}

// explain adds hints to the error of an upload.
func (s *uploadSession) explain(ctx context.Context, err error, path string) error {
	again := s.program.ResumeHint(path)
	unproved, isUnproved := errors.AsType[*vault.UnprovedError](err)
	unprovable, isUnprovable := errors.AsType[*upload.UnprovableError](err)
	class, isClass := errors.AsType[*vault.ClassError](err)
	partSize, isPartSize := errors.AsType[*upload.PartSizeError](err)
	double, isDouble := errors.AsType[*upload.DoubleError](err)
	_, isBadName := errors.AsType[*vault.NameError](err)
	switch {
	case isBadName:
		return explainName(err, s.vaultArg, path)
	case isDouble:
		return cli.WithHint(err, "to find out what became of the earlier one: "+term.ShellCommand("firn", "inventory", s.vaultArg),
			"to remove what was sent now: "+term.ShellCommand("firn", "multipart", "abort", s.vaultArg, "--", string(double.Upload)),
			"to store another copy anyway, feed it to: "+s.program.TypedWith("--again"))
	case isClass && class.ID != "":
		return cli.WithHint(cli.InClass(err, cli.ErrBroken), "to remove it: "+term.ShellCommand("firn", "delete", s.vaultArg, "--", string(class.ID)))
	case isPartSize:
		return cli.WithHint(err, s.partSizeHints(partSize, path)...)
	case errors.Is(err, upload.ErrUnknown):
		return cli.WithHint(err, "to list the unfinished uploads: "+term.ShellCommand("firn", "multipart", "list", s.vaultArg),
			"to store another copy anyway: "+s.program.TypedWith("--again"))
	case errors.Is(err, depot.ErrInterrupted):
		return cli.WithHint(err, again)
	case errors.Is(err, source.ErrGone):
		return cli.WithHint(err, "to store it again: "+s.program.TypedWith("--again"))
	case errors.Is(err, source.ErrSourceChanged):
		return cli.WithHint(err, "when nothing writes to it, "+again)
	case errors.Is(err, vault.ErrExists):
		return cli.WithHint(cli.InClass(err, cli.ErrRefused), s.takenHints(ctx, err, s.sealing.sizeOf(path))...)
	case isUnproved:
		hints := s.unprovedHints(unproved.ID)
		if path != "-" || s.options.name != "" { // a stream without a name would be stored again
			hints = append([]string{"to check it again without sending anything: " + s.program.Typed()}, hints...)
		}
		return cli.WithHint(err, hints...)
	case isUnprovable:
		return cli.WithHint(err, append(s.unprovedHints(unprovable.ID), "to store another copy anyway: "+s.program.TypedWith("--again"))...)
	case cli.OnceMended(err) != "":
		return cli.WithHint(err, cli.OnceMended(err)+again)
	case errors.Is(err, upload.ErrSpool) && s.options.spoolDir == "":
		return cli.WithHint(err, "to keep the waiting parts elsewhere: "+s.program.TypedWith("--spool-dir", "DIR"), again)
	case errors.Is(err, depot.ErrGaveUp), errors.Is(err, vault.ErrChecksum):
		return cli.WithHint(err, again)
	}
	return s.program.ExplainVault(err, s.vaultArg)
}

// sizeOf returns the size of a source in bytes, or -1 if it is unknown or no plain file.
func sizeOf(path string) int64 {
	if info, err := os.Stat(path); err == nil && path != "-" && info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}
