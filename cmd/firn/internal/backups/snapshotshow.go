package backups

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

const snapshotShowLong = `Show a snapshot and its packs, the archives that hold what was new in it. With
PATTERN, list the files of the snapshot whose path matches it: * matches
anything but a slash, ** also slashes, ? one character. A PATTERN without a
slash is compared with the name alone. Quote it for the shell.

` + snapshotsHelp

const snapshotShowExample = `  firn snapshot show cold-home latest
  firn snapshot show cold-home 3f9ac2 '/home/anna/**'
  firn snapshot show cold-home latest '*.jpg' --json`

// packObject is a pack on standard output.
type packObject struct {
	MessageType string          `json:"message_type"`
	PackID      string          `json:"pack_id"`
	Sequence    int             `json:"sequence"`
	State       string          `json:"state"`
	Size        int64           `json:"size"`
	Encrypted   bool            `json:"encrypted"`
	ArchiveID   vault.ArchiveID `json:"archive_id"` // empty: not stored yet
}

func newSnapshotShow(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT SNAPSHOT [PATTERN]",
		Short:   "Show a snapshot, its packs or its files",
		Long:    snapshotShowLong,
		Example: snapshotShowExample,
		Args:    cli.Takes(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return withSnapshots(ctx, p, args[0], selection{}, func(book *catalog.Backups, all []record.Snapshot) error {
				s, err := choose(p, all, args[0], args[1])
				switch {
				case err != nil:
					return err
				case len(args) == 3:
					return showFiles(ctx, p, book, s, args[2])
				}
				return showSnapshot(ctx, p, book, s)
			})
		},
	}
	return cli.WithStatuses(cmd, recordStatuses()...)
}

func showSnapshot(ctx context.Context, p *cli.Program, book *catalog.Backups, s record.Snapshot) error {
	if p.JSON {
		if err := p.Out.Object(newSnapshotObject("snapshot", s)); err != nil {
			return err
		}
	} else {
		for _, line := range snapshotLines(s) {
			p.Out.Line("%s", term.Show(line))
		}
		p.Out.Line("")
	}
	table := term.NewTable(p.Out, term.Column{Title: "PACK", Right: true}, term.Column{Title: "SIZE", Right: true},
		term.Column{Title: "STATE"}, term.Column{Title: "ENCRYPTED", Drop: 1}, term.Column{Title: "ARCHIVE", Fit: term.FitCut})
	packs := 0
	for pack, err := range book.Packs(ctx, s.Key) {
		if err != nil {
			return err
		}
		packs++
		if p.JSON {
			err = p.Out.Object(packObject{"pack", pack.ID, pack.Sequence, string(pack.State), pack.Size, len(pack.Header) > 0, pack.Archive})
		} else {
			encrypted := "no"
			if len(pack.Header) > 0 {
				encrypted = "yes"
			}
			table.Add(fmt.Sprint(pack.Sequence), humane.Bytes(pack.Size), string(pack.State), encrypted, string(pack.Archive))
		}
		if err != nil {
			return err
		}
	}
	table.End()
	if packs == 0 && !p.JSON {
		p.Out.Line("no packs: nothing was new")
	}
	return nil
}

func snapshotLines(s record.Snapshot) []string {
	ended := "not yet: the same backup continues it"
	if !s.Ended.IsZero() {
		ended = humane.Time(s.Ended)
	}
	lines := []string{
		"id           " + s.ID,
		"vault        " + s.Vault,
		"host         " + s.Host,
		"directories  " + shownRoots(s.Roots),
		"state        " + stateText(s),
		"started      " + humane.Time(s.Started),
		"ended        " + ended,
		fmt.Sprintf("files        %s, %s", humanize.Comma(s.Files), humane.Bytes(s.Bytes)),
		"new          " + humane.Bytes(s.Added),
	}
	if len(s.Tags) > 0 {
		lines = append(lines, "tags         "+strings.Join(s.Tags, ", "))
	}
	if s.Skipped > 0 {
		lines = append(lines, fmt.Sprintf("skipped      %s: they could not be read, or changed while they were read", term.Many(int(s.Skipped), "file")))
	}
	return lines
}
