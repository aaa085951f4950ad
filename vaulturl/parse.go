package vaulturl

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"firn/vault"
)

// Kind is what sort of vault a URL names.
type Kind string

// The kinds of vault.
const (
	Glacier   Kind = "glacier"
	Directory Kind = "file"
)

// Ref is a vault's URL, taken apart.
type Ref struct {
	Kind Kind

	// Of a Directory: the path as given, in the system's form.
	Path string

	// Of a Glacier vault: its name, which is empty where only the account is
	// meant, and what the URL says about the way to it; see
	// glaciervault.Config.
	Name     string
	Region   string
	Profile  string
	Account  string
	Endpoint string
}

// Parse takes a vault's URL, name or path apart. It looks at nothing but the
// text. What cannot name a vault is ErrInvalid.
func Parse(raw string) (Ref, error) {
	if raw == "" {
		return Ref{}, fmt.Errorf("a vault without a name: %w: give a vault's name, a URL such as glacier://NAME?region=REGION, or a path such as ./DIRECTORY", vault.ErrInvalid)
	}
	if isPath(raw) {
		return Ref{Kind: Directory, Path: raw}, nil
	}
	scheme, rest, isURL := strings.Cut(raw, "://")
	if !isURL {
		return parseName(raw)
	}
	if authority, _, _ := strings.Cut(rest, "/"); strings.Contains(authority, "@") {
		// Not quoted: what stands there may be a secret.
		return Ref{}, fmt.Errorf("vault URL with a user name or password in it: %w: credentials come from the AWS configuration, never from a URL", vault.ErrInvalid)
	}
	u, err := url.Parse(raw)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // it repeats the URL
		}
		return Ref{}, invalid(raw, err.Error())
	}
	switch strings.ToLower(scheme) {
	case "glacier":
		return parseGlacier(raw, u)
	case "file":
		return parseFile(raw, u)
	case "s3":
		return Ref{}, invalid(raw, "vaults in S3 are not built yet; use glacier://NAME or a path")
	}
	return Ref{}, invalid(raw, fmt.Sprintf("no kind of vault is called %q; there are glacier://NAME and file:///PATH", scheme))
}

func parseName(raw string) (Ref, error) {
	if strings.ContainsAny(raw, `/\`) {
		return Ref{}, invalid(raw, "a vault's name has no slashes; a path begins with /, ./ or ../")
	}
	return Ref{Kind: Glacier, Name: raw}, nil
}

func parseGlacier(raw string, u *url.URL) (Ref, error) {
	if strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return Ref{}, invalid(raw, "a Glacier URL is glacier://NAME?region=REGION, with nothing after the name but its options")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Ref{}, invalid(raw, err.Error())
	}
	ref := Ref{Kind: Glacier, Name: u.Host}
	fields := map[string]*string{
		"region": &ref.Region, "profile": &ref.Profile, "account": &ref.Account, "endpoint": &ref.Endpoint,
	}
	for key, values := range query {
		field, known := fields[key]
		switch {
		case !known:
			return Ref{}, invalid(raw, fmt.Sprintf("a Glacier URL has no option %q; it has region, profile, account and endpoint", key))
		case len(values) != 1 || values[0] == "":
			return Ref{}, invalid(raw, fmt.Sprintf("the option %q has no value, or more than one", key))
		}
		*field = values[0]
	}
	return ref, nil
}

func parseFile(raw string, u *url.URL) (Ref, error) {
	path := u.Path
	switch {
	case u.Host != "" && u.Host != "localhost":
		return Ref{}, invalid(raw, "a file URL has three slashes: file:///PATH")
	case path == "":
		return Ref{}, invalid(raw, "a file URL without a path")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Ref{}, invalid(raw, "a file URL has no options; write ? as %3F and # as %23 in a path")
	}
	if runtime.GOOS == "windows" && len(path) > 2 && hasDrive(path[1:]) {
		path = path[1:] // file:///C:/cold
	}
	return Ref{Kind: Directory, Path: filepath.FromSlash(path)}, nil
}

// isPath reports whether raw is written as a path.
func isPath(raw string) bool {
	if runtime.GOOS == "windows" {
		if strings.HasPrefix(raw, `\`) || hasDrive(raw) {
			return true
		}
		raw = filepath.ToSlash(raw)
	}
	return raw == "." || raw == ".." ||
		strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "./") || strings.HasPrefix(raw, "../")
}

// hasDrive reports whether path begins with a drive, as in C:\cold or C:/cold.
func hasDrive(path string) bool {
	if len(path) < 3 || path[1] != ':' || path[2] != '/' && path[2] != '\\' {
		return false
	}
	letter := path[0] | 0x20
	return letter >= 'a' && letter <= 'z'
}

// absolute returns the path of a Directory from the root of the file system.
func (r Ref) absolute() (string, error) {
	if strings.ContainsRune(r.Path, 0) {
		return "", invalid(r.Path, "a path has no zero byte")
	}
	path, err := filepath.Abs(r.Path)
	if err != nil {
		return "", fmt.Errorf("path %q: %w", r.Path, err)
	}
	return path, nil
}

// fileURL returns the canonical URL of the directory at an absolute path.
func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func invalid(raw, why string) error {
	return fmt.Errorf("vault %.500q: %w: %s", raw, vault.ErrInvalid, why)
}
