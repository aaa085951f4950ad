package vaulturl_test

import (
	"errors"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/vaulturl"
)

func TestParse(t *testing.T) {
	glacier := func(name string) vaulturl.Ref { return vaulturl.Ref{Kind: vaulturl.Glacier, Name: name} }
	directory := func(path string) vaulturl.Ref { return vaulturl.Ref{Kind: vaulturl.Directory, Path: path} }
	for raw, want := range map[string]vaulturl.Ref{
		"image-backups":             glacier("image-backups"),
		"Photos_2012.old":           glacier("Photos_2012.old"),
		"glacier://image-backups":   glacier("image-backups"),
		"GLACIER://image-backups/":  glacier("image-backups"),
		"glacier://Photos_2012.old": glacier("Photos_2012.old"),
		"glacier://?region=us-west-2": {
			Kind: vaulturl.Glacier, Region: "us-west-2",
		},
		"glacier://a?region=us-west-2&profile=work&account=-&endpoint=http://127.0.0.1:8333": {
			Kind: vaulturl.Glacier, Name: "a", Region: "us-west-2", Profile: "work", Account: "-", Endpoint: "http://127.0.0.1:8333",
		},
		"glacier://a?endpoint=http%3A%2F%2F127.0.0.1%3A8333": {
			Kind: vaulturl.Glacier, Name: "a", Endpoint: "http://127.0.0.1:8333",
		},
		"arn:aws:glacier:us-west-2:012345678901:vaults/image-backups": {
			Kind: vaulturl.Glacier, Name: "image-backups", Region: "us-west-2", Account: "012345678901",
		},
		"arn:aws-us-gov:glacier:us-gov-west-1:012345678901:vaults/Photos_2012.old": {
			Kind: vaulturl.Glacier, Name: "Photos_2012.old", Region: "us-gov-west-1", Account: "012345678901",
		},
		"/srv/cold":                  directory("/srv/cold"),
		"./cold":                     directory("./cold"),
		"../cold vaults/é?#%41":      directory("../cold vaults/é?#%41"),
		".":                          directory("."),
		"..":                         directory(".."),
		"file:///srv/cold":           directory("/srv/cold"),
		"file://localhost/srv/cold":  directory("/srv/cold"),
		"file:///srv/cold%20a%3F%23": directory("/srv/cold a?#"),
	} {
		got, err := vaulturl.Parse(raw)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", raw, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for raw, why := range map[string]string{
		"":                          "without a name",
		"image/backups":             "slashes",
		`image\backups`:             "slashes",
		"arn:aws:s3:::films/2026":   "its URL is s3://films/2026",
		"s3://arn:aws:s3:::films/*": "its URL is s3://films/",
		"arn:aws-cn:s3:::films":     "its URL is s3://films",
		"s3://arn:aws:s3:us-west-2:123456789012:accesspoint/films?class=GLACIER": "an access point",
		"arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap":                "an access point",
		"arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/films":      "an access point",
		"s3://bucket?color=red":                             "a URL of S3 has no option \"color\"; it has class, region",
		"s3://bucket?keep-days=0":                           "keep-days is a number from 1",
		"s3://bucket?addressing=x":                          "addressing is path",
		"gs://bucket":                                       `no kind of vault is called "gs"`,
		"http://example.com/vault":                          "no kind of vault",
		"glacier://a/b":                                     "nothing after the name",
		"glacier://a#b":                                     "nothing after the name",
		"glacier://a?class=DEEP_ARCHIVE":                    `no option "class"`,
		"glacier://a?Region=x":                              `no option "Region"`,
		"glacier://a?region=":                               "no value",
		"glacier://a?region=x&region=y":                     "more than one",
		"glacier://a?region=%zz":                            "",
		"glacier://a?x;y":                                   "",
		"glacier://AKID:canary@a":                           "never from a URL",
		"glacier://AKID:can%zzary@a":                        "never from a URL",
		"s3://AKID:canary@a":                                "never from a URL",
		"file://AKID:canary@host/x":                         "never from a URL",
		"file://host/srv":                                   "three slashes",
		"file://":                                           "without a path",
		"file:///srv?mode=fast":                             "no options",
		"file:///srv#x":                                     "no options",
		"glacier://%00":                                     "",
		"glacier://a\n?region=b":                            "",
		"glacier://" + strings.Repeat("a", 1<<20) + "/b":    "nothing after",
		"arn:aws:glacier:us-west-2:1:v":                     "the ARN of a vault is arn:aws:glacier:REGION:ACCOUNT:vaults/NAME",
		"arn:aws:glacier:us-west-2:012345678901:vaults/a/b": "the ARN of a vault is",
	} {
		_, err := vaulturl.Parse(raw)
		if !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), why) {
			t.Errorf("%.80q: %.300v; want one that says %q", raw, err, why)
			continue
		}
		if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\n") || len(err.Error()) > 2000 {
			t.Errorf("%.80q is shown as it came: %.300v", raw, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a", "/a", "glacier://a?region=b", "file:///a", "s3://a", "glacier://a@b", "://", "%", "file:///%2e%2e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		ref, err := vaulturl.Parse(raw)
		switch {
		case err != nil && !errors.Is(err, vault.ErrInvalid):
			t.Errorf("%q gives an error without a class: %v", raw, err)
		case err == nil && ref.Kind == vaulturl.Directory && ref.Path == "":
			t.Errorf("%q is a directory without a path", raw)
		}
	})
}

func TestIsBucket(t *testing.T) {
	for raw, want := range map[string]bool{
		"s3://films/a?class=GLACIER": true, "S3://films": true,
		"films": false, "glacier://films": false, "./s3": false, "file:///s3": false, "arn:aws:s3:::films": false,
	} {
		if got := vaulturl.IsBucket(raw); got != want {
			t.Errorf("IsBucket(%q) is %v", raw, got)
		}
	}
}
