package s3vault

import (
	"strings"

	"firn/vault"
)

// checkBucket returns ErrInvalid if name cannot be the name of a bucket ("General purpose
// bucket naming rules" in the user guide). It also refuses an alias of a bucket by its
// form: the catalog would record the same archives again under the alias, as archives of
// another vault.
func checkBucket(name string) error {
	const least, most = 3, 63
	odd := strings.ContainsFunc(name, func(r rune) bool {
		return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	if kind, instead := notABucket(name); kind != "" {
		return vault.Errorf(vault.ErrInvalid, "bucket %.300q: this is %s; %s", name, kind, instead)
	}
	if len(name) < least || len(name) > most || odd || strings.Trim(name, ".-") != name {
		return vault.Errorf(vault.ErrInvalid, "bucket %.300q: a name has %d to %d lower-case letters, digits, dots and hyphens", name, least, most)
	}
	return nil
}

// notABucket returns what a name stands for if Amazon gives names of this form to something
// other than buckets, and what to do instead; else empty strings.
func notABucket(name string) (kind, instead string) {
	const itself = "name the bucket itself: s3://BUCKET/PREFIX"
	switch {
	case strings.HasPrefix(name, "arn:") && strings.Contains(name, ":accesspoint"):
		return "the ARN of an access point, which firn does not use", itself
	case strings.HasPrefix(name, "arn:"):
		return "an ARN", itself
	case strings.HasSuffix(name, "-s3alias"):
		return "the alias of an access point, which firn does not use", itself
	case strings.HasSuffix(name, "--ol-s3"):
		return "the alias of an Object Lambda access point, which firn does not use", itself
	case strings.HasSuffix(name, ".mrap"):
		return "a Multi-Region access point, which firn does not use", itself
	case strings.HasSuffix(name, "--x-s3"):
		return "a directory bucket, which has no cold classes", "name a general purpose bucket: s3://BUCKET/PREFIX"
	}
	return "", ""
}
