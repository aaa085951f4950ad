package complete

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/vault/vaulturl"
)

// kind is what may stand for a name in a usage or a help text.
type kind struct {
	// words returns the words that begin with prefix and may follow args. It is nil if there
	// are none to choose from.
	words func(ctx context.Context, p *cli.Program, args []string, prefix string) []cobra.Completion

	// What the shell offers if there are no words: files, directories, or directories if the
	// prefix is the beginning of a path.
	files, directories, paths bool

	grow bool // a word that ends with a slash can be continued
}

// kinds returns the kinds by their names. Nothing is offered for names that it does not have,
// such as SIZE.
func kinds() map[string]kind {
	return map[string]kind{
		"VAULT":     {words: vaults, paths: true},
		"PLACE":     {words: vaults, paths: true},
		"ACCOUNT":   {words: vaults},
		"ARCHIVE":   {words: archives},
		"GLOB":      {words: archives},
		"JOB":       {words: jobs},
		"SNAPSHOT":  {words: snapshots},
		"PATTERN":   {words: paths, grow: true},
		"UPLOAD_ID": {words: uploads},
		"TIER":      {words: tiers},
		"CLASS":     {words: classes},
		"FILE":      {files: true},
		"KEY":       {files: true},
		"PATH":      {files: true},
		"DIR":       {directories: true},
	}
}

// isPath reports whether the beginning of a vault's URL is a path, which takes a separator:
// "image-backups" is a vault of Amazon Glacier.
func isPath(prefix string) bool {
	return strings.HasPrefix(prefix, ".") || strings.HasPrefix(prefix, "/") || strings.HasPrefix(prefix, "~")
}

// vaults returns the named vaults of the configuration and the vaults on record. A vault for which
// its bare name suffices, with the region that is configured, is offered by that name.
func vaults(ctx context.Context, p *cli.Program, _ []string, prefix string) (words []cobra.Completion) {
	for _, name := range p.VaultNames() {
		if strings.HasPrefix(name, prefix) && isPlain(name) {
			words = append(words, name)
		}
	}
	lookAt(ctx, p, func(c *catalog.Catalog) {
		urls, err := c.VaultURLs(ctx, most)
		if err != nil {
			return
		}
		for _, url := range urls {
			word := shortURL(ctx, p, url)
			if !strings.HasPrefix(word, prefix) {
				word = url
			}
			if strings.HasPrefix(word, prefix) && isPlainURL(word) {
				words = append(words, word)
			}
		}
	})
	return words
}

// shortURL returns the bare name of a vault of Amazon Glacier if it means the same vault, and
// else the URL.
func shortURL(ctx context.Context, p *cli.Program, url string) string {
	ref, err := vaulturl.Parse(url)
	if err != nil || ref.Kind != vaulturl.Glacier {
		return url
	}
	if same, err := p.CanonicalURL(ctx, ref.Name); err != nil || same != url {
		return url
	}
	return ref.Name
}

// archives returns names of archives of the vault that the first argument names, or ids if no
// name begins with prefix.
func archives(ctx context.Context, p *cli.Program, args []string, prefix string) (words []cobra.Completion) {
	ofVault(ctx, p, args, func(c *catalog.Catalog, url string) {
		names, err := c.NamesFrom(ctx, url, prefix, most)
		if err == nil && len(names) == 0 && (prefix != "" || vaulturl.IsBucket(url)) {
			names, err = c.IDsFrom(ctx, url, prefix, most)
		}
		if err != nil {
			return
		}
		for _, name := range names {
			if fits(name, args, prefix) {
				words = append(words, name)
			}
		}
	})
	return words
}

// jobs returns ids of jobs of the vault that the first argument names, the newest first.
func jobs(ctx context.Context, p *cli.Program, args []string, prefix string) (words []cobra.Completion) {
	ofVault(ctx, p, args, func(c *catalog.Catalog, url string) {
		for j, err := range c.Jobs(ctx, url) {
			if err != nil {
				return
			}
			if id := string(j.ID); fits(id, args, prefix) {
				words = append(words, cobra.CompletionWithDesc(id, string(j.Status)))
			}
		}
	})
	slices.Reverse(words)
	return words
}

// uploads returns ids of unfinished uploads of the vault that the first argument names, the
// newest first.
func uploads(ctx context.Context, p *cli.Program, args []string, prefix string) (words []cobra.Completion) {
	ofVault(ctx, p, args, func(c *catalog.Catalog, url string) {
		for u, err := range c.Uploads(ctx, url) {
			if err != nil {
				return
			}
			if id := string(u.ID); fits(id, args, prefix) {
				words = append(words, cobra.CompletionWithDesc(id, term.Show(u.Source.Path)))
			}
		}
	})
	slices.Reverse(words)
	return words
}

// snapshots returns ids of snapshots of the vault that the first argument names, the newest
// first.
func snapshots(ctx context.Context, p *cli.Program, args []string, prefix string) (words []cobra.Completion) {
	ofVault(ctx, p, args, func(c *catalog.Catalog, url string) {
		for s, err := range c.Backups().Snapshots(ctx, url) {
			if err != nil {
				return
			}
			if id := cli.ColumnID(s.ID); fits(id, args, prefix) {
				words = append(words, cobra.CompletionWithDesc(id, humane.Minute(s.Started)))
			}
		}
	})
	slices.Reverse(words)
	return words
}

func tiers(_ context.Context, _ *cli.Program, _ []string, prefix string) (words []cobra.Completion) {
	for _, t := range cli.Tiers() {
		words = append(words, string(t))
	}
	return beginning(words, prefix)
}

func classes(_ context.Context, _ *cli.Program, _ []string, prefix string) (words []cobra.Completion) {
	for _, c := range price.Classes() {
		words = append(words, string(c))
	}
	return beginning(words, prefix)
}

// beginning returns the words that begin with prefix, in upper or lower case.
func beginning(words []string, prefix string) []string {
	return slices.DeleteFunc(words, func(word string) bool {
		return len(word) < len(prefix) || !strings.EqualFold(word[:len(prefix)], prefix)
	})
}

// lookAt calls do with the catalog if there is one that can be read as it is.
func lookAt(ctx context.Context, p *cli.Program, do func(*catalog.Catalog)) {
	if there, err := p.HasCatalog(); err != nil || !there {
		return
	}
	c, err := catalog.Look(ctx, p.CatalogPath, catalog.Options{Now: p.Now})
	if err != nil {
		return
	}
	defer c.Close()
	do(c)
}

// ofVault calls do with the catalog and the URL of the vault that the first argument names.
func ofVault(ctx context.Context, p *cli.Program, args []string, do func(c *catalog.Catalog, url string)) {
	if len(args) == 0 {
		return
	}
	url, err := p.CanonicalURL(ctx, p.FullName(args[0]))
	if err != nil {
		return
	}
	lookAt(ctx, p, func(c *catalog.Catalog) { do(c, url) })
}

// fits reports whether a name or an id that begins with prefix can be offered after args. One
// that begins with a hyphen would be taken for an option, unless the user began it so.
func fits(word string, args []string, prefix string) bool {
	if word == "" || word[0] == '-' && prefix == "" {
		return false
	}
	return strings.HasPrefix(word, prefix) && isPlain(word) && !slices.Contains(args[1:], word)
}

// isPlain reports whether a shell takes a word from outside as it is. bash writes what several
// words have in common into the command line without quotes, and evaluates that line at the
// next completion: an archive that somebody else has named $(...) would run a command.
func isPlain(word string) bool {
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _@%+=:,./-", r) || r == unicode.ReplacementChar {
			return false
		}
	}
	return strings.TrimSpace(word) == word
}

// isPlainURL is [isPlain] for a URL. A shell that gets one without quotes takes what follows
// an ampersand for the setting of a variable, which does no harm.
func isPlainURL(url string) bool {
	address, query, _ := strings.Cut(url, "?")
	for pair := range strings.SplitSeq(query, "&") {
		key, value, hasValue := strings.Cut(pair, "=")
		if query != "" && (!hasValue || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz-") != "" || !isPlain(value) || strings.Contains(value, " ")) {
			return false
		}
	}
	return isPlain(address)
}
