package backups

import (
	"context"
	"fmt"
	"time"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
)

// fileObject is a file of a snapshot on standard output.
type fileObject struct {
	MessageType string    `json:"message_type"`
	Path        string    `json:"path"`
	PathBase64  string    `json:"path_base64,omitempty"` // of a path that is not UTF-8
	Type        string    `json:"type"`
	Size        int64     `json:"size"`
	Mode        string    `json:"mode"` // octal
	Modified    time.Time `json:"modified"`
	Target      string    `json:"target,omitempty"`
}

func newFileObject(messageType, path string, f record.File) fileObject {
	return fileObject{
		messageType, shownPath(path), shownRaw(shownPath(path)), kindText(f.Kind), f.Size, fmt.Sprintf("%04o", f.Mode),
		modified(f), f.More.Link,
	}
}

// showFiles lists the files of a snapshot that match a pattern.
func showFiles(ctx context.Context, p *cli.Program, book *catalog.Backups, s record.Snapshot, pattern string) error {
	match, err := newMatcher(pattern)
	if err != nil {
		return err
	}
	table := term.NewTable(p.Out, term.Column{Title: "PATH", Fit: term.FitWrap}, term.Column{Title: "SIZE", Right: true},
		term.Column{Title: "MODIFIED", Drop: 2}, term.Column{Title: "MODE", Drop: 1})
	files := 0
	for f, err := range book.Files(ctx, s, match.enters) {
		if err == nil && !match.has(f.Path) {
			continue
		}
		if err != nil {
			return err
		}
		files++
		if p.JSON {
			err = p.Out.Object(newFileObject("file", f.Path, f.File))
		} else {
			table.Add(shownFile(f.Path, f.File), shownSize(f.File), humane.Minute(modified(f.File)), fmt.Sprintf("%04o", f.Mode))
			err = p.Out.Failed()
		}
		if err != nil {
			return err
		}
	}
	table.End()
	switch {
	case files == 0:
		p.Empty(fmt.Sprintf("no files matching %q in the snapshot %s", pattern, cli.ColumnID(s.ID)),
			"all versions on record: "+findAnywhere(pattern))
	case !p.JSON:
		p.Out.Total("%s", term.Many(files, "file"))
	}
	return nil
}
