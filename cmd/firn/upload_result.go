package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"firn"
	"firn/depot"
	"firn/internal/humane"
	"firn/source"
	"firn/treehash"
	"firn/upload"
	"firn/vault"
)

// storedObject is the outcome of an upload on standard output.
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

// tellStored prints the archive id, and for people what was done.
func (s *uploadSession) tellStored(path string, stored upload.Stored) error {
	if s.json {
		if err := s.out.object(storedObject{
			MessageType: "archive", File: path, Vault: s.vault.URL(),
			ArchiveID: stored.ArchiveID, Size: stored.Size, TreeHash: stored.TreeHash, Description: stored.Description,
			PartSize: stored.PartSize, Parts: stored.Parts, PartsResumed: stored.PartsResumed,
			Seconds: stored.Elapsed.Seconds(), MiBPerSecond: bytesPerSecond(stored.Sent, stored.Elapsed) / (1 << 20),
			AlreadyPresent: stored.AlreadyPresent,
		}); err != nil {
			return err
		}
	} else {
		s.out.line("%s", show(string(stored.ArchiveID)))
	}
	if !s.quiet {
		for _, line := range storedText(path, stored) {
			s.ui.say("firn: %s", show(line))
		}
	}
	if err := s.out.flush(); err != nil {
		return fmt.Errorf("the archive is stored as %q, but its id could not be printed: %w", stored.ArchiveID, err)
	}
	return nil
}

// storedText tells people what was done.
func storedText(path string, stored upload.Stored) []string {
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
	how := "in " + humane.Duration(stored.Elapsed)
	if stored.Sent > 0 {
		how += " at " + rateText(bytesPerSecond(stored.Sent, stored.Elapsed))
	}
	return []string{
		fmt.Sprintf("stored %s, %s, %s", name, humane.Bytes(stored.Size), how),
		parts,
		fmt.Sprintf("tree hash %s", stored.TreeHash),
	}
}

// sourceName names a source in a sentence.
func sourceName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return strconv.Quote(filepath.Base(path))
}

func bytesPerSecond(bytes int64, d time.Duration) float64 {
	return float64(bytes) / max(d, time.Microsecond).Seconds()
}

// explain names the file and adds what to do next.
func (s *uploadSession) explain(ctx context.Context, err error, path string) error {
	again := s.resumeHint(path)
	unproved, isUnproved := errors.AsType[*vault.UnprovedError](err)
	unprovable, isUnprovable := errors.AsType[*upload.UnprovableError](err)
	class, isClass := errors.AsType[*vault.ClassError](err)
	partSize, isPartSize := errors.AsType[*upload.PartSizeError](err)
	double, isDouble := errors.AsType[*upload.DoubleError](err)
	_, isBadName := errors.AsType[*vault.NameError](err)
	switch {
	case isBadName:
		return s.explainName(err, s.vaultArg, path)
	case isDouble:
		return withHint(err, "what became of the earlier one: "+shellCommand("firn", "inventory", s.vaultArg),
			"to remove what was sent now: "+shellCommand("firn", "multipart", "abort", s.vaultArg, "--", string(double.Upload)),
			"to store another copy all the same, feed it to: "+s.typedWith("--again"))
	case isClass && class.ID != "":
		return withHint(&classError{err, errBroken}, "if it must not stay there: "+shellCommand("firn", "delete", s.vaultArg, "--", string(class.ID)))
	case isPartSize:
		return withHint(err, s.partSizeHints(partSize, path)...)
	case errors.Is(err, upload.ErrUnknown):
		return withHint(err, "what the vault has open: "+shellCommand("firn", "multipart", "list", s.vaultArg),
			"to store another copy all the same: "+s.typedWith("--again"))
	case errors.Is(err, depot.ErrInterrupted):
		return withHint(err, again)
	case errors.Is(err, source.ErrSourceChanged):
		return withHint(err, "when nothing writes to it any more, "+again)
	case errors.Is(err, vault.ErrExists):
		return withHint(&classError{err, errRefused}, s.takenHints(ctx, err, sizeOf(path))...)
	case isUnproved:
		hints := s.unprovedHints(unproved.ID)
		if path != "-" || s.options.name != "" { // else it would be stored once more
			hints = append([]string{"to look at it once more, which sends nothing: " + s.typed()}, hints...)
		}
		return withHint(err, hints...)
	case isUnprovable:
		return withHint(err, append(s.unprovedHints(unprovable.ID), "to store another copy all the same: "+s.typedWith("--again"))...)
	case onceMended(err) != "":
		return withHint(err, onceMended(err)+again)
	case errors.Is(err, upload.ErrSpool) && s.options.spoolDir == "":
		return withHint(err, "another place for the parts that wait: "+s.typedWith("--spool-dir", "DIR"), again)
	case errors.Is(err, depot.ErrGaveUp), errors.Is(err, vault.ErrChecksum):
		return withHint(err, again)
	}
	return s.explainVault(err, s.vaultArg)
}

// sizeOf is the size of a source in bytes, or -1 if that is not known.
func sizeOf(path string) int64 {
	if info, err := os.Stat(path); err == nil && path != "-" {
		return info.Size()
	}
	return -1
}

// explainOpen is explainVault for a vault that could not be opened: what is wrong
// with its URL is wrong with the command line.
func (p *program) explainOpen(err error, vaultArg string) error {
	_, isCatalog := errors.AsType[*firn.CatalogError](err)
	switch {
	case isCatalog:
		return err
	case errors.Is(err, vault.ErrInvalid):
		return &classError{err, errUsage}
	}
	return p.explainVault(err, vaultArg)
}

// explainVault adds how to create a vault that is not there.
func (p *program) explainVault(err error, vaultArg string) error {
	if errors.Is(err, vault.ErrNotFound) && !isBucket(vaultArg) { // which firn does not make
		return withHint(err, "if there is no such vault yet: "+shellCommand("firn", "vault", "create", vaultArg))
	}
	return err
}
