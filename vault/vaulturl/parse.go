package vaulturl

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"firn/vault"
)

// Kind is the sort of vault that a URL names.
type Kind string

// The kinds of vault.
const (
	Glacier   Kind = "glacier"
	S3        Kind = "s3"
	Directory Kind = "file"
)

// Ref is a parsed vault URL.
type Ref struct {
	Kind Kind

	// Path of a Directory, as given, in the system's form.
	Path string

	// Name of a Glacier vault, empty if only the account is named; or the bucket of a vault
	// in S3. The other fields are the options of the URL; see glaciervault.Config and
	// s3vault.Config.
	Name     string
	Region   string
	Profile  string
	Account  string // Glacier only
	Endpoint string

	// S3 only; see s3vault.Config.
	Prefix     string // prefix of the keys, empty or ending with a slash
	Class      string
	KeepDays   int
	Addressing string // empty, "path" or "host"
	Lacks      string // a list separated by commas
	MaxParts   int
}

// Parse parses the URL, name or path of a vault. It does no I/O. Text that cannot name a
// vault is ErrInvalid.
func Parse(raw string) (Ref, error) {
	if raw == "" {
		return Ref{}, vault.Errorf(vault.ErrInvalid, "a vault without a name: give a vault's name, a URL such as glacier://NAME?region=REGION, or a path such as ./DIRECTORY")
	}
	if isPath(raw) {
		return Ref{Kind: Directory, Path: raw}, nil
	}
	if err := checkARN(raw); err != nil {
		return Ref{}, err
	}
	if isARN(raw) {
		return parseARN(raw)
	}
	scheme, rest, isURL := strings.Cut(raw, "://")
	if !isURL {
		return parseName(raw)
	}
	if authority, _, _ := strings.Cut(rest, "/"); strings.Contains(authority, "@") {
		// The text is not quoted, since it may contain a secret.
		return Ref{}, vault.Errorf(vault.ErrInvalid, "vault URL with a user name or password in it: credentials come from the AWS configuration, never from a URL")
	}
	u, err := url.Parse(raw)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // the outer error repeats the URL
		}
		return Ref{}, invalid(raw, err.Error())
	}
	switch strings.ToLower(scheme) {
	case "glacier":
		return parseGlacier(raw, u)
	case "file":
		return parseFile(raw, u)
	case "s3":
		return parseS3(raw, u)
	}
	return Ref{}, invalid(raw, fmt.Sprintf("no kind of vault is called %q; there are glacier://NAME, s3://BUCKET/PREFIX and file:///PATH", scheme))
}

// IsBucket reports whether raw is the URL of a vault in a bucket. It looks only at the scheme,
// so it is quick enough for every archive of a long list.
func IsBucket(raw string) bool {
	scheme, _, isURL := strings.Cut(raw, "://")
	return isURL && strings.EqualFold(scheme, string(S3))
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
	ref := Ref{Kind: Glacier, Name: u.Host}
	err := parseOptions(raw, u, "Glacier", []option{
		{"region", &ref.Region}, {"profile", &ref.Profile}, {"account", &ref.Account}, {"endpoint", &ref.Endpoint},
	})
	return ref, err
}

func parseS3(raw string, u *url.URL) (Ref, error) {
	if u.Fragment != "" {
		return Ref{}, invalid(raw, "write # as %23 in a prefix")
	}
	ref := Ref{Kind: S3, Name: u.Host}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		ref.Prefix = prefix + "/"
	}
	var keepDays, maxParts string
	err := parseOptions(raw, u, "S3", []option{
		{"class", &ref.Class},
		{"region", &ref.Region},
		{"endpoint", &ref.Endpoint},
		{"profile", &ref.Profile},
		{"keep-days", &keepDays},
		{"addressing", &ref.Addressing},
		{"lacks", &ref.Lacks},
		{"max-parts", &maxParts},
	})
	if err != nil {
		return Ref{}, err
	}
	if ref.KeepDays, err = parseNumber(raw, "keep-days", keepDays, 365*100); err != nil {
		return Ref{}, err
	}
	if ref.MaxParts, err = parseNumber(raw, "max-parts", maxParts, 10_000); err != nil {
		return Ref{}, err
	}
	if ref.Addressing != "" && ref.Addressing != "path" && ref.Addressing != "host" {
		return Ref{}, invalid(raw, "addressing is path (the bucket in the path) or host (before the name of the host)")
	}
	return ref, nil
}

// parseNumber reads an option whose value is a number from 1 to most; 0 if it is not set.
func parseNumber(raw, key, value string, most int) (int, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return 0, invalid(raw, fmt.Sprintf("%s is a number from 1 to %d", key, most))
	}
	return n, nil
}

// option is an option of a URL and the variable for its value.
type option struct {
	key   string
	value *string
}

// parseOptions reads the query of a URL. Each option may have only one value.
func parseOptions(raw string, u *url.URL, kind string, options []option) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return invalid(raw, err.Error())
	}
	for key, values := range query {
		i := slices.IndexFunc(options, func(o option) bool { return o.key == key })
		switch {
		case i < 0:
			return invalid(raw, fmt.Sprintf("a URL of %s has no option %q; it has %s", kind, key, optionNames(options)))
		case len(values) != 1 || values[0] == "":
			return invalid(raw, fmt.Sprintf("the option %q has no value, or more than one", key))
		}
		*options[i].value = values[0]
	}
	return nil
}

func optionNames(options []option) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.key
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
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

// absolute returns the absolute path of a Directory.
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

func invalid(raw, why string) error {
	return vault.Errorf(vault.ErrInvalid, "vault %.500q: %s", raw, why)
}
