package complete

import (
	"context"
	"path"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/record"
)

// paths returns paths of files in the newest snapshots of the vault that the first argument names:
// the directories that were backed up, and what the directory has whose path is typed already.
func paths(ctx context.Context, p *cli.Program, args []string, prefix string) (words []cobra.Completion) {
	lead := "/"
	if runtime.GOOS == "windows" { // C/Users
		lead = ""
	}
	typed, isWhole := strings.CutPrefix(prefix, lead)
	if !isWhole && prefix != "" { // a name
		return nil
	}
	ofVault(ctx, p, args, func(c *catalog.Catalog, url string) {
		known := map[string]bool{}
		add := func(file, end string) {
			if word := lead + file + end; word != prefix && !known[word] && fits(word, args, prefix) {
				known[word], words = true, append(words, word)
			}
		}
		for _, s := range newest(ctx, c, url) {
			for _, root := range s.Roots {
				add(root, "/")
			}
			in := strings.TrimSuffix(typed[:strings.LastIndex(typed, "/")+1], "/")
			enter := func(directory string) bool { return strings.HasPrefix(in+"/", directory+"/") }
			for f, err := range c.Backups().Files(ctx, s, enter) {
				switch {
				case err != nil || len(words) >= most:
					return
				case path.Dir(f.Path) != in || f.Name == "":
				case f.Kind == record.Directory:
					add(f.Path, "/")
				default:
					add(f.Path, "")
				}
			}
		}
	})
	return words
}

// newest returns the newest snapshot of each list of directories.
func newest(ctx context.Context, c *catalog.Catalog, url string) (snapshots []record.Snapshot) {
	place := map[string]int{}
	for s, err := range c.Backups().Snapshots(ctx, url) {
		if err != nil {
			break
		}
		key := s.Host + "\x00" + strings.Join(s.Roots, "\x00")
		if at, ok := place[key]; ok {
			snapshots[at] = s
			continue
		}
		place[key] = len(snapshots)
		snapshots = append(snapshots, s)
	}
	return snapshots
}
