package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"time"

	"firn/catalog/internal/contents"
)

// exportFormat is the version of what Write writes.
const exportFormat = 1

// Write writes items to w: lines of JSON. The first line says that this is an export and
// when it was made, the last one how many lines there were, so that an export which was
// cut off is noticed. An upload or a download of very many parts has several lines, so
// that no more of it is held in memory. Each is called with each item that was written.
func Write(w io.Writer, made time.Time, items iter.Seq2[contents.Item, error], each func(contents.Item)) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false) // URLs stay readable
	if err := lines.Encode(headLine{"catalog", exportFormat, made}); err != nil {
		return err
	}
	written := int64(0)
	for i, err := range items {
		if err != nil {
			return err
		}
		if err := lines.Encode(lineOf(i)); err != nil {
			return err
		}
		written++
		each(i)
	}
	if err := lines.Encode(endLine{"end", written}); err != nil {
		return err
	}
	return out.Flush()
}
