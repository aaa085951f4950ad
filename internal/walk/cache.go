package walk

import (
	"bytes"
)

const (
	cacheTag       = "CACHEDIR.TAG"
	cacheSignature = "Signature: 8a477f597d28d172789f06886806bc55"
)

// isCache reports whether the directory has a cache tag with the signature. A tag that
// cannot be read is none, so that nothing is left out.
func isCache(h handle) bool {
	var listed Entry
	if h.lstat(cacheTag, &listed) != nil || listed.Type != Regular {
		return false
	}
	f, now, err := h.openFile(cacheTag, cacheTag)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, len(cacheSignature))
	n, _ := f.ReadAt(start, 0)
	return now.Type == Regular && bytes.Equal(start[:n], []byte(cacheSignature))
}
