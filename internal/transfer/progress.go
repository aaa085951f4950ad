package transfer

import (
	"sync"
	"time"
)

// Progress is a snapshot of a transfer in either direction. Bytes count as done only once
// the vault has acknowledged their part, or once their segment is verified, written and
// recorded. The parts of a download are the segments that this run fetches.
type Progress struct {
	Item         int   // index of the item, if the transfers of many items report to one function
	Size         int64 // bytes of the whole, or Unknown
	PartSize     int64 // bytes; of a download, the size of the largest segment
	Parts        int   // 0 while Size is Unknown
	PartsDone    int   // parts done in this run or, of an upload, earlier
	PartsResumed int   // parts within PartsDone that an earlier run sent
	Held         int64 // bytes that the vault, or the target, held when this run began
	Done         int64 // bytes done in this run or earlier
	Resumed      int64 // bytes within Done from earlier runs
	InFlight     int64 // bytes of unfinished parts that were transferred
	Concurrency  int   // parts that may be in flight at present
	Retries      int   // number of repeated attempts
	// Waiting is the reason why the engine waits. It is nil again as soon as bytes move.
	Waiting error
	// Until is the end of the wait.
	Until time.Time
}

// meter keeps the snapshot and reports it to the caller, one call at a time.
type meter struct {
	mu       sync.Mutex
	now      Progress
	reported int64 // InFlight at the last report
	report   func(Progress)
}

// reportEvery is the number of bytes between two reports of moved bytes.
const reportEvery = 256 << 10

// change applies f to the snapshot and reports it.
func (m *meter) change(f func(p *Progress)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.now)
	m.reported = m.now.InFlight
	if m.report != nil {
		m.report(m.now)
	}
}

// moved adds bytes in flight, or subtracts them if delta is negative.
func (m *meter) moved(delta int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.InFlight += delta
	unreported := max(m.now.InFlight-m.reported, m.reported-m.now.InFlight)
	if m.report == nil || (m.now.Waiting == nil && unreported < reportEvery) {
		return
	}
	if delta > 0 {
		m.now.Waiting = nil
	}
	m.reported = m.now.InFlight
	m.report(m.now)
}
