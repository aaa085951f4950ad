// Package queuetest is a queue for tests: what posts in the form of SNS put in
// comes out in the protocol of SQS (JSON, AWS API 2012-11-05). Signatures are
// not looked at.
package queuetest

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"
)

// Path is the path of the queue's URL, at whatever address it is served.
const Path = "/000000000000/ready"

// Queue is a queue and the http.Handler that serves it. Messages are given out
// in the order in which they came.
type Queue struct {
	now func() time.Time

	mu       sync.Mutex
	messages []*message
	changed  chan struct{} // closed when there may be something to receive
	received int
	deleted  int
}

// message is in the queue until it is deleted.
type message struct {
	id      string
	body    string
	receipt string    // of the last time that it was received
	hidden  time.Time // nobody sees it before
}

// New returns an empty queue.
func New() *Queue {
	return &Queue{now: time.Now, changed: make(chan struct{})}
}

// Put adds a message.
func (q *Queue) Put(body string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, &message{id: rand.Text(), body: body})
	close(q.changed)
	q.changed = make(chan struct{})
}

// Show makes all messages visible again, as if their time was over.
func (q *Queue) Show() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		m.hidden = time.Time{}
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

// Bodies returns the messages that were not deleted, seen or not.
func (q *Queue) Bodies() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var bodies []string
	for _, m := range q.messages {
		bodies = append(bodies, m.body)
	}
	return bodies
}

// Received is how many requests for messages were answered, with some or without.
func (q *Queue) Received() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.received
}

// Deleted is how many messages were deleted.
func (q *Queue) Deleted() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.deleted
}

// take hides up to most messages for a while and returns copies of them. Without
// any, it returns a channel that is closed when it is worth asking again, and
// when the first that is hidden now can be seen, if any is.
func (q *Queue) take(most int, hide time.Duration) (taken []message, changed <-chan struct{}, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	for _, m := range q.messages {
		if m.hidden.After(now) {
			if next.IsZero() || m.hidden.Before(next) {
				next = m.hidden
			}
			continue
		}
		if len(taken) == most {
			break
		}
		m.hidden, m.receipt = now.Add(hide), rand.Text()
		taken = append(taken, *m)
	}
	return taken, q.changed, next
}

func (q *Queue) answered() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.received++
}

// remove deletes the message that was received last with this receipt.
func (q *Queue) remove(receipt string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	before := len(q.messages)
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.receipt == receipt })
	q.deleted += before - len(q.messages)
}

// md5Of is what SQS sends along with a message, and its clients check.
func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
