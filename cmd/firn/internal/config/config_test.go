package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"firn/cmd/firn/internal/config"
)

// read writes a text to a file and reads it.
func read(t *testing.T, text string) (config.File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := config.Read(path)
	file.Path = ""
	return file, err
}

func TestRead(t *testing.T) {
	for text, want := range map[string]config.File{
		"": {},
		"[defaults]\ntier = 'Bulk'\nconcurrency = 8\nquiet = true\n": {Defaults: []config.Setting{
			{Option: "tier", Value: "Bulk"}, {Option: "concurrency", Value: "8"}, {Option: "quiet", Value: "true"},
		}},
		"[defaults]\nkeep-tag = ['a', 'b']\n": {Defaults: []config.Setting{{Option: "keep-tag", Value: "a"}, {Option: "keep-tag", Value: "b"}}},
		"[vault.'my photos']\npart-size = '1M'\nurl = 's3://b'\n": {Vaults: []config.Vault{
			{Name: "my photos", URL: "s3://b", Settings: []config.Setting{{Option: "part-size", Value: "1M"}}},
		}},
		"vault.a.url = '/a'\nvault.b.url = '/b'\n": {Vaults: []config.Vault{{Name: "a", URL: "/a"}, {Name: "b", URL: "/b"}}},
		"[vault.a]\nurl = 's3://b?lacks=tags'\nmax-parts = 1000\nclass = 'GLACIER'\n": {Vaults: []config.Vault{
			{Name: "a", URL: "s3://b?lacks=tags&max-parts=1000&class=GLACIER"},
		}},
		"[vault.a]\nurl = 'photos'\nendpoint = 'http://h:1/?a=b'\n": {Vaults: []config.Vault{
			{Name: "a", URL: "glacier://photos?endpoint=http%3A%2F%2Fh%3A1%2F%3Fa%3Db"},
		}},
	} {
		if got, err := read(t, text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"tier = 'Bulk'":                                  "tier is outside of any table",
		"defaults = 'Bulk'":                              "defaults is outside of any table",
		"[defaults]\ntier = [['Bulk']]":                  "[defaults]: tier must be a text",
		"[defaults]\nrecipient = ['AGE-SECRET-KEY-1X']":  "[defaults]: recipient is a secret key",
		"[defaults.upload]\ntier = 'Bulk'":               "[defaults]: upload must be a text",
		"[[vault]]\nurl = 's3://b'":                      "vault is not a vault",
		"vault.photos = 's3://b'":                        "vault.photos is not a vault",
		"[vault.'s3://b']\nurl = 's3://b'":               "cannot be the name of a vault",
		"[vault.-n]\nurl = 's3://b'":                     "cannot be the name of a vault",
		"[vault.a.b]\nurl = 's3://b'":                    "[vault.a]: b must be a text",
		"[vault.a]\n[vault.a]":                           "line 2",
		"[vault.a]\nurl = 's3://b'\nurl=1":               "line 3",
		"[vault.a]\nurl = 's3://u:p@b'":                  "looks like a secret",
		"[vault.a]\nSession_Token = 'x'":                 "looks like a secret",
		"[vault.a]\nurl = 's3://b?class=X'\nclass = 'Y'": "class is also in the url",
		"\xff":                     "line 1",
		strings.Repeat("#", 2<<20): "larger than 1 MiB",
	} {
		_, err := read(t, text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}
