package cli

import (
	"context"
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
	for _, hint := range p.shortened(hints) {
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

// VaultTitle is [VaultText] with the name that the configuration has for the vault: photos
// (s3://cold-photos/family).
func (p *Program) VaultTitle(ctx context.Context, vaultURL string) string {
	name := p.nameOf(ctx, vaultURL)
	ref, err := vaulturl.Parse(vaultURL)
	switch {
	case name == "" || err != nil:
		return VaultText(vaultURL)
	case ref.Kind == vaulturl.Directory:
		return fmt.Sprintf("%s (%s)", name, ref.Path)
	case ref.Kind == vaulturl.S3:
		return fmt.Sprintf("%s (s3://%s/%s)", name, ref.Name, ref.Prefix)
	}
	return fmt.Sprintf("%s (%s)", name, term.Joined(", ", "glacier://"+ref.Name, ref.Region, ref.Account, ref.Endpoint))
}

// nameOf returns the name that the configuration has for the vault of a canonical URL, or "".
func (p *Program) nameOf(ctx context.Context, vaultURL string) string {
	ref, err := vaulturl.Parse(vaultURL)
	file, unread := p.Config()
	if err != nil || unread != nil {
		return ""
	}
	for _, v := range file.Vaults {
		named, err := vaulturl.Parse(v.URL)
		if err != nil || named.Kind != ref.Kind || named.Name != ref.Name || named.Prefix != ref.Prefix {
			continue
		}
		if same, err := p.CanonicalURL(ctx, v.URL); err == nil && same == vaultURL {
			return v.Name
		}
	}
	return ""
}

// TypedVault returns the word by which the user named the vault of a canonical URL, for a command
// to type next, or else the URL.
func (p *Program) TypedVault(ctx context.Context, vaultURL string) string {
	ref, err := vaulturl.Parse(vaultURL)
	if err != nil {
		return vaultURL
	}
	for _, v := range p.names {
		if p.nameOf(ctx, vaultURL) == v.Name {
			return v.Name
		}
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
