package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// reference is the service in memory, as its specification has it.
type reference struct {
	now    time.Time
	every  time.Duration // how old inventories get; negative: they are as of now
	vaults map[string]*refVault

	units      []refUnit
	limit      refLimit
	retrievals []refRetrieval // while there was a limit
}

type refVault struct {
	name     string
	created  time.Time
	archives map[string]*refArchive
	uploads  map[string]*refUpload
	jobs     map[string]*refJob

	completed map[string]*refArchive // by the id of the upload
	gone      map[string]*refUpload  // that ended in any way
	aborted   map[string]bool        // those of them that can be aborted again

	inventory   *refInventory
	changed     bool // since the inventory
	firstChange time.Time

	topic  string
	events []string
	tags   map[string]string
	access *refPolicy
	lock   *refLock
}

type refArchive struct {
	id          string
	description string
	created     time.Time
	data        []byte // nil once it is deleted
	size        int
	tree        string
	deleted     bool
	kept        bool // for the jobs, when it was deleted
}

type refInventory struct {
	at       time.Time
	archives []*refArchive // by their ids
}

const (
	uploadLife = 24 * time.Hour
	outputLife = 24 * time.Hour
	lockLife   = 24 * time.Hour
	// A job is described for so long after its output has gone.
	jobMemory = 24 * time.Hour
)

func (r *reference) inOrder() []*refVault {
	var all []*refVault
	for _, name := range slices.Sorted(maps.Keys(r.vaults)) {
		all = append(all, r.vaults[name])
	}
	return all
}

// focus is what the next move is about; nil: anything.
type focus struct {
	vault  *refVault
	job    *refJob
	upload *refUpload
	move   func(*game) move
}

// nextEnd returns when the next of all that ends by itself does so, and what that
// is; zero: nothing does.
func (r *reference) nextEnd() (next time.Time, what focus) {
	ends := func(t time.Time, f focus) {
		if t.After(r.now) && (next.IsZero() || t.Before(next)) {
			next, what = t, f
		}
	}
	for _, v := range r.inOrder() {
		for _, j := range inOrderOfIDs(v.jobs) {
			ends(j.ends, focus{v, j, nil, (*game).getJobOutput})
			ends(j.ends.Add(outputLife), focus{v, j, nil, (*game).getJobOutput})
			ends(j.ends.Add(outputLife+jobMemory), focus{v, j, nil, (*game).describeJob})
		}
		for _, u := range inOrderOfIDs(v.uploads) {
			ends(u.active.Add(uploadLife), focus{v, nil, u, (*game).listParts})
		}
		if v.lock != nil && !v.lock.locked {
			ends(v.lock.created.Add(lockLife), focus{v, nil, nil, (*game).getLock})
		}
		if v.inventory != nil {
			ends(v.inventory.at.Add(r.every), focus{v, nil, nil, (*game).describeVault})
		}
	}
	for _, u := range r.units {
		ends(u.end, focus{move: (*game).listCapacity})
	}
	for _, retrieval := range r.retrievals {
		ends(retrieval.at.Truncate(time.Minute).Add(time.Hour), focus{move: (*game).retrieveArchive})
	}
	return next, what
}

// look takes an inventory if it is time for one, as whoever asks for a vault does.
func (r *reference) look(v *refVault) {
	due := v.changed
	switch {
	case r.every < 0:
		due = due || v.inventory == nil
	case v.inventory == nil:
		due = due && r.now.Sub(v.firstChange) >= r.every
	default:
		due = due && r.now.Sub(v.inventory.at) >= r.every
	}
	if !due {
		return
	}
	v.inventory = &refInventory{at: r.now}
	for _, id := range slices.Sorted(maps.Keys(v.archives)) {
		v.inventory.archives = append(v.inventory.archives, v.archives[id])
	}
	v.changed = false
}

// change notes that archives came or went.
func (r *reference) change(v *refVault) {
	if !v.changed && v.inventory == nil {
		v.firstChange = r.now
	}
	v.changed = true
}

// describe is DescribeVaultOutput.
func (v *refVault) describe() object {
	d := object{
		"CreationDate": dateOf(v.created), "LastInventoryDate": nil, "NumberOfArchives": 0, "SizeInBytes": 0,
		"VaultARN": arnPrefix + v.name, "VaultName": v.name,
	}
	if v.inventory != nil {
		size := 0
		for _, a := range v.inventory.archives {
			size += a.size + 32768
		}
		d["LastInventoryDate"], d["NumberOfArchives"], d["SizeInBytes"] = dateOf(v.inventory.at), len(v.inventory.archives), size
	}
	return d
}

// dateOf is a date of the API, secondsOf one of an inventory.
func dateOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func secondsOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// nullable is a text that is null when it is empty.
func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// refTree returns the tree hash of data, by its definition.
func refTree(data []byte) string {
	var level [][32]byte
	for piece := range slices.Chunk(data, mib) {
		level = append(level, sha256.Sum256(piece))
	}
	for len(level) > 1 {
		var above [][32]byte
		for pair := range slices.Chunk(level, 2) {
			if len(pair) == 1 {
				above = append(above, pair[0])
			} else {
				above = append(above, sha256.Sum256(append(pair[0][:], pair[1][:]...)))
			}
		}
		level = above
	}
	return hex.EncodeToString(level[0][:])
}

// refAligned reports whether bytes first to last are a node of the tree of an
// archive of size bytes.
func refAligned(first, last, size int) bool {
	if !refMegabyteAligned(first, last, size) {
		return false
	}
	n, from, to := (size+mib-1)/mib, first/mib, (last+mib)/mib
	width := 1
	for width < to-from {
		width *= 2
	}
	return from%width == 0 && (to == n || width == to-from)
}

func refMegabyteAligned(first, last, size int) bool {
	return first >= 0 && first <= last && last < size && first%mib == 0 && ((last+1)%mib == 0 || last == size-1)
}

// isOpaque reports whether an id has the length and the alphabet of the service's.
func isOpaque(id string, length int) bool {
	return len(id) == length && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
