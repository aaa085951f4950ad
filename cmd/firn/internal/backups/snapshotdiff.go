package backups

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
)

const snapshotDiffLong = `List the files of which two snapshots have different versions: from the first
SNAPSHOT to the second, or from the snapshot of the same directories before it
to SNAPSHOT.

  +  the file is new
  -  the file is gone
  M  its content has changed
  T  its type has changed
  U  only its metadata has changed, such as its mode or its times

` + snapshotsHelp

const snapshotDiffExample = `  firn snapshot diff cold-home latest
  firn snapshot diff cold-home 3f9ac2 81d04b
  firn snapshot diff cold-home 3f9ac2 latest --json`

func newSnapshotDiff(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "diff VAULT SNAPSHOT [SNAPSHOT]",
		Short:   "Compare two snapshots",
		Long:    snapshotDiffLong,
		Example: snapshotDiffExample,
		Args:    cli.Takes(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return withSnapshots(ctx, p, args[0], selection{}, func(book *catalog.Backups, all []record.Snapshot) error {
				was, is, err := choosePair(p, all, args[0], args[1:])
				if err != nil {
					return err
				}
				return showDifferences(ctx, p, book, was, is)
			})
		},
	}
	return cli.WithStatuses(cmd, recordStatuses()...)
}

// choosePair returns the two snapshots that a user names. One name means that snapshot and the
// one before it.
func choosePair(p *cli.Program, all []record.Snapshot, vaultArg string, refs []string) (was, is record.Snapshot, err error) {
	if was, err = choose(p, all, vaultArg, refs[0]); err != nil {
		return was, is, err
	}
	if len(refs) == 2 {
		is, err = choose(p, all, vaultArg, refs[1])
		return was, is, err
	}
	is = was
	for _, s := range slices.Backward(all) {
		if s.Key < is.Key && s.Host == is.Host && slices.Equal(s.Roots, is.Roots) {
			return s, is, nil
		}
	}
	return was, is, cli.WithHint(notFound("no snapshot of %s on %s on record before %s", shownRoots(is.Roots), quoted(is.Host), cli.ColumnID(is.ID)),
		"its files: "+term.ShellCommand("firn", "snapshot", "show", vaultArg, cli.ColumnID(is.ID), "**"))
}

func showDifferences(ctx context.Context, p *cli.Program, book *catalog.Backups, was, is record.Snapshot) error {
	p.Notice(fmt.Sprintf("from %s (%s) to %s (%s)", cli.ColumnID(was.ID), humane.Minute(was.Started), cli.ColumnID(is.ID), humane.Minute(is.Started)))
	var sum changes
	for d, err := range book.Differences(ctx, was, is) {
		if err != nil {
			return err
		}
		mark := sum.add(d)
		if p.JSON {
			err = p.Out.Object(newChangeObject(mark, d))
		} else {
			f := d.Is
			if f.Kind == 0 {
				f = d.Was
			}
			p.Out.Line("%s  %s", mark, term.Show(shownFile(d.Path, f)))
			err = p.Out.Failed()
		}
		if err != nil {
			return err
		}
	}
	if p.JSON {
		return p.Out.Object(changesObject{"snapshot_diff", is.Vault, was.ID, is.ID, sum})
	}
	if sum == (changes{}) {
		p.Notice("no differences")
		return nil
	}
	p.Out.Total("%d new, %d gone, %d changed, %d in metadata only; %s added, %s removed",
		sum.New, sum.Gone, sum.Changed, sum.Metadata, humane.Bytes(sum.Added), humane.Bytes(sum.Removed))
	return nil
}
