package dirvault_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault"
)

// The uploads of the killed process: a few parts, the last one shorter.
const (
	killPart = 64 << 10
	killSize = 3*killPart + 100
)

// killData is what the upload number seed has to become.
func killData(seed int) []byte {
	b := make([]byte, killSize)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 1}).Read(b)
	return b
}

// childUploads uploads and deletes without end, and says what it is about to do
// and what was acknowledged. It begins at the seed given by its parent.
func childUploads(dir string) error {
	v, err := dirvault.Open(dir, dirvault.Options{})
	if err != nil {
		return err
	}
	ctx := context.Background()
	seed, err := strconv.Atoi(os.Getenv("FIRN_TEST_SEED"))
	if err != nil {
		return err
	}
	for ; ; seed++ {
		if err := childUpload(ctx, v, seed); err != nil {
			return err
		}
	}
}

func childUpload(ctx context.Context, v *dirvault.Vault, seed int) error {
	data := killData(seed)
	id, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: killPart, Description: strconv.Itoa(seed)})
	if err != nil {
		return err
	}
	fmt.Println("upload", id, seed)
	send := func(data []byte, offset int64) error {
		part, body := partOf(data, offset, min(killPart, killSize-offset))
		_, err := v.UploadPart(ctx, id, part, body)
		return err
	}
	if seed%3 == 0 { // a part that is replaced later
		if err := send(killData(seed+1), 0); err != nil {
			return err
		}
	}
	c := vault.Completion{Size: killSize, TreeHash: treehash.Sum(data)}
	for offset := int64(0); offset < killSize; offset += killPart {
		if err := send(data, offset); err != nil {
			return err
		}
		fmt.Println("part", id, offset)
		part, _ := partOf(data, offset, min(killPart, killSize-offset))
		c.Parts = append(c.Parts, part)
	}
	archive, err := v.CompleteUpload(ctx, id, c)
	if err != nil {
		return err
	}
	fmt.Println("archive", id, archive)
	if seed%4 != 1 {
		return nil
	}
	fmt.Println("deleting", archive)
	if err := v.DeleteArchive(ctx, archive); err != nil {
		return err
	}
	fmt.Println("deleted", archive)
	return nil
}

// told is what killed processes had said.
type told struct {
	seeds    map[vault.UploadID]int
	parts    map[vault.UploadID][]int64 // offsets acknowledged
	archives map[vault.ArchiveID]vault.UploadID
	deleting map[vault.ArchiveID]bool // true once acknowledged
}

func (o *told) hear(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "upload":
		seed, err := strconv.Atoi(words[2])
		if err != nil {
			t.Fatal(err)
		}
		o.seeds[vault.UploadID(words[1])] = seed
	case "part":
		offset, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		o.parts[vault.UploadID(words[1])] = append(o.parts[vault.UploadID(words[1])], offset)
	case "archive":
		o.archives[vault.ArchiveID(words[2])] = vault.UploadID(words[1])
	case "deleting", "deleted":
		o.deleting[vault.ArchiveID(words[1])] = words[0] == "deleted"
	default:
		t.Fatalf("the child said %q", line)
	}
}

// killAfter runs a child until it has said so many things, then kills it in
// whatever it is doing.
func killAfter(t *testing.T, role, dir string, seed, lines int, hear func(t *testing.T, line string)) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childRole+"="+role, childDir+"="+dir, "FIRN_TEST_SEED="+strconv.Itoa(seed))
	var complaint bytes.Buffer
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	heard := 0
	for scanner.Scan() {
		hear(t, scanner.Text())
		if heard++; heard == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = child.Wait()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || heard < lines {
		t.Fatalf("the child ended after %d lines with %v: %s", heard, err, complaint.String())
	}
}

// TestKilled kills a process that uploads, again and again on one vault. What it
// was told is true, and every archive is whole or absent.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := newVault(t)
	o := &told{
		seeds:    make(map[vault.UploadID]int),
		parts:    make(map[vault.UploadID][]int64),
		archives: make(map[vault.ArchiveID]vault.UploadID),
		deleting: make(map[vault.ArchiveID]bool),
	}
	for round, lines := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 20, 25, 31} {
		killAfter(t, "upload", dir, 100*round, lines, o.hear)
		v := open(t, dir, fresh())
		o.check(t, v)
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	o.finish(t, open(t, dir, dirvault.Options{}))
	wantTidy(t, dir)
}

func (o *told) check(t *testing.T, v *dirvault.Vault) {
	t.Helper()
	counted := info(t, v)
	there := inventory(t, v)
	size := int64(0)
	for _, a := range there {
		size += a.Size + 32768
	}
	if counted.Archives != int64(len(there)) || counted.Bytes != size {
		t.Errorf("%+v is counted, where there are %d archives of %d bytes", counted, len(there), size)
	}
	for id, a := range there {
		data := retrieve(t, v, id)
		if treehash.Sum(data) != a.TreeHash || int64(len(data)) != a.Size {
			t.Errorf("archive %q is not whole", id)
		}
		seed, err := strconv.Atoi(a.Description)
		if err != nil || !bytes.Equal(data, killData(seed)) {
			t.Errorf("archive %q has not the bytes that were uploaded", id)
		}
		if o.deleting[id] {
			t.Errorf("archive %q was deleted and is there", id)
		}
	}
	for id := range o.archives {
		if _, deleting := o.deleting[id]; deleting {
			continue
		}
		if _, found := there[id]; !found {
			t.Errorf("archive %q was acknowledged and is not there", id)
		}
	}
}

// finish completes every upload that was left open, from the acknowledged parts
// where they are all there.
func (o *told) finish(t *testing.T, v vault.Vault) {
	t.Helper()
	done := make(map[vault.UploadID]bool)
	for _, upload := range o.archives {
		done[upload] = true
	}
	for id, seed := range o.seeds {
		if done[id] {
			continue
		}
		data := killData(seed)
		c := vault.Completion{Size: killSize, TreeHash: treehash.Sum(data)}
		held := make(map[int64]vault.Part)
		completed := false
		for p, err := range v.Parts(t.Context(), id) {
			if completed = errors.Is(err, vault.ErrNotFound); !completed && err != nil {
				t.Fatal(err)
			}
			held[p.Offset] = p
		}
		for offset := int64(0); offset < killSize; offset += killPart {
			part, _ := partOf(data, offset, min(killPart, killSize-offset))
			c.Parts = append(c.Parts, part)
		}
		for _, offset := range o.parts[id] {
			if want := c.Parts[offset/killPart]; !completed && held[offset].TreeHash != want.TreeHash {
				t.Errorf("upload %d: the part at %d was acknowledged and is not there", seed, offset)
			}
		}
		for _, p := range c.Parts {
			if !completed && held[p.Offset].TreeHash != p.TreeHash {
				part, body := partOf(data, p.Offset, p.Size)
				if _, err := v.UploadPart(t.Context(), id, part, body); err != nil {
					t.Fatal(err)
				}
			}
		}
		archive, err := v.CompleteUpload(t.Context(), id, c)
		if err != nil {
			t.Fatalf("upload %d: %v", seed, err)
		}
		if !bytes.Equal(retrieve(t, v, archive), data) {
			t.Errorf("upload %d: the archive has other bytes", seed)
		}
	}
	// What is still open was created just before a kill, and nobody was told.
	for u, err := range v.Uploads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seed, told := o.seeds[u.ID]; told {
			t.Errorf("upload %d was completed and is listed", seed)
		}
		if err := v.AbortUpload(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// wantTidy checks that nothing is in a vault but its archives, jobs and notes.
func wantTidy(t *testing.T, dir string) {
	t.Helper()
	found := files(t, dir)
	for name := range found {
		data, isTruth := strings.CutSuffix(name, ".json")
		data, isLeaves := strings.CutSuffix(data, ".leaves")
		_, hasData := found[data]
		_, hasTruth := found[name+".json"]
		output, isOutput := strings.CutSuffix(name, ".output")
		_, hasJob := found[output+".json"]
		switch {
		case name == "vault.json" || name == "inventory.json" || name == "lock":
		case strings.HasPrefix(name, "jobs/") && (isTruth || isOutput && hasJob):
		case strings.HasPrefix(name, "notes/note"):
		case strings.HasPrefix(name, "archives/") && ((isTruth || isLeaves) && hasData || hasTruth):
		default:
			t.Errorf("%s is left over", name)
		}
	}
}
