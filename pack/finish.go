package pack

import (
	"fmt"
	"slices"
)

// finish writes what follows the data.
func (w *Writer) finish() (*Tail, error) {
	for _, l := range []*lines{&w.index, &w.changes} {
		if err := l.sequence.finish(); err != nil {
			return nil, fmt.Errorf("end %s: %w", l.spool.name, err)
		}
	}
	if err := w.tar.Flush(); err != nil {
		return nil, err
	}
	if err := w.frames.cut(); err != nil {
		return nil, err
	}
	p := &pointer{
		Format: pointerFormat, Version: Version, ID: w.id,
		Tail: pointerTail{Frame: w.frames.count, PackOffset: w.frames.written, Offset: w.frames.offset},
	}
	var err error
	if p.Index, err = w.writeLines(&w.index); err != nil {
		return nil, err
	}
	if p.Changes, err = w.writeLines(&w.changes); err != nil {
		return nil, err
	}
	if err := w.tar.Close(); err != nil {
		return nil, err
	}
	if err := w.frames.cut(); err != nil {
		return nil, err
	}
	return w.writeEnd(p)
}

// writeLines writes the member of the index or of the changes.
func (w *Writer) writeLines(l *lines) (place, error) {
	s := l.spool
	if err := w.header(formatHeader(".firn/"+w.id+"/"+s.name, s.size, w.created)); err != nil {
		return place{}, err
	}
	at := place{Offset: w.frames.offset, Size: s.size, Digest: s.digest()}
	return at, s.copyTo(w.tar)
}

// writeEnd writes the pointer and the seek table.
func (w *Writer) writeEnd(p *pointer) (*Tail, error) {
	frame, err := p.frame()
	if err != nil {
		return nil, err
	}
	if err := w.frames.writeRaw(frame); err != nil {
		return nil, err
	}
	seek, err := w.frames.table.EndStream()
	if err != nil {
		return nil, fmt.Errorf("end the seek table: %w", err)
	}
	if err := w.frames.writeRaw(seek); err != nil {
		return nil, err
	}
	w.end = slices.Concat(frame, seek)
	return newTail(p, seek, w.frames.written)
}
