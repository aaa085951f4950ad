package pack_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
)

func pointerAttacks() []attack {
	frame := func(name, want string, change func([]byte) []byte) attack {
		return attack{name, want, func(f *forgery) { f.pointerFrame = change }}
	}
	return []attack{
		point("format", "other pack", `the format "other pack"`),
		point("version", 2, "this program reads version 1"),
		point("version", 0, "this program reads version 1"),
		point("version", "1", "the pointer is not JSON"),
		point("version", 1.5, "the pointer is not JSON"),
		point("id", "../../etc/passwd", `the id "../../etc/passwd"`),
		point("id", strings.ToUpper(testID), "32 lower-case"),
		point("id", otherID, "the pointer has "+otherID),
		point("tail.frame", -1, "the frame -1"),
		point("tail.frame", 0, "others have"),
		point("tail.frame", 2, ""),
		point("tail.frame", int64(1)<<62, "begins at the frame"),
		point("tail.packOffset", 0, "by the seek table"),
		point("tail.packOffset", int64(math.MinInt64), "by the seek table"),
		point("tail.offset", 1, "by the seek table"),
		point("index.offset", 0, "not in its place"),
		point("index.offset", int64(1)<<62, "not in its place"),
		point("index.offset", int64(math.MaxInt64), "not in its place"),
		point("index.size", 0, "index.jsonl has 0 bytes"),
		point("index.size", -5, "index.jsonl has -5 bytes"),
		point("index.size", 8*gib+1, "the limit is 8589934592"),
		point("index.size", 8*gib, "not in its place"),
		point("index.size", 5000, "not in its place"),
		point("index.size", 10, "the digest of index.jsonl differs"),
		point("index.digest", digest("").String(), "the digest of index.jsonl differs"),
		point("index.digest", "md5:00", "is not a digest"),
		point("index.digest", "sha256:"+strings.Repeat("0", 64), "has no digest"),
		point("index.digest", strings.ToUpper(digest("").String()), "is not a digest"),
		point("changes.digest", digest("").String(), "the digest of changes.jsonl differs"),
		point("changes.offset", 1600, "not in its place"),
		point("changes.size", 1<<20, "not in its place"),
		frame("a pointer that is no JSON", "the pointer is not JSON", func(b []byte) []byte { b[8] = '['; return b }),
		frame("a pointer with something after it", "the pointer is not JSON", func(b []byte) []byte { b[1023] = '{'; return b }),
		frame("a pointer of another size", "no pointer frame", func(b []byte) []byte { b[4]++; return b }),
		frame("an empty pointer", "the pointer is not JSON", func(b []byte) []byte { clear(b[8:]); return b }),
	}
}

func frameAttacks() []attack {
	tailFrame := func(name, want string, frame func(f *forgery, content []byte) []byte) attack {
		return attack{name, want, func(f *forgery) {
			f.frame = func(i int, content []byte) []byte {
				if i == 0 {
					return nil
				}
				return frame(f, content)
			}
		}}
	}
	header := func(descriptor byte, rest ...byte) []byte {
		return append([]byte{0x28, 0xB5, 0x2F, 0xFD, descriptor}, rest...)
	}
	return []attack{
		tailFrame("a frame with a shorter content", "declares", func(f *forgery, c []byte) []byte { return f.zstd.EncodeAll(c[1:], nil) }),
		tailFrame("a bomb", "declares 33554432 bytes", func(f *forgery, _ []byte) []byte {
			return f.zstd.EncodeAll(make([]byte, 32<<20), nil)[:100]
		}),
		tailFrame("two frames in one", "decode the frame", func(f *forgery, c []byte) []byte {
			return append(f.zstd.EncodeAll(c, nil), f.zstd.EncodeAll([]byte("more"), nil)...)
		}),
		tailFrame("a frame without a content size", "declares 0 bytes", func(*forgery, []byte) []byte { return header(0, 0x50, 1, 0, 0) }),
		tailFrame("a window of 64 MiB", "needs a window of 67108864", func(_ *forgery, c []byte) []byte {
			return binary.LittleEndian.AppendUint32(header(0x80, 16<<3), uint32(len(c)))
		}),
		tailFrame("a window of 3.75 TiB", "needs a window of", func(_ *forgery, c []byte) []byte {
			return binary.LittleEndian.AppendUint32(header(0x80, 0xFF), uint32(len(c)))
		}),
		tailFrame("a dictionary", "needs a dictionary", func(_ *forgery, c []byte) []byte {
			return binary.LittleEndian.AppendUint32(header(0xA1, 7), uint32(len(c)))
		}),
		tailFrame("a skippable frame", "is skippable", func(*forgery, []byte) []byte {
			return []byte{0x5F, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4}
		}),
		tailFrame("no frame", "the header of the frame", func(*forgery, []byte) []byte { return []byte("this is no frame of zstd") }),
		tailFrame("a frame that is cut", "decode the frame", func(f *forgery, c []byte) []byte {
			frame := f.zstd.EncodeAll(c, nil)
			return frame[:len(frame)-10]
		}),
		tailFrame("a frame with a flipped bit", "", func(f *forgery, c []byte) []byte {
			frame := f.zstd.EncodeAll(c, nil)
			frame[len(frame)/2] ^= 1
			return frame
		}),
		{"a data frame with another content", "the checksum of the frame 0", func(f *forgery) {
			f.frame = func(i int, c []byte) []byte {
				if i > 0 {
					return nil
				}
				return f.zstd.EncodeAll(bytes.ToUpper(c), nil)
			}
		}},
	}
}
