package pack_test

import (
	"fmt"
	"slices"
	"strings"
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
