package backups

import (
	"firn/record"
)

// changeObject is a difference of two snapshots on standard output.
type changeObject struct {
	MessageType string      `json:"message_type"`
	Change      string      `json:"change"` // + - M T U
	Path        string      `json:"path"`
	PathBase64  string      `json:"path_base64,omitempty"` // of a path that is not UTF-8
	Was         *fileObject `json:"was"`                   // null: the file is new
	Is          *fileObject `json:"is"`                    // null: the file is gone
}

// changesObject is the sum of the differences of two snapshots on standard output.
type changesObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	From        string `json:"from"`
	To          string `json:"to"`
	changes
}

// changes counts differences.
type changes struct {
	New      int   `json:"new"`
	Gone     int   `json:"gone"`
	Changed  int   `json:"changed"`  // in content or type
	Metadata int   `json:"metadata"` // only that
	Added    int64 `json:"bytes_added"`
	Removed  int64 `json:"bytes_removed"`
}

// add counts a difference and returns its mark.
func (c *changes) add(d record.Difference) string {
	content := func(f record.File) int64 {
		if f.Kind == record.Regular {
			return f.Size
		}
		return 0
	}
	isOther := d.Was.Content != d.Is.Content || d.Was.Size != d.Is.Size && d.Is.Kind == record.Regular || d.Was.More.Link != d.Is.More.Link
	switch {
	case d.Was.Kind == 0:
		c.New++
		c.Added += content(d.Is)
		return "+"
	case d.Is.Kind == 0:
		c.Gone++
		c.Removed += content(d.Was)
		return "-"
	case d.Was.Kind == d.Is.Kind && !isOther:
		c.Metadata++
		return "U"
	}
	c.Changed++
	c.Added += content(d.Is)
	c.Removed += content(d.Was)
	if d.Was.Kind != d.Is.Kind {
		return "T"
	}
	return "M"
}

func newChangeObject(mark string, d record.Difference) changeObject {
	o := changeObject{MessageType: "change", Change: mark, Path: shownPath(d.Path), PathBase64: shownRaw(shownPath(d.Path))}
	side := func(f record.File) *fileObject {
		if f.Kind == 0 {
			return nil
		}
		file := newFileObject("file", d.Path, f)
		return &file
	}
	o.Was, o.Is = side(d.Was), side(d.Is)
	return o
}
