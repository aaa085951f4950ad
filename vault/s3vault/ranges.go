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

// farAway is how many bytes may come before those of a range, in bytes, where a service
// turns out to send the whole of an object for each of its ranges. More would be read
// over and over again; a user who has no other choice says so by lacks=ranges.
const farAway = 256 << 20

// hasNoRanges reports whether the vault's URL says that the service has none.
func (c *Config) hasNoRanges() bool { return slices.Contains(c.Lacks, Ranges) }

// readsOn reports whether bytes of the output of a job are read as a part of the whole:
// where that is so by the URL, or was found out and not too much comes before them.
func (v *Vault) readsOn(of vault.JobID, offset int64) bool {
	return v.config.hasNoRanges() || v.lacks.has(Ranges) && offset-v.kept.reached(of, offset) <= farAway
}

// skipTo tells how many bytes of an answer come before those of the range that was asked
// for; less than 0: the answer is the range and no more. The answer to a range that says
// of no other bytes which they are is the whole object.
func (v *Vault) skipTo(r vault.Range, out *s3.GetObjectOutput) (int64, error) {
	size, within := aws.ToInt64(out.ContentLength), aws.ToString(out.ContentRange)
	switch {
	case r.IsZero():
		return -1, nil
	case within != "":
		if size != r.Size || !strings.HasPrefix(within, fmt.Sprintf("bytes %d-%d/", r.Offset, r.End()-1)) {
			return 0, fmt.Errorf("%w: %d bytes that are said to be %.100q for bytes %d to %d", vault.ErrGarbled, size, within, r.Offset, r.End()-1)
		}
		return -1, nil
	case size == r.Size: // all of it, or a range that is not said to be one: of all there would be more
		return -1, nil
	case size < r.End():
		return 0, fmt.Errorf("%w: %d bytes for bytes %d to %d", vault.ErrGarbled, size, r.Offset, r.End()-1)
	case r.Offset > farAway && !v.config.hasNoRanges():
		return 0, fmt.Errorf("%w: the service takes no notice of ranges: it sent all %d bytes of the object for bytes %d to %d; "+
			"to read all that comes before a range with each: %s", vault.ErrInvalid, size, r.Offset, r.End()-1, adviseWithout(Ranges))
	}
	v.miss(Ranges)
	return r.Offset, nil
}

// section is some bytes of an output that has more. Those before are read, and thrown
// away, piece by piece, so that whoever waits for it sees that it moves: Read then
// returns no bytes and no error.
type section struct {
	body       io.ReadCloser
	skip, left int64 // bytes
	end        func() error
	buffer     []byte
}

// Read reads on.
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

// unexpected is an error in the middle of a section, where even an end is one.
func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // as a Reader returns it
		return io.ErrUnexpectedEOF
	}
	return err
}

// Close ends the reading.
func (s *section) Close() error { return s.end() }
