package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
)

// verified reads a content of the tail twice: verify compares its digest and keeps that of
// each frame's part, and Read compares these. So the bytes that Read returns are those that
// verify has seen, even if the reader below changes them.
type verified struct {
	ctx    context.Context
	stream *Stream
	place
	name string
	sums [][sha256.Size]byte
	read int    // how many parts are read
	part []byte // the rest of the last one
}

func (v *verified) verify() error {
	whole := sha256.New()
	for i := range v.parts() {
		part, err := v.load(i)
		if err != nil {
			return err
		}
		whole.Write(part)
		v.sums = append(v.sums, sha256.Sum256(part))
	}
	if !bytes.Equal(whole.Sum(nil), v.Digest[:]) {
		return invalid("the digest of %s differs from the pointer", v.name)
	}
	return nil
}

func (v *verified) Read(p []byte) (int, error) {
	if len(v.part) == 0 {
		if v.read == v.parts() {
			return 0, io.EOF
		}
		part, err := v.load(v.read)
		if err != nil {
			return 0, err
		}
		if sha256.Sum256(part) != v.sums[v.read] {
			return 0, invalid("the pack changed while it was read")
		}
		v.part = part
		v.read++
	}
	n := copy(p, v.part)
	v.part = v.part[n:]
	return n, nil
}

// parts returns in how many frames the content is.
func (v *verified) parts() int {
	return v.stream.table.find(v.Offset+v.Size-1) - v.stream.table.find(v.Offset) + 1
}

func (v *verified) load(part int) ([]byte, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	i := v.stream.table.find(v.Offset) + part
	content, err := v.stream.load(i)
	if err != nil {
		return nil, err
	}
	at := v.stream.table.content(i).Offset
	return content[max(0, v.Offset-at):min(int64(len(content)), v.Offset+v.Size-at)], nil
}
