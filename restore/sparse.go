package restore

import (
	"io"

	"firn/record"
)

// sparse writes a content in its order, and leaves zero bytes in holes out. A hole that has
// other bytes is no hole.
type sparse struct {
	to    io.WriterAt
	at    int64
	holes []record.Extent // in their order; those that end before at are dropped
}

func (s *sparse) write(p []byte) error {
	for len(p) > 0 {
		n, isHole := s.next(int64(len(p)))
		if part := p[:n]; !isHole || !isZero(part) {
			if _, err := s.to.WriteAt(part, s.at); err != nil {
				return err
			}
		}
		s.at += n
		p = p[n:]
	}
	return nil
}

// next returns how many of the next n bytes are alike: in a hole, or in none.
func (s *sparse) next(n int64) (alike int64, isHole bool) {
	for len(s.holes) > 0 && s.at-s.holes[0].Offset >= s.holes[0].Size {
		s.holes = s.holes[1:]
	}
	switch {
	case len(s.holes) == 0:
		return n, false
	case s.at < s.holes[0].Offset:
		return min(n, s.holes[0].Offset-s.at), false
	}
	return min(n, s.holes[0].Size-(s.at-s.holes[0].Offset)), true
}

func isZero(p []byte) bool {
	for _, b := range p {
		if b != 0 {
			return false
		}
	}
	return true
}
