package glaciervault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/treehash"
	"firn/vault"
)

// maxEntry is what one entry of an inventory may have, in bytes. A description
// of 1,024 characters, all of them escaped, is 6 KiB.
const maxEntry = 64 << 10

// Inventory lists what a finished inventory job found. The service makes
// inventories about daily: what was uploaded or deleted since does not show.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		what := fmt.Sprintf("read the inventory of job %q", string(id))
		stream, err := v.openOutput(ctx, what, id, vault.Range{})
		if err != nil {
			yield(vault.Entry{}, err)
			return
		}
		defer stream.Close()
		for archive, err := range readInventory(stream) {
			if err != nil {
				err = failure(ctx, v.what(what), err)
			}
			if !yield(vault.Entry{Archive: archive}, err) || err != nil {
				return
			}
		}
	}
}

// readInventory reads the JSON form of an inventory ("Inventory" in the
// developer guide) one entry at a time. An inventory that ends early or makes no
// sense is ErrUnavailable; what was listed before then is true but not all.
func readInventory(r io.Reader) iter.Seq2[vault.Archive, error] {
	return func(yield func(vault.Archive, error) bool) {
		window := &window{r: r}
		decoder := json.NewDecoder(window)
		stopped := false
		err := eachEntry(decoder, window, func(entry inventoryEntry) error {
			archive, err := entry.archive()
			if err == nil && !yield(archive, nil) {
				stopped = true
				return io.EOF
			}
			return err
		})
		if err != nil && !stopped {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			yield(vault.Archive{}, fmt.Errorf("%w: the inventory cannot be read at byte %d: %w", vault.ErrUnavailable, decoder.InputOffset(), err))
		}
	}
}

// eachEntry walks the one object of an inventory and calls visit with each
// entry of its ArchiveList. Other keys are passed over.
func eachEntry(decoder *json.Decoder, window *window, visit func(inventoryEntry) error) error {
	window.move()
	if err := expect(decoder, json.Delim('{')); err != nil {
		return err
	}
	for decoder.More() {
		window.move()
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		if key != "ArchiveList" {
			var ignored json.RawMessage
			if err := decoder.Decode(&ignored); err != nil {
				return err
			}
			continue
		}
		if err := expect(decoder, json.Delim('[')); err != nil {
			return err
		}
		for decoder.More() {
			window.move()
			var entry inventoryEntry
			if err := decoder.Decode(&entry); err != nil {
				return err
			}
			if err := visit(entry); err != nil {
				return err
			}
		}
		if err := expect(decoder, json.Delim(']')); err != nil {
			return err
		}
	}
	return expect(decoder, json.Delim('}'))
}

func expect(decoder *json.Decoder, want json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%v in place of %v", token, want)
	}
	return nil
}

type inventoryEntry struct {
	ArchiveID          string `json:"ArchiveId"`
	ArchiveDescription *string
	CreationDate       *string
	Size               int64
	SHA256TreeHash     string
}

func (e inventoryEntry) archive() (vault.Archive, error) {
	if err := needID("archive", e.ArchiveID); err != nil {
		return vault.Archive{}, err
	}
	hash, err := treehash.Parse(e.SHA256TreeHash)
	if err != nil {
		return vault.Archive{}, fmt.Errorf("archive %q: %w", e.ArchiveID, err)
	}
	created, err := parseTime(e.CreationDate)
	if err != nil {
		return vault.Archive{}, fmt.Errorf("archive %q: %w", e.ArchiveID, err)
	}
	if e.Size < 0 {
		return vault.Archive{}, fmt.Errorf("archive %q: a size of %d bytes", e.ArchiveID, e.Size)
	}
	return vault.Archive{
		ID: vault.ArchiveID(e.ArchiveID), Description: aws.ToString(e.ArchiveDescription),
		Size: e.Size, TreeHash: hash, Created: created,
	}, nil
}

// window is a reader that fails when more than maxEntry bytes are asked of it
// between two moves. The decoder holds one value at a time in memory; this is
// what keeps a value from being endless.
type window struct {
	r    io.Reader
	left int64
}

func (w *window) move() { w.left = maxEntry }

func (w *window) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, fmt.Errorf("one entry is longer than %d bytes", maxEntry)
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	return n, err
}
