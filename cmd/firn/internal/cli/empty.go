package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"firn/cmd/firn/internal/term"
	"firn/vault/vaulturl"
)

// Empty says that a command has nothing to show, and what to type next, unless --quiet is set.
func (p *Program) Empty(sentence string, hints ...string) {
	if p.Quiet {
		return
	}
	p.Notice(sentence)
	for _, hint := range hints {
		p.UI.Say("hint: %s", hint)
	}
}

// VaultText names the vault of a canonical URL in a sentence or a heading: "films" (us-east-1),
// or the path of a directory.
func VaultText(vaultURL string) string {
	ref, err := vaulturl.Parse(vaultURL)
	if err != nil {
		return fmt.Sprintf("%q", vaultURL)
	}
	name := ref.Name
	switch ref.Kind {
	case vaulturl.Directory:
		return fmt.Sprintf("%q", ref.Path)
	case vaulturl.S3:
		name = "s3://" + ref.Name + "/" + ref.Prefix
	}
	text := fmt.Sprintf("%q", name)
	if place := term.Joined(", ", ref.Region, ref.Account, ref.Endpoint); place != "" {
		text += " (" + place + ")"
	}
	return text
}

// TypedVault returns the word by which the user named the vault of a canonical URL, for a command
// to type next, or else the URL.
func (p *Program) TypedVault(vaultURL string) string {
	ref, err := vaulturl.Parse(vaultURL)
	if err != nil {
		return vaultURL
	}
	for _, word := range p.Args {
		path, err := filepath.Abs(word)
		if ref.Kind == vaulturl.Glacier && word == ref.Name || ref.Kind == vaulturl.Directory && err == nil && path == ref.Path {
			return word
		}
	}
	return vaultURL
}

// DirectoryHint returns hints for a user who typed the bare name of a Glacier vault and may have
// meant the directory of that name. raw is the name or the URL of the vault.
func (p *Program) DirectoryHint(raw string) []string {
	ref, err := vaulturl.Parse(raw)
	if err != nil || ref.Kind != vaulturl.Glacier || !slices.Contains(p.Args, ref.Name) {
		return nil
	}
	if info, err := os.Stat(ref.Name); err != nil || !info.IsDir() {
		return nil
	}
	return []string{fmt.Sprintf("%q is also a directory here: did you mean %s?", ref.Name, term.ShellCommand("./"+ref.Name))}
}
