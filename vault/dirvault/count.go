package dirvault

import (
	"context"
	"fmt"
	"os"
	"time"

	"firn/vault"
)

// archiveOverhead is what the service adds to the size of every archive in the
// size of a vault: 32 KiB for index and metadata (Amazon Glacier developer
// guide, "Pricing").
const archiveOverhead = 32 << 10

// count is a count of the archives on its way. It keeps nobody from storing or
// deleting any: what comes or goes meanwhile may or may not be in it, and the
// vault then still counts as changed.
type count struct {
	at       time.Time
	archives int64
	bytes    int64  // with overhead
	begun    uint64 // changes, when the count began
	quiet    bool   // none of them was under way
}

// countIfDue counts the archives when that is due. A damaged one counts with the
// size of its file.
func (v *Vault) countIfDue(ctx context.Context) error {
	if !v.countDue() {
		return nil
	}
	v.counting.Lock()
	defer v.counting.Unlock()
	if !v.countDue() {
		return nil // somebody else was faster
	}
	c := v.status.beginCount(v.options.now())
	err := v.eachArchive(ctx, func(a vault.Archive, broken error) bool {
		if broken != nil {
			v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, broken))
		}
		c.archives++
		c.bytes += a.Size + archiveOverhead
		return true
	})
	if err != nil {
		return err
	}
	return v.status.endCount(v.dir, c)
}

func (v *Vault) countDue() bool {
	s := v.status.get()
	last := s.Created
	if s.Inventoried.After(last) {
		last = s.Inventoried
	}
	return s.Changed && v.options.now().Sub(last) >= v.options.InventoryEvery
}

func (s *status) beginCount(at time.Time) count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return count{at: at, begun: s.begun, quiet: s.underWay == 0}
}

// endCount records a count. The archives are exactly those counted if nothing
// changed from its beginning to its end.
func (s *status) endCount(dir *os.Root, c count) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now
	next.Inventoried, next.Archives, next.Bytes = c.at, c.archives, c.bytes
	next.Changed = !c.quiet || s.begun != c.begun
	return s.write(dir, next)
}
