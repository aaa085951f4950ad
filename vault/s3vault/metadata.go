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
	whole, part, sign := t.Unix(), t.Nanosecond(), ""
	if whole < 0 {
		whole, sign = -whole, "-"
		if part > 0 {
			whole, part = whole-1, int(time.Second)-part
		}
	}
	return fmt.Sprintf("%s%d.%09d", sign, whole, part)
}

// modTime is the time that an object keeps of the file that it was made of; zero if it
// keeps none that makes sense. Others write as many decimals as they like.
func modTime(found *s3.HeadObjectOutput) time.Time {
	said := regexp.MustCompile(`^(-?)(\d{1,12})(?:\.(\d{1,9})\d*)?$`).FindStringSubmatch(found.Metadata[metaModTime])
	if said == nil {
		return time.Time{}
	}
	whole, _ := strconv.ParseInt(said[2], 10, 64) // digits, and few of them; so are the others
	part, _ := strconv.ParseInt((said[3] + strings.Repeat("0", 9))[:9], 10, 64)
	if said[1] != "" {
		whole, part = -whole, -part
	}
	return time.Unix(whole, part).UTC()
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
