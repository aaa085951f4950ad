package vaultname_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"firn/internal/vaultname"
)

// All spellings of a URL have one canonical name.
func TestOneName(t *testing.T) {
	for want, spellings := range map[string][]string{
		"glacier://v?region=us-east-1": {
			"glacier://v?region=us-east-1", "GLACIER://v?region=us-east-1", "glacier://v/?region=us-east-1", "glacier://v?region=us-east-1&account=-",
			"glacier://v?region=us-east-1&endpoint=https://glacier.us-east-1.amazonaws.com",
			"glacier://v?endpoint=https://GLACIER.us-east-1.amazonaws.com.:443/&region=us-east-1",
			"glacier://v?region=us-east-1&endpoint=https://glacier-fips.us-east-1.amazonaws.com",
			"glacier://v?region=us-east-1&endpoint=https://vpce-0a1b-c2.glacier.us-east-1.vpce.amazonaws.com",
		},
		"glacier://V?region=us-east-1": {"glacier://V?region=us-east-1"},
		"glacier://v?region=us-east-1&endpoint=https://glacier.us-west-2.amazonaws.com": {
			"glacier://v?region=us-east-1&endpoint=https://glacier.us-west-2.amazonaws.com",
		},
		"glacier://v?region=us-east-1&account=123456789012&endpoint=http://127.0.0.1:8333": {
			"glacier://v?region=us-east-1&account=123456789012&endpoint=http://127.0.0.1:8333",
			"glacier://v?region=us-east-1&account=123456789012&endpoint=http%3A%2F%2Flocalhost%3A8333%2F",
			"glacier://v?endpoint=HTTP://LocalHost.:08333//&account=123456789012&region=us-east-1",
			"glacier://v?region=us-east-1&account=123456789012&endpoint=http://[::1]:8333",
			"glacier://v?region=us-east-1&account=123456789012&endpoint=http://[0:0:0:0:0:0:0:1]:8333",
			"glacier://v?region=us-east-1&account=123456789012&endpoint=http://[::ffff:127.0.0.1]:8333",
		},
		"glacier://v?region=us-east-1&endpoint=http://127.0.0.1": {
			"glacier://v?region=us-east-1&endpoint=http://127.0.0.1", "glacier://v?region=us-east-1&endpoint=http://[::1]:80",
			"glacier://v?region=us-east-1&endpoint=http://localhost:/",
		},
		"glacier://v?region=us-east-1&endpoint=https://127.0.0.1:80":    {"glacier://v?region=us-east-1&endpoint=https://localhost:80"},
		"glacier://v?region=us-east-1&endpoint=http://127.0.0.2:8333":   {"glacier://v?region=us-east-1&endpoint=http://127.0.0.2:8333"},
		"glacier://v?region=us-west-2&endpoint=http://127.0.0.1:8333":   {"glacier://v?region=us-west-2&endpoint=http://127.0.0.1:8333"},
		"glacier://v?region=us-east-1&endpoint=https://[2001:db8::1]":   {"glacier://v?region=us-east-1&endpoint=https://[2001:DB8:0:0::1]:443"},
		"glacier://v?region=us-east-1&endpoint=https://h.example/a-b/c": {"glacier://v?region=us-east-1&endpoint=https://h.example/a%2Db/c/"},
		"s3://bucket?region=eu-central-1": {
			"s3://bucket?region=eu-central-1", "s3://bucket/?region=eu-central-1",
			"s3://bucket?region=eu-central-1&endpoint=https://s3.eu-central-1.amazonaws.com",
			"s3://bucket?region=eu-central-1&endpoint=https://s3.dualstack.eu-central-1.amazonaws.com/",
			"s3://bucket?region=eu-central-1&endpoint=https://bucket.vpce-0a.s3.eu-central-1.vpce.amazonaws.com",
			"s3://bucket?region=eu-central-1&endpoint=https://s3.amazonaws.com",
		},
		"s3://bucket/a%20b/c-d?endpoint=http://127.0.0.1:9000": {
			"s3://bucket/a%20b/c-d?region=us-east-1&endpoint=http://127.0.0.1:9000", "s3://bucket/a%20b/c%2Dd/?endpoint=http://localhost:9000/",
			"s3://bucket/a%20b%2Fc-d//?region=eu-central-1&endpoint=http://[::1]:9000",
		},
		"s3://bucket/a//b?endpoint=https://s3.example.com": {"s3://bucket/a//b/?endpoint=https://S3.Example.com:443"},
		"s3://bucket?endpoint=https://lb.us-east-1.elb.amazonaws.com": {
			"s3://bucket?region=us-east-1&endpoint=https://lb.us-east-1.elb.amazonaws.com",
		},
		"file:///no/such/place": {"file:///no/such/place", "file:///no//such/./x/../place/", "file:///no%2Fsuch/pl%61ce"},
		// A text that names no vault stays as it is.
		"v": {"v"}, "": {""}, "file://host/x": {"file://host/x"}, "glacier://v": {"glacier://v"}, "glacier://a b": {"glacier://a b"},
		"s3://bucket": {"s3://bucket"}, "glacier://v?region=%zz": {"glacier://v?region=%zz"},
		"glacier://v?region=r&endpoint=x": {"glacier://v?region=r&endpoint=x"},
	} {
		for _, spelling := range spellings {
			if got := vaultname.Canonical(spelling); got != want {
				t.Errorf("%q is %q, want %q", spelling, got, want)
			}
		}
	}
}

// A path through a link has the name of the path without the link. This also holds for
// links above the vault, and for a vault that does not exist yet.
func TestLinkedDirectory(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "disk", "cold"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": "disk", "cold": filepath.Join(dir, "link", "cold"), "dangling": "nowhere", "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"disk/cold": "disk/cold", "link/cold": "disk/cold", "cold": "disk/cold", "link/new": "disk/new", "link/new/er": "disk/new/er",
		"dangling": "dangling", "loop": "loop",
	} {
		want := (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, want))}).String()
		if got := vaultname.Directory(filepath.Join(dir, path)); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		"glacier://v?region=us-east-1&account=1&endpoint=http://[::1]:80/a%2fb/", "s3://b/a%20b//c?endpoint=https://h.:443", "file:///a/../%2e",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := vaultname.Canonical(name)
		if again := vaultname.Canonical(once); again != once {
			t.Errorf("%q is %q, and that is %q", name, once, again)
		}
	})
}
