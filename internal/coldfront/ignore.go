package coldfront

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// strip removes what the service ignores from a request. It reports whether it changed the
// request: then the client's signature is invalid and unverified, and the front signs the
// request again.
func (f *Front) strip(c *call, r *http.Request) (stripped bool, _ error) {
	ignored := func(feature Feature) bool { return f.ignores(feature) && c.uses(feature) }
	var fields []string
	if ignored(Conditions) {
		fields = append(fields, "If-None-Match", "If-Match")
	}
	if ignored(Tagging) {
		fields = append(fields, "X-Amz-Tagging")
	}
	if ignored(Checksums) || ignored(CRC64NVME) {
		fields = append(fields, checksumFields(r.Header)...)
	}
	for _, field := range fields {
		r.Header.Del(field)
	}
	if c.operation != "CompleteMultipartUpload" || !f.ignores(Checksums) && !f.ignores(CRC64NVME) {
		return len(fields) > 0, nil
	}
	return true, f.stripBody(r)
}

func (f *Front) stripBody(r *http.Request) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxDocument))
	if err != nil {
		return err
	}
	if root, err := parseXML(text); err == nil { // otherwise the server refuses it
		f.stripDocument(root)
		if text, err = root.bytes(); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(text)
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	r.Header.Del("Content-Md5")
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return nil
}

// stripDocument removes elements about ignored checksums.
func (f *Front) stripDocument(n *node) {
	n.Nodes = slices.DeleteFunc(n.Nodes, func(child *node) bool {
		return f.ignoresChecksum(child.XMLName.Local)
	})
	for _, child := range n.Nodes {
		f.stripDocument(child)
	}
}

// stripAnswer removes headers about ignored checksums.
func (f *Front) stripAnswer(h http.Header) {
	for field := range h {
		if checksum, ok := strings.CutPrefix(field, "X-Amz-"); ok && f.ignoresChecksum(strings.ReplaceAll(checksum, "-", "")) {
			h.Del(field)
		}
	}
}

// ignoresChecksum reports whether the service ignores an element such as ChecksumSHA256 or
// ChecksumType.
func (f *Front) ignoresChecksum(element string) bool {
	if !strings.HasPrefix(element, "Checksum") {
		return false
	}
	return f.ignores(Checksums) || f.ignores(CRC64NVME) && strings.EqualFold(element, "ChecksumCRC64NVME")
}

// sign signs a changed request. It keeps the date of the request.
func (f *Front) sign(ctx context.Context, r *http.Request) error {
	date, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return err
	}
	r.Header.Del("Authorization")
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	return signer.SignHTTP(ctx, aws.Credentials{AccessKeyID: f.AccessKey, SecretAccessKey: f.SecretKey},
		r, r.Header.Get("X-Amz-Content-Sha256"), "s3", f.Region, date)
}
