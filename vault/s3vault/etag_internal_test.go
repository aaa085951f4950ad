package s3vault

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Another's object of the same size is not taken for ours, whatever the service said.
func TestIsOfParts(t *testing.T) {
	const a, b = `"0cc175b9c0f1b6a831c399e269772661"`, `"92eb5ffee6ae2fec3ad71c777531578f"`
	const made = `"96e024ba2074fe77e8e965ba43a704be-2"` // the MD5 of the two, as md5sum has it
	const whole = `"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f-2"`
	parts := func(etags ...string) (list []types.CompletedPart) {
		for _, e := range etags {
			list = append(list, types.CompletedPart{ETag: aws.String(e)})
		}
		return list
	}
	ours := `"4124bc0a9335c27f086f24ba207a4912"`
	for name, test := range map[string]struct {
		etag, completed string
		parts           []types.CompletedPart
		want            bool
	}{
		"made of the parts":          {made, "", parts(a, b), true},
		"another's":                  {whole, "", parts(a, b), false},
		"another's, and told":        {whole, whole, parts(a, b), false},
		"made otherwise, as told":    {ours, ours, parts(a, b), true},
		"made otherwise, not told":   {ours, "", parts(a, b), false},
		"parts that are no MD5":      {whole, whole, parts("x", "y"), true},
		"of such, and nothing told":  {whole, "", parts("x", "y"), false},
		"of such, and another there": {whole, ours, parts("x", "y"), false},
	} {
		if got := isOfParts(test.etag, test.completed, test.parts); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
