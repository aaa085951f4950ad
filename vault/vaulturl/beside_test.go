package vaulturl_test

import (
	"testing"

	"firn/vault/vaulturl"
)

func TestBeside(t *testing.T) {
	for raw, want := range map[string]string{
		"films": "glacier://films-x",
		"glacier://films?region=us-west-2&account=123456789012&profile=work&endpoint=http://127.0.0.1:8333": "glacier://films-x?account=123456789012&endpoint=http%3A%2F%2F127.0.0.1%3A8333&profile=work&region=us-west-2",
		"./cold/films/": "./cold/films-x",
		"/cold/films":   "/cold/films-x",
		"s3://bucket":   "s3://bucket/x",
		"s3://bucket/a b/c?class=GLACIER_IR&keep-days=3&lacks=tagging,versions&max-parts=1000": "s3://bucket/a%20b/c/x?class=GLACIER_IR&keep-days=3&lacks=tagging%2Cversions&max-parts=1000",
	} {
		ref, err := vaulturl.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		beside := ref.Beside("x")
		if beside != want {
			t.Errorf("beside %s is %s, want %s", raw, beside, want)
		}
		again, err := vaulturl.Parse(beside)
		if err != nil {
			t.Errorf("%s: %v", beside, err)
		}
		// All but the place within it is the same.
		again.Name, again.Path, again.Prefix = ref.Name, ref.Path, ref.Prefix
		if again != ref {
			t.Errorf("%s means %+v, of %+v", beside, again, ref)
		}
	}
}
