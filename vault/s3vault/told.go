package s3vault

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// What is kept with an object: metadata is known when an upload begins, tags when
// it is complete.
const (
	metaDescription = "firn-description"
	metaModTime     = "mtime" // in seconds since 1970, as rclone writes and reads it
	tagTreeHash     = "firn-tree-hash"
	tagSize         = "firn-size"
)

func metadata(req vault.UploadRequest) map[string]string {
	told := map[string]string{}
	if req.Description != "" {
		told[metaDescription] = escape(req.Description)
	}
	if t := req.ModTime; !t.IsZero() {
		told[metaModTime] = fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
	}
	return told
}

// escape keeps what HTTP headers lose of a text: spaces at its ends and several in
// a row.
func escape(s string) string {
	s = strings.NewReplacer("%", "%25", "  ", "%20%20").Replace(s)
	if strings.HasPrefix(s, " ") {
		s = "%20" + s[1:]
	}
	if strings.HasSuffix(s, " ") {
		s = s[:len(s)-1] + "%20"
	}
	return s
}

// unescape reads what escape wrote. What another program wrote stays as it is.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// checkDescription says whether metadata keeps a text: printable ASCII of at most
// 1,024 bytes.
func checkDescription(text string) error {
	if len(text) > maxDescription || len(escape(text)) > 2*maxDescription-len(metaDescription) {
		return fmt.Errorf("description of %d characters: %w: metadata keeps up to %d", len(text), vault.ErrInvalid, maxDescription)
	}
	for i := range len(text) {
		if !vault.IsPrintable(text[i]) {
			return fmt.Errorf("description %q: %w: metadata keeps printable ASCII characters only", text, vault.ErrInvalid)
		}
	}
	return nil
}

// keepProof writes size and tree hash to the object, once it is there.
func (v *Vault) keepProof(ctx context.Context, o object, c vault.Completion) error {
	if v.lacks.has(Tagging) {
		return nil
	}
	version, err := v.versionID(ctx, o)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("keep the tree hash with %q", o.key)
	tags := &types.Tagging{TagSet: []types.Tag{
		{Key: aws.String(tagSize), Value: aws.String(strconv.FormatInt(c.Size, 10))},
		{Key: aws.String(tagTreeHash), Value: aws.String(c.TreeHash.String())},
	}}
	err = v.call(ctx, what, func() error {
		_, err := v.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
			Bucket: &v.config.Bucket, Key: &o.key, VersionId: version, Tagging: tags,
		})
		return err
	})
	if v.isMissing(Tagging, err, "the tree hashes of archives are in the catalog alone: keep an export of it") {
		return nil
	}
	if errors.Is(err, vault.ErrNotFound) { // it was there a moment ago
		err = fmt.Errorf("%s: the object is not to be seen yet: %w: %v", v.what(what), vault.ErrUnavailable, err) //nolint:errorlint // that it is not found would say too much
	}
	return err
}

// proof reads the tree hash of an object of this size; zero if it is not told. The
// size stands beside it so that a hash of other bytes, which somebody has put under
// the same key with the same tags, is not believed.
func (v *Vault) proof(ctx context.Context, o object, size int64) (treehash.Hash, error) {
	if v.lacks.has(Tagging) {
		return treehash.Hash{}, nil
	}
	version, err := v.versionID(ctx, o)
	if err != nil {
		return treehash.Hash{}, err
	}
	var out *s3.GetObjectTaggingOutput
	err = v.call(ctx, fmt.Sprintf("read the tree hash of %q", o.key), func() (err error) {
		out, err = v.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &v.config.Bucket, Key: &o.key, VersionId: version})
		return err
	})
	if err != nil {
		none := amazon.Refusal(err)
		isUntold := none != nil && none.CodeIs("NoSuchTagSet") || errors.Is(err, vault.ErrDenied)
		if isUntold || v.isMissing(Tagging, err, "the tree hashes of archives are in the catalog alone") {
			return treehash.Hash{}, nil
		}
		return treehash.Hash{}, err
	}
	told := map[string]string{}
	for _, t := range out.TagSet {
		told[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	hash, err := treehash.Parse(told[tagTreeHash])
	if err != nil || told[tagSize] != strconv.FormatInt(size, 10) {
		return treehash.Hash{}, nil //nolint:nilerr // what is no hash proves nothing
	}
	return hash, nil
}

// saysMissing reports whether an error says that the service lacks something:
// outright, or because it does not know what a checksum's name means.
func saysMissing(err error) bool {
	const notImplemented = 501
	answer := amazon.Refusal(err)
	return answer != nil && (answer.CodeIs("NotImplemented") || answer.Status == notImplemented ||
		answer.CodeIs("InvalidArgument", "InvalidRequest") && saysUnsupported(strings.ToLower(answer.Message)))
}

func saysUnsupported(message string) bool {
	return strings.Contains(message, "checksum") || strings.Contains(message, "unsupported header")
}
