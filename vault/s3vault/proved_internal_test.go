package s3vault

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/crc64"
)

// It checks the reasons to doubt an object. If the service keeps no CRC-64, an ETag neither
// shows damage nor verifies bytes, whatever its form: an object encrypted with a key of KMS
// has one of the usual form with another origin.
func TestEvidence(t *testing.T) {
	const size, sent = 7, crc64.Sum(5)
	const made, odd, usual = `"96e024ba2074fe77e8e965ba43a704be-2"`, `"4124bc0a9335c27f086f24ba207a4912"`, `"96fc7c7d2b7d8a1c4b1e5f4a1d3b6d1f-2"`
	for name, test := range map[string]struct {
		size       int64
		expectsCRC bool
		crc        crc64.Sum // as reported; 0: none
		etag, told string
		want       string // the check that fails; empty: none
	}{
		"the CRC-64":                          {size, true, sent, made, made, ""},
		"the CRC-64, an ETag otherwise":       {size, true, sent, odd, usual, ""},
		"another CRC-64, the ETag of it":      {size, true, 6, made, made, "CRC-64"},
		"no CRC-64, where one was sent":       {size, true, 0, odd, odd, "CRC-64"},
		"no CRC-64, the ETag of the parts":    {size, true, 0, made, made, ""},
		"another size, the CRC-64":            {size + 1, true, sent, made, made, "size in bytes"},
		"without, the ETag of the parts":      {size, false, 0, made, "", ""},
		"without, of the usual form":          {size, false, 0, usual, usual, ""},
		"without, of the usual form, lost":    {size, false, 0, usual, "", ""},
		"without, of another form":            {size, false, 0, odd, odd, ""},
		"without, another than told":          {size, false, 0, usual, odd, "ETag"},
		"without, another than told, of ours": {size, false, 0, made, odd, ""},
		"without, another size":               {size - 1, false, 0, made, made, "size in bytes"},
	} {
		e := evidence{
			there:  &s3.HeadObjectOutput{ETag: aws.String(test.etag), ContentLength: aws.Int64(test.size)},
			answer: published{etag: test.told}, expectsCRC: test.expectsCRC,
			whole: wholeReceipt{crc: sent, hasCRC: true, parts: []types.CompletedPart{
				{ETag: aws.String(`"0cc175b9c0f1b6a831c399e269772661"`)}, {ETag: aws.String(`"92eb5ffee6ae2fec3ad71c777531578f"`)},
			}},
		}
		if test.crc != 0 {
			e.crc = test.crc.String()
		}
		got := ""
		if wrong := e.compare(size); wrong != nil {
			got = wrong.Proof
		}
		if got != test.want {
			t.Errorf("%s: %q fails, want %q", name, got, test.want)
		}
	}
}
