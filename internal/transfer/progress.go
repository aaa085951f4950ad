package transfer

import (
	"sync"
	"time"
)

// Progress is a snapshot of a transfer, for whoever draws it. Bytes count as
// done only once the vault has acknowledged their part.
type Progress struct {
	Size         int64 // bytes of the whole, or Unknown
	PartSize     int64 // bytes
	Parts        int   // 0 while Size is Unknown
	PartsDone    int   // acknowledged in this run or before
	PartsResumed int   // of these, adopted from before
	Held         int64 // bytes that the vault said it holds when this run began
	Done         int64 // bytes of PartsDone
	Resumed      int64 // bytes of PartsResumed
	InFlight     int64 // bytes of unfinished parts that were handed to the network
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

// moved counts bytes handed to the network, or taken back.
func (m *meter) moved(delta int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.InFlight += delta
	if m.report == nil || (m.now.Waiting == nil && m.now.InFlight-m.told < tellEvery) {
		return
	}
	if delta > 0 {
		m.now.Waiting = nil
	}
	m.told = m.now.InFlight
	m.report(m.now)
}
