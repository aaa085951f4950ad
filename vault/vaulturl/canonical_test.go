package vaulturl_test

import (
	"os"
	"path/filepath"
	"testing"

	"firn/vault/vaulturl"
)

// A vault has one URL, whatever the sources and the spelling of its parts, and that URL
// opens it.
func TestOneURL(t *testing.T) {
	type env map[string]string
	for want, spellings := range map[string][]struct {
		raw string
		env env
	}{
		"glacier://films?region=eu-west-1": {
			{"films", env{"AWS_REGION": "eu-west-1"}},
			{"films", env{"AWS_DEFAULT_REGION": "eu-west-1"}},
			{"films", env{"AWS_PROFILE": "cold"}},
			{"glacier://films?profile=cold", nil},
			{"glacier://films/?region=eu-west-1", env{"AWS_REGION": "us-east-1"}},
			{"GLACIER://films?region=eu-west-1&account=-", nil},
			{"glacier://films", env{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://glacier.eu-west-1.amazonaws.com/"}},
		},
		"glacier://films?region=us-east-1&endpoint=http://127.0.0.1:8333": {
			{"films", env{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_GLACIER": "http://127.0.0.1:8333"}},
			{"films", env{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://localhost:8333/"}},
			{"films", env{"AWS_PROFILE": "local"}},
			{"glacier://films?endpoint=HTTP://LOCALHOST:8333", env{"AWS_REGION": "us-east-1"}},
			{"glacier://films?endpoint=http://[::1]:8333&region=us-east-1", env{"AWS_ENDPOINT_URL": "https://elsewhere.example"}},
		},
		"s3://films/a?region=eu-west-1": {
			{"s3://films/a", env{"AWS_REGION": "eu-west-1"}},
			{"S3://films//a/?class=GLACIER&keep-days=3&lacks=tagging&max-parts=1000&addressing=path", env{"AWS_PROFILE": "cold"}},
			{"s3://films/%61?region=eu-west-1&endpoint=https://s3.eu-west-1.amazonaws.com", nil},
		},
		"s3://films?endpoint=https://s3.example.com": {
			{"s3://films", env{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "https://s3.example.com"}},
			{"s3://films/?endpoint=https://S3.example.com.:443/&region=us-east-1&addressing=host", nil},
			{"s3://films?endpoint=https://s3.example.com&addressing=path", nil},
		},
	} {
		for _, s := range spellings {
			t.Run(s.raw, func(t *testing.T) {
				config := filepath.Join(t.TempDir(), "config")
				text := "[profile cold]\nregion = eu-west-1\n[profile local]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:8333\n"
				if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv("AWS_CONFIG_FILE", config)
				for _, name := range []string{
					"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL_S3",
				} {
					t.Setenv(name, s.env[name])
				}
				for _, raw := range []string{s.raw, want} {
					if got := urlOf(t, raw); got != want {
						t.Errorf("%q with %v is %q, want %q", raw, s.env, got, want)
					}
				}
			})
		}
	}
}

func urlOf(t *testing.T, raw string) string {
	t.Helper()
	v, err := vaulturl.Open(t.Context(), raw, vaulturl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	return v.URL()
}

// All spellings of a directory open the same vault.
func TestOneDirectory(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	place := openPlace(t, vaulturl.OpenPlace, "./a b/films")
	if err := place.CreateVault(t.Context(), place.Name); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a b", "link"); err != nil {
		t.Fatal(err)
	}
	slashed := filepath.ToSlash(dir)
	want := "file://" + slashed + "/a%20b/films"
	for _, raw := range []string{
		want, filepath.Join(dir, "a b", "films"), "./a b/films", "./a b//films/", "./a b/./x/../films",
		"file://localhost" + slashed + "/a%20b/films", "FILE://" + slashed + "/%61%20b/films/", "./link/films", "file://" + slashed + "/link/films",
	} {
		if got := urlOf(t, raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
		place := openPlace(t, vaulturl.OpenPlace, raw)
		if got := place.URL(place.Name); got != want {
			t.Errorf("the place of %q calls it %q, want %q", raw, got, want)
		}
	}
}
