package transfer

import (
	"sync"
	"time"
)

// Progress is a snapshot of a transfer in either direction, for whoever draws it.
// Bytes count as done only once the vault has acknowledged their part, or once
// their segment is verified, written and recorded. The parts of a download are
// the segments that this run is to fetch.
type Progress struct {
	Size         int64 // bytes of the whole, or Unknown
	PartSize     int64 // bytes; of a download, the largest segment's
	Parts        int   // 0 while Size is Unknown
	PartsDone    int   // done in this run or, of an upload, before
	PartsResumed int   // of these, adopted from before
	Held         int64 // bytes that the vault, or the target, held when this run began
	Done         int64 // bytes that are done, in this run or before
	Resumed      int64 // of these, bytes from before
	InFlight     int64 // bytes of unfinished parts that are on their way
	Concurrency  int   // parts in flight that the service presently bears
	Retries      int   // attempts that were repeated
	// Waiting says why the engine waits, and is nil again as soon as bytes move.
	Waiting error
	// Until is when the wait ends.
	Until time.Time
}

// meter keeps the snapshot and tells it to the caller, one call at a time.
type meter struct {
	mu     sync.Mutex
	now    Progress
	told   int64 // InFlight when the caller was last told of mere bytes
	report func(Progress)
}

// tellEvery is how many bytes move between two reports of mere bytes.
const tellEvery = 256 << 10

// change applies f to the snapshot and reports it.
func (m *meter) change(f func(p *Progress)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.now)
	m.told = m.now.InFlight
	if m.report != nil {
		m.report(m.now)
	}
}

// moved counts bytes on their way, or taken back.
func (m *meter) moved(delta int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.InFlight += delta
	untold := max(m.now.InFlight-m.told, m.told-m.now.InFlight)
	if m.report == nil || (m.now.Waiting == nil && untold < tellEvery) {
		return
	}
	if delta > 0 {
		m.now.Waiting = nil
	}
	m.told = m.now.InFlight
	m.report(m.now)
}
