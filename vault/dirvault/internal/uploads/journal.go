package uploads

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// journal is the append-only record of the parts of one upload, in JSON lines. The
// last line for an offset counts. A line is flushed to the disk before the next
// one is begun, so only the last can be torn, and then its part was never
// acknowledged.
type journal struct {
	dir      *os.Root
	name     string
	partSize int64

	mu     sync.Mutex
	loaded bool
	size   int64 // bytes of whole lines; the next one goes there
	parts  map[int64]vault.Part
}

// entry is a line of the journal. Size 0 means that there is no part at Offset any more.
type entry struct {
	Offset   int64         `json:"offset"`
	Size     int64         `json:"size"`
	TreeHash treehash.Hash `json:"tree_hash"`
}

func (e entry) Check(partSize int64) error {
	if e.Size == 0 {
		return layout.CheckPosition(e.Offset, 1, partSize)
	}
	if e.TreeHash.IsZero() {
		return errors.New("a part without a tree hash")
	}
	return layout.CheckPosition(e.Offset, e.Size, partSize)
}

// part returns the part at offset; its Size is 0 if there is none.
func (j *journal) part(offset int64) (vault.Part, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.load(); err != nil {
		return vault.Part{}, err
	}
	return j.parts[offset], nil
}

// list returns all parts, sorted by offset.
func (j *journal) list() ([]vault.Part, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.load(); err != nil {
		return nil, err
	}
	return inOrder(j.parts), nil
}

// listAsItIs is list of a file that cannot be written.
func (j *journal) listAsItIs() ([]vault.Part, error) {
	parts, _, err := j.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	return inOrder(parts), nil
}

func inOrder(parts map[int64]vault.Part) []vault.Part {
	return slices.SortedFunc(maps.Values(parts), func(a, b vault.Part) int { return cmp.Compare(a.Offset, b.Offset) })
}

// add records, durably, that p is there. The caller has flushed its bytes.
func (j *journal) add(p vault.Part) error {
	return j.append(entry{Offset: p.Offset, Size: p.Size, TreeHash: p.TreeHash})
}

// remove records, durably, that there is no part at offset.
func (j *journal) remove(offset int64) error {
	return j.append(entry{Offset: offset})
}

func (j *journal) append(e entry) error {
	line, err := e.line()
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.load(); err != nil {
		return err
	}
	if err := writeAt(j.dir, j.name, line, j.size); err != nil {
		return err
	}
	j.size += int64(len(line))
	e.apply(j.parts)
	return nil
}

// line is how the entry is written.
func (e entry) line() ([]byte, error) {
	line, err := json.Marshal(e)
	return append(line, '\n'), err
}

func (e entry) apply(parts map[int64]vault.Part) {
	if e.Size == 0 {
		delete(parts, e.Offset)
		return
	}
	parts[e.Offset] = vault.Part{Offset: e.Offset, Size: e.Size, TreeHash: e.TreeHash}
}

// writeAt writes and flushes. After a failed write the next one begins at the same offset,
// and overwrites the bytes that were left.
func writeAt(dir *os.Root, name string, data []byte, offset int64) error {
	f, err := dir.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, offset)
	if err == nil {
		err = durable.SyncFile(f)
	}
	return errors.Join(err, f.Close())
}

// load reads the journal the first time that it is needed, and writes it anew: a line
// whose flush had failed can be read, but it is not on the disk, and another flush would
// not write it.
func (j *journal) load() error {
	if j.loaded {
		return nil
	}
	parts, empty, err := j.read()
	if err != nil {
		return fmt.Errorf("%s: %w", j.name, err)
	}
	var lines []byte
	for _, offset := range slices.Sorted(maps.Keys(parts)) {
		p := parts[offset]
		line, err := entry{Offset: p.Offset, Size: p.Size, TreeHash: p.TreeHash}.line()
		if err != nil {
			return err
		}
		lines = append(lines, line...)
	}
	if !empty {
		if err := durable.ReplaceFile(j.dir, j.name, lines); err != nil {
			return err
		}
	}
	j.parts, j.size, j.loaded = parts, int64(len(lines)), true
	return nil
}

// read returns the parts in the file, and whether the file is empty.
func (j *journal) read() (parts map[int64]vault.Part, empty bool, err error) {
	f, err := j.dir.Open(j.name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	parts, _, err = readJournal(f, j.partSize)
	return parts, info.Size() == 0, err
}

// maxLine is the size in bytes of the longest line of a journal, with room.
const maxLine = 512

// readJournal returns the parts in a journal, and the offset of the end of its last
// whole line. A last line that makes no sense is torn and left out. If another line makes
// no sense, the file is damaged.
func readJournal(r io.Reader, partSize int64) (parts map[int64]vault.Part, size int64, err error) {
	b := bufio.NewReaderSize(r, maxLine)
	parts = make(map[int64]vault.Part)
	for {
		line, err := b.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return parts, size, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, 0, err
		}
		e, err := parseEntry(line, partSize)
		if err != nil {
			if _, end := b.Peek(1); errors.Is(end, io.EOF) {
				return parts, size, nil
			}
			return nil, 0, fmt.Errorf("%w at byte %d: %w", durable.ErrDamaged, size, err)
		}
		e.apply(parts)
		size += int64(len(line))
	}
}

func parseEntry(line []byte, partSize int64) (entry, error) {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return entry{}, err
	}
	again, err := json.Marshal(e)
	if err != nil {
		return entry{}, err
	}
	if !bytes.Equal(again, bytes.TrimSuffix(line, []byte("\n"))) {
		return entry{}, errors.New("a line that is not in the form in which it is written")
	}
	return e, e.Check(partSize)
}
