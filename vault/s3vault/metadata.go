package s3vault

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"firn/vault"
)

// Metadata that an object gets when its upload begins.
const (
	metaDescription = "firn-description"
	metaModTime     = "mtime" // in seconds since 1970, as rclone writes and reads it
)

func metadata(req vault.UploadRequest) map[string]string {
	data := map[string]string{}
	if req.Description != "" {
		data[metaDescription] = escape(req.Description)
	}
	if t := req.ModTime; !t.IsZero() {
		data[metaModTime] = seconds(t)
	}
	return data
}

// seconds formats a time as seconds since 1970 with nine decimals.
func seconds(t time.Time) string {
	whole, part, sign := t.Unix(), t.Nanosecond(), ""
	if whole < 0 {
		whole, sign = -whole, "-"
		if part > 0 {
			whole, part = whole-1, int(time.Second)-part
		}
	}
	return fmt.Sprintf("%s%d.%09d", sign, whole, part)
}

// modTime returns the last change of the file that an object was made of, from its
// metadata; zero if there is none that makes sense. Other tools write any number of
// decimals.
func modTime(found *s3.HeadObjectOutput) time.Time {
	said := regexp.MustCompile(`^(-?)(\d{1,12})(?:\.(\d{1,9})\d*)?$`).FindStringSubmatch(found.Metadata[metaModTime])
	if said == nil {
		return time.Time{}
	}
	whole, _ := strconv.ParseInt(said[2], 10, 64) // at most 12 digits, so it cannot fail; the next cannot either
	part, _ := strconv.ParseInt((said[3] + strings.Repeat("0", 9))[:9], 10, 64)
	if said[1] != "" {
		whole, part = -whole, -part
	}
	return time.Unix(whole, part).UTC()
}

// escape protects the parts of a text that HTTP headers do not preserve: spaces at its ends
// and several spaces in a row.
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

// checkDescription returns ErrInvalid unless text is printable ASCII of at most 1,024
// bytes, which metadata preserves.
func checkDescription(text string) error {
	if len(text) > maxDescription || len(escape(text)) > 2*maxDescription-len(metaDescription) {
		return vault.Errorf(vault.ErrInvalid, "description of %d characters: metadata keeps up to %d", len(text), maxDescription)
	}
	for i := range len(text) {
		if !vault.IsPrintable(text[i]) {
			return vault.Errorf(vault.ErrInvalid, "description %q: metadata keeps printable ASCII characters only", text)
		}
	}
	return nil
}
