//go:build !windows

package home

import (
	"errors"
	"testing"
)

func TestConfigDirectory(t *testing.T) {
	for name, test := range map[string]struct {
		system string
		env    map[string]string
		want   string
	}{
		"HOME":  {"linux", map[string]string{"HOME": "/home/a"}, "/home/a/.config"},
		"macOS": {"darwin", map[string]string{"HOME": "/Users/a"}, "/Users/a/Library/Application Support"},
		"XDG":   {"linux", map[string]string{"HOME": "/home/a", "XDG_CONFIG_HOME": "/c"}, "/c"},
	} {
		s := surroundings{system: test.system, passwd: func() string { return "" }, getenv: func(name string) string { return test.env[name] }}
		if got, err := s.config(); err != nil || got != test.want {
			t.Errorf("%s: the settings are in %q, %v, want %q", name, got, err, test.want)
		}
	}
}

func TestDirectories(t *testing.T) {
	for name, test := range map[string]struct {
		system      string
		env         map[string]string
		passwd      string
		data, cache string // empty if there is none
	}{
		"HOME":                     {"linux", map[string]string{"HOME": "/home/a"}, "/other", "/home/a/.local/share", "/home/a/.cache"},
		"macOS":                    {"darwin", map[string]string{"HOME": "/Users/a"}, "", "/Users/a/Library/Application Support", "/Users/a/Library/Caches"},
		"macOS, no HOME":           {"darwin", nil, "/Users/a", "/Users/a/Library/Application Support", "/Users/a/Library/Caches"},
		"XDG":                      {"linux", map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "/c"}, "", "/d", "/c"},
		"XDG without HOME":         {"linux", map[string]string{"XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "/c"}, "", "/d", "/c"},
		"relative XDG":             {"linux", map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "d", "XDG_CACHE_HOME": "./c"}, "", "/home/a/.local/share", "/home/a/.cache"},
		"relative XDG and no HOME": {"linux", map[string]string{"XDG_DATA_HOME": ".local/share"}, "/root", "/root/.local/share", "/root/.cache"},
		"XDG of systemd":           {"linux", map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "$HOME/d", "XDG_CACHE_HOME": "~/c"}, "", "/home/a/d", "/home/a/c"},
		"XDG of systemd, no HOME":  {"linux", map[string]string{"XDG_DATA_HOME": "$HOME/d", "XDG_CACHE_HOME": "~/c"}, "/root", "/root/d", "/root/c"},
		"XDG with no home at all":  {"linux", map[string]string{"XDG_DATA_HOME": "$HOME/d", "XDG_CACHE_HOME": "~"}, "", "", ""},
		"another's home":           {"linux", map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "~b/d"}, "", "/home/a/.local/share", "/home/a/.cache"},
		"no HOME":                  {"linux", nil, "/root", "/root/.local/share", "/root/.cache"},
		"relative HOME":            {"linux", map[string]string{"HOME": "."}, "/root", "/root/.local/share", "/root/.cache"},
		"HOME is the root":         {"linux", map[string]string{"HOME": "/"}, "/root", "/root/.local/share", "/root/.cache"},
		"HOME is the root again":   {"linux", map[string]string{"HOME": "//."}, "/", "", ""},
		"nothing":                  {"linux", nil, "", "", ""},
		"a relative passwd entry":  {"linux", nil, "root", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := surroundings{
				system: test.system, passwd: func() string { return test.passwd },
				getenv: func(name string) string { return test.env[name] },
			}
			data, err := s.data()
			if data != test.data || errors.Is(err, ErrNone) != (test.data == "") {
				t.Errorf("the data are in %q, %v, want %q", data, err, test.data)
			}
			cache, err := s.cache()
			if cache != test.cache || errors.Is(err, ErrNone) != (test.cache == "") {
				t.Errorf("the cache is in %q, %v, want %q", cache, err, test.cache)
			}
		})
	}
}
