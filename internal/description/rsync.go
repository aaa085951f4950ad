package description

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const rsyncPrefix = "grsync|"

// decodeRsync reads what glacier-rsync writes:
//
//	grsync|absolute path|size|mtime|the user's words
//
// Size and mtime are those of the file, before it was compressed; mtime is in
// seconds, with a fraction. A path or the user's words may hold a bar, too: the
// path ends before the first two fields that are numbers.
func decodeRsync(raw string) (Decoded, bool) {
	fields := strings.Split(strings.TrimPrefix(raw, rsyncPrefix), "|")
	for i := 1; i+1 < len(fields); i++ {
		size, err := strconv.ParseInt(fields[i], 10, 64)
		mtime, ok := parseSeconds(fields[i+1])
		if err != nil || size < 0 || !ok {
			continue
		}
		return Decoded{
			Tool: GlacierRsync, Name: strings.Join(fields[:i], "|"), ModTime: mtime, Size: size,
			Note: strings.Join(fields[i+2:], "|"),
		}, true
	}
	return Decoded{}, false
}

// parseSeconds reads seconds since 1970, such as 1436059321.25.
func parseSeconds(s string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1<<38 { // some thousand years
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e9))).UTC(), true
}
