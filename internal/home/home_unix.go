//go:build !windows

package home

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// surroundings are what tells where a user's files are.
type surroundings struct {
	system string // as runtime.GOOS has it
	getenv func(string) string
	passwd func() string // the home directory of the user's passwd entry, or nothing
}

func here() surroundings {
	return surroundings{system: runtime.GOOS, getenv: os.Getenv, passwd: passwdHome}
}

func (s surroundings) data() (string, error) {
	if s.system == "darwin" {
		return s.directory("XDG_DATA_HOME", "Library/Application Support")
	}
	return s.directory("XDG_DATA_HOME", ".local/share")
}

func (s surroundings) cache() (string, error) {
	if s.system == "darwin" {
		return s.directory("", "Library/Caches")
	}
	return s.directory("XDG_CACHE_HOME", ".cache")
}

// directory is what the variable says, else the place below the home directory. The
// XDG Base Directory Specification calls a relative path invalid, to be ignored. A
// file of systemd knows no shell, so "~" and "$HOME" at the beginning are replaced.
func (s surroundings) directory(variable, below string) (string, error) {
	home, err := s.home()
	dir := s.getenv(variable)
	for _, short := range []string{"~", "$HOME"} {
		if rest, ok := strings.CutPrefix(dir, short); ok && (rest == "" || rest[0] == '/') {
			if err != nil {
				return "", err
			}
			return filepath.Join(home, rest), nil
		}
	}
	if filepath.IsAbs(dir) {
		return dir, nil
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(home, below), nil
}

func (s surroundings) home() (string, error) {
	if home := s.getenv("HOME"); isHome(home) {
		return home, nil
	}
	if home := s.passwd(); isHome(home) {
		return home, nil
	}
	return "", ErrNone
}

func isHome(dir string) bool { return filepath.IsAbs(dir) && filepath.Clean(dir) != "/" }

// passwdHome looks the user up by number: user.Current believes HOME where there is
// no entry. An entry whose directory is not there, as nobody has one, is none.
func passwdHome() string {
	entry, err := user.LookupId(strconv.Itoa(os.Getuid()))
	if err != nil {
		return ""
	}
	if info, err := os.Stat(entry.HomeDir); err != nil || !info.IsDir() {
		return ""
	}
	return entry.HomeDir
}
