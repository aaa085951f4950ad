package uploads

import (
	"errors"
	"strings"
	"testing"

	"firn/cmd/firn/internal/cli"
	"firn/upload"
)

// No hint removes an upload that may still be completed.
func TestPartSizeHintsKeepWhatIsInDoubt(t *testing.T) {
	for otherwise, aborts := range map[string]bool{"": true, "add lacks=crc64nvme to the vault's URL": false} {
		s := &uploadSession{program: &cli.Program{Args: []string{"firn", "upload", "s3://films", "june.mov"}}, vaultArg: "s3://films"}
		e := &upload.PartSizeError{
			Upload: "u", PartSize: 8 << 20, Fits: 16 << 20, MaxParts: 1000, Guessed: true, Otherwise: otherwise, Cause: errors.New("MalformedXML"),
		}
		for _, path := range []string{"june.mov", "-"} {
			hints := strings.Join(s.partSizeHints(e, path), "\n")
			if !strings.Contains(hints, otherwise) || strings.Contains(hints, "abort") != aborts || strings.Contains(hints, "never") != aborts {
				t.Errorf("%q: %s", otherwise, hints)
			}
		}
		if strings.Contains(e.Error(), "probably cannot") == aborts {
			t.Errorf("%q: %v", otherwise, e)
		}
	}
}
