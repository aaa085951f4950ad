package server

import (
	"fmt"
	"net/http"
	"strconv"

	"firn/treehash"
	"firn/vault"
)

// treeHashHeader carries tree hashes both ways.
const treeHashHeader = "x-amz-sha256-tree-hash"

// descriptionOf reads the description of a new archive; it may be missing.
func descriptionOf(r *http.Request) (string, error) {
	const name = "x-amz-archive-description"
	description := r.Header.Get(name)
	if !isDescription(description) {
		return "", invalid(fmt.Sprintf("Invalid %s: it must be at most %d printable ASCII characters.", name, maxDescription))
	}
	return description, nil
}

// treeHashOf reads the tree hash that the client computed.
func treeHashOf(r *http.Request) (treehash.Hash, error) {
	text := r.Header.Get(treeHashHeader)
	if text == "" {
		return treehash.Hash{}, missingParameter(treeHashHeader)
	}
	hash, err := treehash.Parse(text)
	if err != nil {
		return treehash.Hash{}, invalidHeader(treeHashHeader, text)
	}
	return hash, nil
}

// partSizeOf reads the part size of a new upload, in bytes.
func partSizeOf(r *http.Request) (int64, error) {
	const name = "x-amz-part-size"
	text := r.Header.Get(name)
	if text == "" {
		return 0, missingParameter(name)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < minPartSize || size > maxPartSize || size&(size-1) != 0 {
		return 0, invalid(fmt.Sprintf("Invalid part size: %s. Part size must not be null, must be a power of two "+
			"and be between %d and %d bytes.", text, int64(minPartSize), int64(maxPartSize)))
	}
	return size, nil
}

// archiveSizeOf reads the size of an archive to be completed, in bytes.
func archiveSizeOf(r *http.Request) (int64, error) {
	const name = "x-amz-archive-size"
	text := r.Header.Get(name)
	if text == "" {
		return 0, missingParameter(name)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 1 || size > maxParts*maxPartSize {
		return 0, invalidHeader(name, text)
	}
	return size, nil
}

// claimedPart is what the headers of an upload say about its body: size and both
// hashes. The vault compares the hashes with the bytes.
func claimedPart(r *http.Request, sha256 treehash.Hash) (vault.Part, error) {
	if r.Header.Get("Content-Length") == "" {
		return vault.Part{}, missingParameter("Content-Length")
	}
	if r.ContentLength == 0 {
		return vault.Part{}, invalidLength(0)
	}
	if sha256.IsZero() {
		return vault.Part{}, missingParameter("x-amz-content-sha256")
	}
	hash, err := treeHashOf(r)
	if err != nil {
		return vault.Part{}, err
	}
	return vault.Part{Size: r.ContentLength, TreeHash: hash, SHA256: sha256}, nil
}
