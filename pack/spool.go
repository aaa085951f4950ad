package pack

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

const (
	spoolBatch  = 1 << 20 // bytes of lines that are compressed together
	spoolMemory = 4 << 20 // compressed bytes that stay in memory
)

// spool keeps the lines of the index or of the changes until the end of the pack: compressed,
// in memory, and beyond 4 MiB in a temporary file.
type spool struct {
	name       string // of the member, for errors
	dir        string // of the temporary file
	size       int64  // bytes of all lines
	compressed int64  // bytes in memory or in the file
	hash       hash.Hash

	batch, frame []byte
	encoder      *zstd.Encoder
	memory       bytes.Buffer
	file         *os.File
}

func newSpool(name, dir string) (*spool, error) {
	encoder, err := newEncoder(zstd.SpeedFastest, 1, spoolBatch)
	return &spool{name: name, dir: dir, hash: sha256.New(), encoder: encoder}, err
}

// fits reports an error if a line would exceed a limit of the format.
func (s *spool) fits(line int) error {
	switch {
	case line > MaxLine:
		return fmt.Errorf("a line of %s has %d bytes; the limit is %d", s.name, line, MaxLine)
	case s.size+int64(line) > MaxIndexSize:
		return fmt.Errorf("%w: %s has %d bytes", ErrFull, s.name, s.size)
	}
	return nil
}

func (s *spool) add(line []byte) error {
	s.size += int64(len(line))
	s.hash.Write(line)
	s.batch = append(s.batch, line...)
	if len(s.batch) < spoolBatch {
		return nil
	}
	return s.flush()
}

func (s *spool) flush() error {
	s.frame = s.encoder.EncodeAll(s.batch, s.frame[:0])
	s.batch = s.batch[:0]
	s.compressed += int64(len(s.frame))
	if s.file == nil && s.memory.Len()+len(s.frame) <= spoolMemory {
		s.memory.Write(s.frame)
		return nil
	}
	if err := s.spill(); err != nil {
		return fmt.Errorf("keep the lines of %s in a temporary file: %w", s.name, err)
	}
	return nil
}

// spill writes to the temporary file. The file has no name if the system allows it, so that
// nothing remains of a process that is killed.
func (s *spool) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "firn-pack-*")
		if err != nil {
			return err
		}
		_ = os.Remove(file.Name())
		s.file = file
		if _, err := s.memory.WriteTo(file); err != nil {
			return err
		}
		s.memory = bytes.Buffer{}
	}
	_, err := s.file.Write(s.frame)
	return err
}

// copyTo writes all lines to w.
func (s *spool) copyTo(w io.Writer) error {
	if err := s.flush(); err != nil {
		return err
	}
	var source io.Reader = &s.memory
	if s.file != nil {
		source = io.NewSectionReader(s.file, 0, s.compressed)
	}
	lines, err := zstd.NewReader(source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(spoolBatch+MaxLine))
	if err != nil {
		return err
	}
	defer lines.Close()
	check := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w, check), lines, s.size); err != nil {
		return fmt.Errorf("copy the lines of %s: %w", s.name, err)
	}
	if !bytes.Equal(check.Sum(nil), s.hash.Sum(nil)) {
		return fmt.Errorf("the temporary file with the lines of %s has other bytes than firn wrote", s.name)
	}
	return nil
}

func (s *spool) digest() Digest { return Digest(s.hash.Sum(nil)) }

// pending returns about how many bytes the lines take in the pack.
func (s *spool) pending() int64 { return s.compressed + int64(len(s.batch)) }

// close removes the temporary file.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if removed := os.Remove(s.file.Name()); removed != nil && !errors.Is(removed, os.ErrNotExist) && err == nil {
		err = removed
	}
	s.file = nil
	return err
}
