package s3vault

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/vault"
)

// farAway is the number of bytes that may precede a range if the service sends the whole
// object for each range. More would be transferred again and again; a user without an
// alternative accepts that with lacks=ranges.
const farAway = 256 << 20

// hasNoRanges reports whether the vault's URL says that the service has no ranges.
func (c *Config) hasNoRanges() bool { return slices.Contains(c.Lacks, Ranges) }

// readsOn reports whether a range of a job's output is read from a stream of the whole
// object: if the URL says so, or if the service turned out to have no ranges and not too
// many bytes precede the range.
func (v *Vault) readsOn(of vault.JobID, offset int64) bool {
	return v.config.hasNoRanges() || v.lacks.has(Ranges) && offset-v.kept.reached(of, offset) <= farAway
}

// skipTo returns the number of bytes of an answer that precede the requested range; less
// than 0 if the answer is exactly the range. An answer without Content-Range is the whole
// object.
func (v *Vault) skipTo(r vault.Range, out *s3.GetObjectOutput) (int64, error) {
	size, within := aws.ToInt64(out.ContentLength), aws.ToString(out.ContentRange)
	switch {
	case r.IsZero():
		return -1, nil
	case within != "":
		if size != r.Size || !strings.HasPrefix(within, fmt.Sprintf("bytes %d-%d/", r.Offset, r.End()-1)) {
			return 0, vault.Errorf(vault.ErrGarbled, "the answer has %d bytes that are said to be %.100q for bytes %d to %d", size, within, r.Offset, r.End()-1)
		}
		return -1, nil
	case size == r.Size: // the whole object, or a range without Content-Range: the whole object would be larger
		return -1, nil
	case size < r.End():
		return 0, vault.Errorf(vault.ErrGarbled, "the answer has %d bytes for bytes %d to %d", size, r.Offset, r.End()-1)
	case r.Offset > farAway && !v.config.hasNoRanges():
		return 0, vault.Errorf(vault.ErrInvalid, "the service ignores ranges: it sent all %d bytes of the object for bytes %d to %d; "+
			"to read everything before a range with each request: %s", size, r.Offset, r.End()-1, adviseWithout(Ranges))
	}
	v.miss(Ranges)
	return r.Offset, nil
}

// section is a range of an output. It reads the bytes before the range and discards them,
// piece by piece. For each piece, Read returns no bytes and no error, so that the caller
// sees progress.
type section struct {
	body       io.ReadCloser
	skip, left int64 // bytes
	end        func() error
	buffer     []byte
}

func (s *section) Read(p []byte) (int, error) {
	const piece = 256 << 10
	switch {
	case len(p) == 0:
		return 0, nil
	case s.left == 0:
		return 0, io.EOF
	case s.skip > 0:
		if s.buffer == nil {
			s.buffer = make([]byte, piece)
		}
		n, err := s.body.Read(s.buffer[:min(s.skip, piece)])
		s.skip -= int64(n)
		return 0, unexpected(err)
	}
	n, err := s.body.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if s.left == 0 {
		return n, nil
	}
	return n, unexpected(err)
}

// unexpected converts an error in the middle of a section, where io.EOF is a failure.
func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // as a Reader returns it
		return io.ErrUnexpectedEOF
	}
	return err
}

// Close ends the section.
func (s *section) Close() error { return s.end() }
