package s3vault

import (
	"fmt"
	"strings"
	"time"

	"firn/vault"
)

// What is kept with an object from the beginning.
const (
	metaDescription = "firn-description"
	metaModTime     = "mtime" // in seconds since 1970, as rclone writes and reads it
)

func metadata(req vault.UploadRequest) map[string]string {
	told := map[string]string{}
	if req.Description != "" {
		told[metaDescription] = escape(req.Description)
	}
	if t := req.ModTime; !t.IsZero() {
		told[metaModTime] = seconds(t)
	}
	return told
}

// seconds is a time in seconds since 1970, with nine decimals.
func seconds(t time.Time) string {
	n, sign := t.UnixNano(), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	return fmt.Sprintf("%s%d.%09d", sign, n/int64(time.Second), n%int64(time.Second))
}

// escape keeps what HTTP headers lose of a text: spaces at its ends and several in
// a row.
func escape(s string) string {
	s = strings.NewReplacer("%", "%25", "  ", "%20%20").Replace(s)
	if strings.HasPrefix(s, " ") {
		s = "%20" + s[1:]
	}
	if strings.HasSuffix(s, " ") {
		s = s[:len(s)-1] + "%20"
	}
	return s
}

// checkDescription says whether metadata keeps a text: printable ASCII of at most
// 1,024 bytes.
func checkDescription(text string) error {
	if len(text) > maxDescription || len(escape(text)) > 2*maxDescription-len(metaDescription) {
		return fmt.Errorf("description of %d characters: %w: metadata keeps up to %d", len(text), vault.ErrInvalid, maxDescription)
	}
	for i := range len(text) {
		if !vault.IsPrintable(text[i]) {
			return fmt.Errorf("description %q: %w: metadata keeps printable ASCII characters only", text, vault.ErrInvalid)
		}
	}
	return nil
}
