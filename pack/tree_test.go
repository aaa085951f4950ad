package pack_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"firn/pack"
)

// tree is a tree of odd files: entries and, for files, their contents.
func tree() (all []pack.Entry, contents map[string]string) {
	contents = map[string]string{}
	add := func(e pack.Entry) {
		e.ModTime = testTime.Add(time.Duration(len(all)) * 1_000_003 * time.Microsecond).Add(time.Duration(len(all)))
		e.ChangeTime, e.Inode = testTime, 1<<63+uint64(len(all))
		e.UID, e.GID, e.UserName, e.GroupName = 1000, 4_000_000_000, "jürgen", "users"
		all = append(all, e)
	}
	dir := func(name string) { add(pack.Entry{Type: pack.TypeDir, Name: name, Mode: 0o1755}) }
	file := func(name string, mode uint32, content string) {
		contents[name] = content
		add(pack.Entry{Type: pack.TypeFile, Name: name, Mode: mode, Size: int64(len(content))})
	}
	dir("tree")
	file("tree/empty", 0o600, "")
	file("tree/ spaces  ", 0o640, "a")
	file("tree/new\nline\ttab", 0o644, "line\n")
	file("tree/invalid \xff\xfe UTF-8", 0o444, "bytes")
	file("tree/"+strings.Repeat("n", 255), 0o644, "a long name")
	file("tree/ünïcödé-日本", 0o644, "text")
	file("tree/-C", 0o644, "an option")
	file(`tree/back\slash "quote" <&>`, 0o755, "x")
	file("tree/4096", 0o644, strings.Repeat("4", 4096))
	file("tree/4097", 0o644, strings.Repeat("5", 4097))
	file("tree/noise", 0o644, noise(1, 300_000))
	file("tree/setuid", 0o6755, "#!/bin/sh\n")
	deep := "tree"
	for range 30 {
		deep += "/" + strings.Repeat("d", 90)
		dir(deep)
	}
	file(deep+"/file", 0o644, "deep")
	add(pack.Entry{Type: pack.TypeSymlink, Name: "tree/link", LinkName: "../../else\xffwhere", Mode: 0o777})
	add(pack.Entry{Type: pack.TypeSymlink, Name: "tree/absolute", LinkName: "/" + strings.Repeat("t", 3000), Mode: 0o777})
	add(pack.Entry{Type: pack.TypeHardlink, Name: "tree/hard", LinkName: "tree/noise", Mode: 0o644})
	add(pack.Entry{Type: pack.TypeHardlink, Name: "tree/hard \xff", LinkName: "tree/invalid \xff\xfe UTF-8", Mode: 0o444})
	add(pack.Entry{Type: pack.TypeFifo, Name: "tree/fifo", Mode: 0o600})
	return all, contents
}

// devices are entries that only root can restore.
func devices() []pack.Entry {
	return []pack.Entry{
		{Type: pack.TypeChar, Name: "dev/null", Mode: 0o666, DevMajor: 1, DevMinor: 3},
		{Type: pack.TypeBlock, Name: "dev/sda", Mode: 0o660, DevMajor: 8, DevMinor: 1 << 19},
		{
			Type: pack.TypeDir, Name: "dev/xattrs", Mode: 0o755, Attributes: 0x20,
			Xattrs: map[string][]byte{"user.a=b%c": []byte("\x00\xff\n"), "user.\xff": []byte("bytes"), "user.empty": {}},
		},
	}
}

// writeTestTree writes a tree into a pack, and returns the entries as they were stored.
func writeTestTree(t *testing.T, o pack.WriterOptions, all []pack.Entry, contents map[string]string) ([]byte, []pack.Entry) {
	t.Helper()
	var stored []pack.Entry
	data, tail := write(t, o, func(w *pack.Writer) {
		for _, e := range all {
			got := add(t, w, e, contents[e.Name])
			if e.Type == pack.TypeFile {
				if e.Digest, e.Offset = digest(contents[e.Name]), got.Offset; e.Offset == 0 {
					t.Errorf("%q has no offset", e.Name)
				}
			}
			if !reflect.DeepEqual(got, e) {
				t.Errorf("added %+v, want %+v", got, e)
			}
			stored = append(stored, got)
		}
	})
	if got := readTail(t, data); !reflect.DeepEqual(got, tail) {
		t.Errorf("the tail is %+v, Close returned %+v", got, tail)
	}
	return data, stored
}
