package pack_test

import (
	"strings"
)

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
