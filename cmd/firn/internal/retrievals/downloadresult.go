package retrievals

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/download"
	"firn/internal/humane"
	"firn/jobs"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// downloadObject is a downloaded archive on standard output.
type downloadObject struct {
	MessageType    string          `json:"message_type"`
	Vault          string          `json:"vault"`
	ArchiveID      vault.ArchiveID `json:"archive_id"`
	File           string          `json:"file"`
	Offset         int64           `json:"offset"` // within the archive
	Size           int64           `json:"size"`   // of the file
	TreeHash       treehash.Hash   `json:"tree_hash"`
	Received       int64           `json:"received"`
	Resumed        int64           `json:"resumed"`
	Seconds        float64         `json:"seconds"`
	MiBPerSecond   float64         `json:"mib_per_second"` // while bytes were received
	AlreadyPresent bool            `json:"already_present"`
}

// tell prints the path of the file, and lines for people.
func (s *downloadSession) tell(i item, got download.Result, lines []string) error {
	switch {
	case i.path == "-":
	case s.program.JSON:
		if err := s.program.Out.Object(downloadObject{
			MessageType: "download", Vault: s.vault.URL(), ArchiveID: got.ArchiveID, File: got.Path,
			Offset: got.Range.Offset, Size: got.Range.Size, TreeHash: got.TreeHash,
			Received: got.Received, Resumed: got.Resumed, Seconds: got.Elapsed.Seconds(),
			MiBPerSecond: term.BytesPerSecond(got.Received, got.Busy) / (1 << 20), AlreadyPresent: got.AlreadyPresent,
		}); err != nil {
			return err
		}
	default:
		s.program.Out.Line("%s", term.Show(i.path))
	}
	for _, line := range lines {
		s.program.Notice(line)
	}
	if got.Unproved && !got.AlreadyPresent {
		s.program.Notice(fmt.Sprintf("no checksum is available for these bytes of archive %s; only their number was verified",
			depot.QuoteID(got.ArchiveID)))
	}
	return s.program.Out.Flush()
}

// downloadedText returns the summary for people.
func downloadedText(i item, got download.Result, units humane.Units) []string {
	name := "to standard output"
	if i.path != "-" {
		name = strconv.Quote(filepath.Base(i.path))
	}
	if got.AlreadyPresent {
		return []string{name + " already exists and is verified; nothing was retrieved"}
	}
	what := fmt.Sprintf("downloaded %s, %s, in %s", name, units.Bytes(got.Range.Size),
		humane.Transfer(got.Elapsed, got.Received, got.Busy, units))
	if got.Resumed > 0 {
		what += fmt.Sprintf(", %s of it before", units.Bytes(got.Resumed))
	}
	if got.Retries > 0 {
		what += ", " + humane.Count(got.Retries, "repeated attempt")
	}
	lines := []string{what}
	if !got.TreeHash.IsZero() {
		lines = append(lines, "tree hash "+got.TreeHash.String())
	}
	if plain, ok := strings.CutSuffix(i.path, source.SealedSuffix); ok && plain != "" {
		lines = append(lines, "to decrypt it: age -d -i IDENTITY -o "+term.ShellCommand(plain, i.path))
	}
	return lines
}

// explain adds hints to the error of a download.
func (s *downloadSession) explain(err error, i item) error {
	again := "continue with: " + s.program.Typed()
	var notReady *jobs.NotReadyError
	switch {
	case errors.As(err, &notReady):
		return cli.WithHint(err, fmt.Sprintf("about %s, %s", humane.Time(notReady.Back), again))
	case errors.Is(err, depot.ErrInterrupted):
		return cli.WithHint(err, again)
	case errors.Is(err, vault.ErrExists):
		return cli.WithHint(cli.InClass(err, cli.ErrRefused), "choose another name with -o, or replace it: "+s.program.TypedWith("--force"))
	case errors.Is(err, download.ErrCut) && i.path == "-":
		return cli.WithHint(err, "the bytes written so far are verified; to start from the beginning: "+s.program.Typed())
	case cli.OnceMended(err) != "":
		return cli.WithHint(err, cli.OnceMended(err)+again)
	case errors.Is(err, jobs.ErrJobFailed):
		return cli.WithHint(err, "to start another job: "+s.program.Typed())
	case errors.Is(err, depot.ErrGaveUp), errors.Is(err, vault.ErrChecksum):
		return cli.WithHint(err, again)
	case errors.Is(err, vault.ErrNotFound) && i.ID != "":
		return cli.WithHint(err, "to list what the catalog knows of the vault: "+term.ShellCommand("firn", "list", s.vaultArg))
	}
	return s.program.ExplainVault(err, s.vaultArg)
}
