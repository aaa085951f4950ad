package wire

import (
	"fmt"
	"net/http"
	"strconv"

	"firn/server/internal/refusal"
	"firn/treehash"
	"firn/vault"
)

// TreeHashHeader has a tree hash, in requests and in answers.
const TreeHashHeader = "x-amz-sha256-tree-hash"

// DescriptionOf reads the description of a new archive; it may be missing.
func DescriptionOf(r *http.Request) (string, error) {
	const name = "x-amz-archive-description"
	description := r.Header.Get(name)
	if !isDescription(description) {
		return "", refusal.Invalid(fmt.Sprintf("Invalid %s: it must be at most %d printable ASCII characters.", name, maxDescription))
	}
	return description, nil
}

// TreeHashOf reads the tree hash that the client computed.
func TreeHashOf(r *http.Request) (treehash.Hash, error) {
	text := r.Header.Get(TreeHashHeader)
	if text == "" {
		return treehash.Hash{}, refusal.MissingParameter(TreeHashHeader)
	}
	hash, err := treehash.Parse(text)
	if err != nil {
		return treehash.Hash{}, refusal.InvalidHeader(TreeHashHeader, text)
	}
	return hash, nil
}

// PartSizeOf reads the part size of a new upload, in bytes.
func PartSizeOf(r *http.Request) (int64, error) {
	const name = "x-amz-part-size"
	text := r.Header.Get(name)
	if text == "" {
		return 0, refusal.MissingParameter(name)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < MinPartSize || size > MaxPartSize || size&(size-1) != 0 {
		return 0, refusal.Invalid(fmt.Sprintf("Invalid part size: %s. Part size must not be null, must be a power of two "+
			"and be between %d and %d bytes.", text, int64(MinPartSize), int64(MaxPartSize)))
	}
	return size, nil
}

// ArchiveSizeOf reads the size of an archive whose upload is to be completed, in bytes.
func ArchiveSizeOf(r *http.Request) (int64, error) {
	const name = "x-amz-archive-size"
	text := r.Header.Get(name)
	if text == "" {
		return 0, refusal.MissingParameter(name)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 1 || size > maxParts*MaxPartSize {
		return 0, refusal.InvalidHeader(name, text)
	}
	return size, nil
}

// ClaimedPart returns what the headers of an upload say about its body: the size and the
// tree hash, beside the SHA-256 that the client has signed. The vault compares both hashes
// with the bytes.
func ClaimedPart(r *http.Request, sha256 treehash.Hash) (vault.Part, error) {
	if r.Header.Get("Content-Length") == "" {
		return vault.Part{}, refusal.MissingParameter("Content-Length")
	}
	if r.ContentLength == 0 {
		return vault.Part{}, refusal.InvalidLength(0)
	}
	if sha256.IsZero() {
		return vault.Part{}, refusal.MissingParameter("x-amz-content-sha256")
	}
	hash, err := TreeHashOf(r)
	if err != nil {
		return vault.Part{}, err
	}
	return vault.Part{Size: r.ContentLength, TreeHash: hash, SHA256: sha256}, nil
}
