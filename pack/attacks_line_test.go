package pack_test

import (
	"strings"
)

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
