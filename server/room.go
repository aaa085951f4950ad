package server

import "fmt"

// checkRoom refuses an upload of size bytes that would leave less of the disk
// free than the operator wants.
func (s *Server) checkRoom(size int64) error {
	if s.options.Free == nil {
		return nil
	}
	free, err := s.options.Free()
	if err != nil {
		return fmt.Errorf("looking how much of the disk is free: %w", err)
	}
	if free-size < s.options.FreeFloor {
		refusal := noRoom(fmt.Errorf("%d bytes are free, %d are to stay so, and %d came", free, s.options.FreeFloor, size))
		refusal.message = fmt.Sprintf("The server has no room for this: it keeps %d bytes of its disk free.", s.options.FreeFloor)
		return refusal
	}
	return nil
}
