package description

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const rsyncPrefix = "grsync|"

// decodeRsync decodes the form of glacier-rsync:
//
//	grsync|absolute path|size|mtime|the user's words
//
// Size and mtime describe the file before compression; mtime is in seconds, with a
// fraction. The path and the user's text may contain a bar: the path ends before the first
// two consecutive fields that are numbers.
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

// parseSeconds parses seconds since 1970, such as 1436059321.25.
func parseSeconds(s string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1<<38 { // several thousand years
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e9))).UTC(), true
}
