package pack_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"firn/pack"
)

const (
	gib     = int64(1) << 30
	segment = int64(64) << 20
)

// attack is a pack that a reader must refuse, with the words of the error.
type attack struct {
	name, want string
	change     func(f *forgery)
}

// line returns an attack whose index has more lines.
func line(name, want string, lines ...string) attack {
	return attack{name, want, func(f *forgery) { f.index = firstIndexLine + strings.Join(lines, "\n") + "\n" }}
}

// change returns an attack whose changes have more lines.
func change(name, want string, lines ...string) attack {
	return attack{name, want, func(f *forgery) { f.changes = firstChangesLine + strings.Join(lines, "\n") + "\n" }}
}

func point(path string, value any, want string) attack {
	return attack{fmt.Sprintf("the pointer says %s %v", path, value), want, func(f *forgery) { f.pointer = set(path, value) }}
}

func reg(fields string) string {
	return `{"type":"reg","name":"f",` + anyDigest + `,` + fields + `}`
}

func large(fields string) string { return reg(fmt.Sprintf(`"size":%d,%s`, gib, fields)) }

func chunk(offset, size int64, fields string) string {
	return fmt.Sprintf(`{"type":"chunk","name":"f","chunkOffset":%d,"chunkSize":%d,%s}`, offset, size, fields)
}

const (
	hole        = `"chunkType":"zeros"`
	chunkDigest = `"chunkDigest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"`
	otherID     = "ffffffffffffffffffffffffffffffff"
)

func attacks() []attack {
	return slices.Concat(structureAttacks(), tableAttacks(), pointerAttacks(), frameAttacks(),
		lineAttacks(), nameAttacks(), chunkAttacks(), changeAttacks())
}

func structureAttacks() []attack {
	cut := func(name, want string, keep func(n int) int) attack {
		return attack{name, want, func(f *forgery) {
			f.pack = func(data []byte) []byte { return data[:keep(len(data))] }
		}}
	}
	remove := func(name, want string, n int) attack {
		return attack{name, want, func(f *forgery) { f.pack = func(data []byte) []byte { return data[n:] } }}
	}
	return []attack{
		cut("nothing", "it has 0 bytes", func(int) int { return 0 }),
		cut("one byte", "it has 1 bytes", func(int) int { return 1 }),
		cut("all but 100 bytes", "does not end with a seek table", func(n int) int { return n - 100 }),
		cut("without the last byte", "does not end with a seek table", func(n int) int { return n - 1 }),
		cut("without the footer", "does not end with a seek table", func(n int) int { return n - 9 }),
		remove("without the first byte", "the pointer is at", 1),
		remove("without the first frame", "the pointer is at", 40),
		{"a byte at the end", "does not end with a seek table", func(f *forgery) {
			f.pack = func(data []byte) []byte { return append(data, 0) }
		}},
		{"bytes before the seek table", "no pointer frame", func(f *forgery) {
			f.table = func(frame []byte) []byte { return append(make([]byte, 100), frame...) }
		}},
		{"bytes before the pointer", "the pointer is at", func(f *forgery) {
			f.pointerFrame = func(frame []byte) []byte { return append(make([]byte, 100), frame...) }
		}},
		{"two pointers", "the pointer is at", func(f *forgery) {
			f.pointerFrame = func(frame []byte) []byte { return append(frame, frame...) }
		}},
		{"no pointer", "it has", func(f *forgery) { f.pointerFrame = func([]byte) []byte { return nil } }},
		{"a pack of a few bytes that ends well", "it has", func(f *forgery) {
			f.pack = func(data []byte) []byte { return data[len(data)-60:] }
		}},
	}
}

func tableAttacks() []attack {
	table := func(name, want string, change func([]byte) []byte) attack {
		return attack{name, want, func(f *forgery) { f.table = change }}
	}
	count := func(n uint32) func([]byte) []byte {
		return func(frame []byte) []byte {
			binary.LittleEndian.PutUint32(frame[len(frame)-9:], n)
			return frame
		}
	}
	return []attack{
		table("no frames", "has 0 frames", count(0)),
		table("one frame less", "", count(2)),
		table("one frame more", "", count(5)),
		table("2,097,152 frames", "the seek table has", count(pack.MaxFrames)),
		table("2,097,153 frames", "the limit is 2097152", count(pack.MaxFrames+1)),
		table("4,294,967,295 frames", "the limit is 2097152", count(1<<32-1)),
		table("no checksums", "want checksums", setFooter(5, 0)),
		table("reserved bits", "want checksums", setFooter(5, 0x84)),
		table("another magic number", "does not end with a seek table", setFooter(1, 0)),
		table("another frame type", "the seek table:", func(frame []byte) []byte { frame[0]++; return frame }),
		table("a longer frame", "instead of 45", func(frame []byte) []byte { frame[4]++; return frame }),
		table("a frame of 4 GiB", "the limit is 33554432", setTable(0, 1, 1<<32-1)),
		table("a frame of 4 GiB, compressed", "the limit is 33554432", setTable(0, 0, 1<<32-1)),
		table("a frame of 32 MiB and 1 byte", "the limit is 33554432", setTable(0, 1, 32<<20+1)),
		table("an empty frame", "the frame 0 has 0 bytes", setTable(0, 1, 0)),
		table("a frame of no bytes", "compressed 0", setTable(0, 0, 0)),
		table("a frame larger than its content", "compressed 5000", setTable(0, 0, 5000)),
		table("a longer first frame", "the pointer is at", setTable(0, 0, 100)),
		table("a tail that begins elsewhere", "by the seek table", func(frame []byte) []byte {
			return setTable(0, 0, binary.LittleEndian.Uint32(frame[8:])+1)(setTable(1, 0, binary.LittleEndian.Uint32(frame[20:])-1)(frame))
		}),
		table("another size of the data", "by the seek table", setTable(0, 1, 2000)),
		{"frames out of order", "", func(f *forgery) {
			f.index = firstIndexLine + strings.Repeat(strings.TrimSuffix(goodEntry, "\n")+strings.Repeat(" ", 300)+"\n", 10)
			f.pack = func(data []byte) []byte {
				// The table still lists them in their order: exchange the entries of frames 1 and 2.
				at := len(data) - 9 - 12*countFrames(data)
				swap := bytes.Clone(data[at+12 : at+24])
				copy(data[at+12:], data[at+24:at+36])
				copy(data[at+24:], swap)
				return data
			}
		}},
		table("irregular frames", "others have", func(frame []byte) []byte {
			return setTable(1, 1, 1000)(frame)
		}),
		table("another checksum", "the checksum of the frame 0", setTable(0, 2, 5)),
		table("another checksum in the tail", "the checksum of the frame 1", setTable(1, 2, 5)),
	}
}

func countFrames(data []byte) int { return int(binary.LittleEndian.Uint32(data[len(data)-9:])) }

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

func lineAttacks() []attack {
	first := func(name, want, line string) attack {
		return attack{name, want, func(f *forgery) { f.index = line + "\n" + goodEntry }}
	}
	return []attack{
		first("no first line", `line 1 of index.jsonl: the type is "reg"`, strings.TrimSuffix(goodEntry, "\n")),
		first("the first line of the changes", `the type is "changes"`, strings.TrimSuffix(firstChangesLine, "\n")),
		first("a newer version", "this program reads version 1", `{"type":"pack","version":2,"id":"`+testID+`"}`),
		first("another id", `the id is "`+otherID, `{"type":"pack","version":1,"id":"`+otherID+`"}`),
		first("an empty first line", "line 1 of index.jsonl", ""),
		{"a last line without an end", "it has no end", func(f *forgery) { f.index = firstIndexLine + goodEntry[:len(goodEntry)-1] }},
		{"a line of 1 MiB and 1 byte", "line 2 of index.jsonl: it has more than 1048576 bytes", func(f *forgery) {
			f.index = firstIndexLine + `{"name":"` + strings.Repeat("a", 1<<20) + "\"}\n"
			f.frameSize = 1 << 20
		}},
		{"a line without an end", "it has more than 1048576 bytes", func(f *forgery) {
			f.index = firstIndexLine + strings.Repeat("[", 3<<20)
			f.frameSize = 1 << 20
		}},
		line("no JSON", "line 2 of index.jsonl", "hello"),
		line("an array", "line 2 of index.jsonl", "[]"),
		line("two objects on a line", "line 2 of index.jsonl", reg(`"offset":512`)+reg(`"offset":512`)),
		line("deeply nested", "line 2 of index.jsonl", `{"type":`+strings.Repeat("[", 900_000)),
		line("an empty line", "line 3 of index.jsonl", reg(`"offset":512`), ""),
		line("not UTF-8", "is not UTF-8", "{\"type\":\"dir\",\"name\":\"\xff\"}"),
		line("an unknown type", `the unknown type "whiteout"`, `{"type":"whiteout","name":"f"}`),
		line("a second first line", `the unknown type "pack"`, `{"type":"pack","name":"f"}`),
		line("no type", `the unknown type ""`, `{"name":"f"}`),
		line("gone in the index", "in the wrong list", `{"type":"gone","name":"f"}`),
		line("a snapshot in the index", "a name is empty", `{"type":"snapshot"}`),
		line("a negative size", "negative size", reg(`"size":-1,"offset":512`)),
		line("a negative offset", "negative size or offset", reg(`"size":1,"offset":-512`)),
		line("a size that is no integer", "line 2 of index.jsonl", reg(`"size":1e3,"offset":512`)),
		line("a size beyond 64 bits", "line 2 of index.jsonl", reg(`"size":18446744073709551617,"offset":512`)),
		line("a content beyond the data", "exceeds the data", reg(`"size":1000000,"offset":512`)),
		line("a content that wraps around", "exceeds the data", reg(`"size":9223372036854775807,"offset":9223372036854775807`)+"\n"),
		line("a content inside of a header", "inside of the member before it", reg(`"size":1,"offset":5`)),
		line("two members at one place", "inside of the member before it", reg(`"size":10,"offset":512`), reg(`"size":10,"offset":512`)),
		line("members out of order", "inside of the member before it", reg(`"size":10,"offset":1100`), reg(`"size":10,"offset":512`)),
		line("no digest", "has no digest", `{"type":"reg","name":"f","size":1,"offset":512}`),
		line("a short digest", "is not a digest", `{"type":"reg","name":"f","digest":"sha256:00","size":1,"offset":512}`),
		line("broken with a digest", "is broken and has a digest", `{"type":"broken","name":"f","offset":512,`+anyDigest+`}`),
		line("broken without an offset", "has no offset", `{"type":"broken","name":"f","size":5}`),
		line("a directory with a content", "and a content", `{"type":"dir","name":"f","size":5,"offset":512}`),
		line("a mode of 16 bits", "at most 12 bits", `{"type":"dir","name":"f","mode":65535}`),
		line("a negative mode", "line 2 of index.jsonl", `{"type":"dir","name":"f","mode":-1}`),
		line("an owner beyond 32 bits", "line 2 of index.jsonl", `{"type":"dir","name":"f","uid":4294967296}`),
		line("a time that is none", "line 2 of index.jsonl", `{"type":"dir","name":"f","modtime":"yesterday"}`),
		line("a time in the year 10000", "line 2 of index.jsonl", `{"type":"dir","name":"f","modtime":"10000-01-01T00:00:00Z"}`),
		line("too many extended attributes", "the limit is 262144", `{"type":"dir","name":"f","xattrs":{"user.a":"`+strings.Repeat("AAAA", 90_000)+`"}}`),
		line("an extended attribute without a name", "which is no name", `{"type":"dir","name":"f","xattrs":{"":"AAAA"}}`),
		line("an extended attribute that is not base64", "line 2 of index.jsonl", `{"type":"dir","name":"f","xattrs":{"user.a":"!"}}`),
		line("a name of an attribute that is not base64", "is not base64", `{"type":"dir","name":"f","xattrsB64":{"!":"AAAA"}}`),
	}
}

func nameAttacks() (all []attack) {
	for name, want := range map[string]string{
		"":                            "a name is empty",
		"/etc/passwd":                 "is absolute",
		"..":                          `has the element ".."`,
		"../x":                        `has the element ".."`,
		"a/../../x":                   `has the element ".."`,
		"a/..":                        `has the element ".."`,
		"./x":                         `has the element "."`,
		"a/./x":                       `has the element "."`,
		"a//x":                        `has the element ""`,
		"a/":                          `has the element ""`,
		`a\u0000b`:                    "has a NUL byte",
		".firn":                       "belongs to the format",
		".firn/x":                     "belongs to the format",
		strings.Repeat("n", 32<<10+1): "the limit is 32768",
	} {
		all = append(all, line("a name "+name[:min(20, len(name))], want, `{"type":"dir","name":"`+name+`"}`))
		all = append(all, line("a hard link to "+name[:min(20, len(name))], want, `{"type":"hardlink","name":"f","linkName":"`+name+`"}`))
	}
	return append(
		all,
		line("a name in bytes with ..", `has the element ".."`, `{"type":"dir","nameB64":"Li4veA=="}`),
		line("two names", "a name as text and another as bytes", `{"type":"dir","name":"f","nameB64":"Zg=="}`),
		line("two targets", "a name as text and another as bytes", `{"type":"symlink","name":"f","linkName":"f","linkNameB64":"Zg=="}`),
		line("a name that is not base64", "line 2 of index.jsonl", `{"type":"dir","nameB64":"?"}`),
		line("a link to nothing", "is empty", `{"type":"symlink","name":"f"}`),
		line("a link with a NUL byte", "has a NUL byte", `{"type":"symlink","name":"f","linkName":"a\u0000b"}`),
		line("a link of 32 KiB and 1 byte", "the limit is 32768", `{"type":"symlink","name":"f","linkName":"`+strings.Repeat("l", 32<<10+1)+`"}`),
		line("a directory with a target", "and the target of a link", `{"type":"dir","name":"f","linkName":"x"}`),
	)
}

func chunkAttacks() []attack {
	var cover []string
	for at := int64(0); at < gib; at += segment {
		cover = append(cover, chunk(at, segment, chunkDigest))
	}
	lines := func(first string, rest ...string) []string { return append([]string{first}, rest...) }
	return []attack{
		line("a chunk without a file", "does not follow its file", chunk(0, 5, hole)),
		line("a chunk of another file", "does not follow its file", strings.Replace(reg(`"offset":512`), `"f"`, `"g"`, 1), chunk(0, 5, hole)),
		line("a chunk after a directory", "does not follow its file", `{"type":"dir","name":"f"}`, chunk(0, 5, hole)),
		line("a chunk after a broken file", "does not follow its file", `{"type":"broken","name":"f","size":10,"offset":512}`, chunk(0, 5, hole)),
		line("an empty chunk", "is empty", reg(`"size":100,"offset":512`), chunk(0, 0, hole)),
		line("a chunk beyond the file", "exceeds the file", reg(`"size":100,"offset":512`), chunk(50, 51, hole)),
		line("a chunk that wraps around", "exceeds the file", reg(`"size":100,"offset":512`), chunk(1<<62, 1<<62, hole)),
		line("a negative chunk", "negative size", reg(`"size":100,"offset":512`), chunk(-1, 5, hole)),
		line("overlapping chunks", "overlaps the one before it", reg(`"size":100,"offset":512`), chunk(0, 50, hole), chunk(49, 5, hole)),
		line("a loop of chunks", "overlaps the one before it", reg(`"size":100,"offset":512`), chunk(50, 50, hole), chunk(0, 50, hole)),
		line("the same chunk twice", "overlaps the one before it", reg(`"size":100,"offset":512`), chunk(0, 50, hole), chunk(0, 50, hole)),
		line("a segment of a small file", "and a segment", reg(`"size":100,"offset":512`), chunk(0, 50, chunkDigest)),
		line("a hole with a digest", "has a digest or an offset", reg(`"size":100,"offset":512`), chunk(0, 50, hole+","+chunkDigest)),
		line("a hole with an offset", "has a digest or an offset", reg(`"size":100,"offset":512`), chunk(0, 50, hole+`,"offset":600`)),
		line("a chunk without a digest", "has no digest", large(`"mode":0`), chunk(0, segment, `"offset":512`)),
		line("an unknown type of chunk", `the unknown type "delta"`, reg(`"size":100,"offset":512`), chunk(0, 50, `"chunkType":"delta"`)),
		line("a chunk with a size", "the size or the digest of a file", reg(`"size":100,"offset":512`), chunk(0, 50, hole+`,"size":5`)),
		line("a large file without chunks", "end at 0 of 1073741824 bytes", large(`"mode":0`)),
		line("a large file with a chunk too few", "end at 1006632960 of 1073741824", lines(large(`"mode":0`), cover[:15]...)...),
		line("a large file, and another after it", "end at 1006632960 of", append(lines(large(`"mode":0`), cover[:15]...), `{"type":"dir","name":"g"}`)...),
		line("a segment of another size", "is not a segment", large(`"mode":0`), chunk(0, segment-1, chunkDigest)),
		line("a segment is missing", "is not a segment", large(`"mode":0`), cover[0], cover[2]),
		line("one segment for all", "is not a segment", large(`"mode":0`), chunk(0, gib, chunkDigest)),
		line("a segment beyond the data", "exceeds the data", large(`"mode":0`), chunk(0, segment, chunkDigest+`,"offset":512`)),
		line("a chunk too many", "exceeds the file", append(lines(large(`"mode":0`), cover...), chunk(gib, segment, chunkDigest))...),
	}
}

func changeAttacks() []attack {
	snapshot := func(fields string) string { return `{"type":"snapshot",` + fields + `}` }
	return []attack{
		change("a change with an offset", "is a change and has an offset", reg(`"size":1,"offset":512`)),
		change("broken in the changes", "in the wrong list", `{"type":"broken","name":"f","offset":512}`),
		change("gone with a bad name", `has the element ".."`, `{"type":"gone","name":"../x"}`),
		change("a segment with an offset in the changes", "has an offset of its own", large(`"mode":0`), chunk(0, segment, chunkDigest+`,"offset":512`)),
		change("some segments in the changes", "end at 67108864 of 1073741824 bytes", large(`"mode":0`), chunk(0, segment, chunkDigest)),
		change("a snapshot between chunks", "end at 67108864 of", large(`"mode":0`), chunk(0, segment, chunkDigest), snapshot(`"snapshot":"`+otherID+`","sequence":1`)),
		change("a snapshot without an id", "the id of a snapshot", snapshot(`"sequence":1`)),
		change("a snapshot with a bad parent", "the parent of the snapshot", snapshot(`"snapshot":"`+otherID+`","sequence":1,"parent":"x"`)),
		change("a snapshot without a sequence", "the first is 1", snapshot(`"snapshot":"`+otherID+`"`)),
		change("a snapshot with a negative number", "skipped -1 files", snapshot(`"snapshot":"`+otherID+`","sequence":1,"skipped":-1`)),
		change("a snapshot with a bad root", `has the element ".."`, snapshot(`"snapshot":"`+otherID+`","sequence":1,"roots":[".."]`)),
		change("a snapshot with two forms of roots", "a name as text and another as bytes", snapshot(`"snapshot":"`+otherID+`","sequence":1,"roots":["a"],"rootsB64":["YQ=="]`)),
		change("an unknown change", `the unknown type "renamed"`, `{"type":"renamed","name":"f"}`),
	}
}

// Each pack is refused with the words of its error, without a panic and in bounded memory.
func TestHostilePacks(t *testing.T) {
	all := attacks()
	if len(all) < 60 {
		t.Errorf("there are %d attacks", len(all))
	}
	for _, attack := range all {
		f := forge(t)
		attack.change(f)
		data := f.build()
		f = nil
		var err error
		peak := peakMemory(func() { err = readAll(t.Context(), bytes.NewReader(data), int64(len(data))) })
		if peak > maxMemory {
			t.Errorf("%s: a reader needs %d MiB", attack.name, peak>>20)
		}
		if err == nil || !errors.Is(err, pack.ErrInvalid) || !strings.Contains(err.Error(), attack.want) {
			t.Errorf("%s: got %.300v, want %q", attack.name, err, attack.want)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: the error has %d bytes", attack.name, len(err.Error()))
		}
	}
}

// Every truncation is an error, whatever the reader has of the pack.
func TestTruncatedPacks(t *testing.T) {
	data := forge(t).build()
	for n := range data {
		if err := readAll(t.Context(), bytes.NewReader(data[:n]), int64(n)); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
		if err := readAll(t.Context(), bytes.NewReader(data[:n]), int64(len(data))); err == nil {
			t.Errorf("a reader that ends after %d bytes is no error", n)
		}
	}
}

// Every flipped bit is found.
func TestFlippedBits(t *testing.T) {
	f := forge(t)
	good := f.build()
	pointer := len(good) - 17 - 12*countFrames(good) - 1024
	for i := range good {
		data := bytes.Clone(good)
		data[i] ^= 1 << (i % 8)
		err := readAll(t.Context(), bytes.NewReader(data), int64(len(data)))
		// Nothing protects the spaces of the pointer and what zstd does not need.
		if err == nil && (i < pointer+8 || i >= pointer+1024) && !bytes.Equal(decoded(t, data), decoded(t, good)) {
			t.Errorf("byte %d was changed without an error", i)
		}
	}
}

func decoded(t *testing.T, data []byte) []byte {
	t.Helper()
	tail := readTail(t, data)
	whole, err := io.ReadAll(io.NewSectionReader(tail.Open(bytes.NewReader(data)), 0, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
