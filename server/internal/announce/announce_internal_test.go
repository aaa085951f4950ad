package announce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

const testTopic = "arn:aws:sns:us-east-1:000000000000:ready"

// hook is the URL of a topic, without a network: it answers what it is told to.
type hook struct {
	mu      sync.Mutex
	answers []int // status codes, the last for ever; 0: no answer
	calls   []time.Time
}

func (h *hook) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, time.Now())
	status := h.answers[0]
	if len(h.answers) > 1 {
		h.answers = h.answers[1:]
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(strings.NewReader("")),
		Header: http.Header{"Location": {"http://elsewhere.example/"}}, Request: r,
	}, nil
}

// posted tells when messages came.
func (h *hook) posted() []time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls)
}

// announcing runs an Announcer in a bubble of its own time over a root with one vault,
// films.
type announcing struct {
	*Announcer
	root *dirvault.Root
	hook *hook
	stop func()

	mu     sync.Mutex
	faulty []string
}

func (a *announcing) faults() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.faulty)
}

// newAnnouncing announces the jobs of dir, which take so long and a topic whose URL
// answers so.
func newAnnouncing(t *testing.T, dir string, delay time.Duration, answers ...int) *announcing {
	t.Helper()
	root, err := dirvault.OpenRoot(dir, dirvault.Options{
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return delay },
		InventoryEvery: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := root.CreateVault(t.Context(), "films"); err != nil {
		t.Fatal(err)
	}
	a := &announcing{root: root, hook: &hook{answers: answers}}
	a.Announcer = New(Config{
		Store: root, URLs: map[string]string{testTopic: "http://hook.example/secret"},
		ARN:     func(name string) string { return name },
		TopicOf: func(context.Context, string) (string, []string, error) { return "", nil, vault.ErrNotFound },
		Now:     time.Now, OnFault: a.fault,
	})
	a.poster.client.Transport = a.hook
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.Run(ctx)
	}()
	a.stop = func() {
		cancel()
		<-ended
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	}
	return a
}

// fault takes what the operator is told.
func (a *announcing) fault(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faulty = append(a.faulty, err.Error())
}

// job starts an inventory job that is to be announced.
func (a *announcing) job(t *testing.T) jobRef {
	t.Helper()
	v, err := a.root.Open(t.Context(), "films")
	if err != nil {
		t.Fatal(err)
	}
	id, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, Topic: testTopic})
	if err != nil {
		t.Fatal(err)
	}
	job := jobRef{"films", id}
	if err := a.Expect(t.Context(), job.vault, job.id); err != nil {
		t.Fatal(err)
	}
	return job
}

// noted reports whether a job still stands in its note.
func (a *announcing) noted(t *testing.T, job jobRef) bool {
	t.Helper()
	text, err := a.root.Note(t.Context(), job.vault, job.note().name())
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		t.Fatal(err)
	}
	return strings.Contains(string(text), string(job.id))
}

// pass lets time go by.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

func TestAnnounceAgainUntilItArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnnouncing(t, t.TempDir(), 4*time.Hour, 0, 500, 302, 404, 202)
		defer a.stop()
		synctest.Wait()
		begun := time.Now()
		job := a.job(t)
		pass(4*time.Hour - time.Millisecond)
		if n := len(a.hook.posted()); n != 0 {
			t.Errorf("%d messages before the end of the job", n)
		}
		pass(time.Hour)
		var after []time.Duration
		for _, at := range a.hook.posted() {
			after = append(after, at.Sub(begun)-4*time.Hour)
		}
		// The first look after four hours, then pauses of 1, 2, 4 and 8 seconds.
		if got, want := fmt.Sprint(after), "[0s 1s 3s 7s 15s]"; got != want {
			t.Errorf("posted after %s, want %s", got, want)
		}
		if a.noted(t, job) {
			t.Error("the job is still to be announced")
		}
		if len(a.faults()) > 0 {
			t.Errorf("faults: %v", a.faults())
		}
	})
}

func TestAnnouncementThatNeverArrivesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnnouncing(t, t.TempDir(), 4*time.Hour, 0)
		defer a.stop()
		synctest.Wait()
		job := a.job(t)
		pass(5*time.Hour - time.Minute)
		if !a.noted(t, job) || len(a.faults()) > 0 {
			t.Errorf("given up before an hour had gone: %v", a.faults())
		}
		pass(2 * time.Minute)
		if a.noted(t, job) || len(a.faults()) != 1 || !strings.Contains(a.faults()[0], "connection refused") ||
			!strings.Contains(a.faults()[0], string(job.id)) || strings.Contains(a.faults()[0], "secret") {
			t.Errorf("after an hour: faults %q", a.faults())
		}
		before := len(a.hook.posted())
		pass(24 * time.Hour)
		if len(a.hook.posted()) != before || before > 70 {
			t.Errorf("%d messages in an hour, %d in all", before, len(a.hook.posted()))
		}
	})
}

// Jobs whose vault is deleted are forgotten without a word.
func TestAnnouncementOfAVaultThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnnouncing(t, t.TempDir(), 4*time.Hour, 200)
		defer a.stop()
		synctest.Wait()
		a.job(t)
		if err := a.root.DeleteVault(t.Context(), "films"); err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Hour)
		if n := a.queue.waiting(); n != 0 || len(a.hook.posted()) != 0 || len(a.faults()) != 0 {
			t.Errorf("%d jobs wait, %d messages, faults %q", n, len(a.hook.posted()), a.faults())
		}
	})
}

// Of thousands of jobs, each has its turn.
func TestManyAnnouncements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAnnouncing(t, t.TempDir(), 10*time.Second, 200)
		defer a.stop()
		synctest.Wait()
		const jobs = 2*batch + 5
		for range jobs {
			a.job(t)
		}
		pass(20 * time.Second)
		if n := len(a.hook.posted()); n != jobs || a.queue.waiting() != 0 {
			t.Errorf("%d messages for %d jobs", n, jobs)
		}
	})
}

func TestDamagedNoteIsToldAndGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		a := newAnnouncing(t, dir, 4*time.Hour, 200)
		synctest.Wait()
		job := a.job(t)
		if err := a.root.SetNote(t.Context(), "films", job.note().name(), []byte("[5")); err != nil {
			t.Fatal(err)
		}
		a.stop()
		a = newAnnouncing(t, dir, 4*time.Hour, 200)
		defer a.stop()
		pass(time.Second)
		if len(a.faults()) != 1 || !strings.Contains(a.faults()[0], "damaged") {
			t.Errorf("faults %q", a.faults())
		}
		pass(4 * time.Hour)
		if len(a.hook.posted()) != 0 {
			t.Errorf("%d messages", len(a.hook.posted()))
		}
		again := a.job(t)
		if !a.noted(t, again) {
			t.Error("a new job does not stand in its note")
		}
	})
}
