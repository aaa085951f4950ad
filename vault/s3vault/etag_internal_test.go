package s3vault

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Only an ETag that is made of those of the parts distinguishes our object from another.
func TestIsOfParts(t *testing.T) {
	const a, b = `"0cc175b9c0f1b6a831c399e269772661"`, `"92eb5ffee6ae2fec3ad71c777531578f"`
	const made = `"96e024ba2074fe77e8e965ba43a704be-2"` // the MD5 of the two, computed with md5sum
	parts := func(etags ...string) (list []types.CompletedPart) {
		for _, e := range etags {
			list = append(list, types.CompletedPart{ETag: aws.String(e)})
		}
		return list
	}
	for name, test := range map[string]struct {
		etag  string
		parts []types.CompletedPart
		want  bool
	}{
		"made of the parts":            {made, parts(a, b), true},
		"made of them, without quotes": {made[1 : len(made)-1], parts(a, b), true},
		"of them in another order":     {made, parts(b, a), false},
		"of the usual form, otherwise": {`"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f-2"`, parts(a, b), false},
		"of another number of parts":   {`"96e024ba2074fe77e8e965ba43a704be-3"`, parts(a, b), false},
		"of another form":              {`"4124bc0a9335c27f086f24ba207a4912"`, parts(a, b), false},
		"none":                         {"", parts(a, b), false},
		"parts that are no MD5":        {made, parts("x", "y"), false},
		"no parts":                     {"", nil, false},
	} {
		if got := isOfParts(test.etag, test.parts); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
