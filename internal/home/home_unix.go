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

// surroundings is the information that determines the directories.
type surroundings struct {
	system string // runtime.GOOS
	getenv func(string) string
	passwd func() string // home directory of the user's passwd entry, or ""
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

func (s surroundings) config() (string, error) {
	if s.system == "darwin" {
		return s.directory("XDG_CONFIG_HOME", "Library/Application Support")
	}
	return s.directory("XDG_CONFIG_HOME", ".config")
}

func (s surroundings) cache() (string, error) {
	if s.system == "darwin" {
		return s.directory("", "Library/Caches")
	}
	return s.directory("XDG_CACHE_HOME", ".cache")
}

// directory returns the value of the variable, else the directory below the home directory.
// The XDG Base Directory Specification says that relative paths are invalid and must be
// ignored. systemd does not expand "~" and "$HOME" in its files, so directory does that at
// the beginning of the value.
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

// passwdHome looks the user up by number, since user.Current uses HOME if there is no
// entry. It ignores a directory that does not exist, such as the home of the user nobody.
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
