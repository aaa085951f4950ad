package pack_test

import (
	"bytes"
	"encoding/binary"
	"strings"

	"firn/pack"
)

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
