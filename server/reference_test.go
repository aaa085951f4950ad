package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/server"
	"firn/vault"
	"firn/vault/dirvault"
)

// The server does what a small model of the service in memory does, whatever is
// asked of it, in any order and at any time. FIRN_REFERENCE_MOVES and
// FIRN_TEST_SEED make it more and others.
func TestServerDoesWhatTheReferenceDoes(t *testing.T) {
	moves := numberFrom(t, "FIRN_REFERENCE_MOVES", 3000)
	for name, every := range map[string]time.Duration{"inventories at once": -1, "daily inventories": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			g := newGame(t, every)
			for g.played = 0; g.played < (moves+1)/2 && !t.Failed(); g.played++ {
				g.play()
			}
			if faults := g.faults.String(); faults != "" {
				t.Errorf("the server had faults:\n%s", faults)
			}
			t.Logf("%d moves: %v", g.played, g.outcomes)
		})
	}
}

// game is a server and the reference, side by side.
type game struct {
	reference
	focus    focus
	t        *testing.T
	draw     *rand.Rand
	data     []byte // of which archives are pieces
	played   int
	outcomes map[string]int // how often each move ended how
	history  []string       // the last moves, for whoever reads of one that went wrong

	dir     string
	root    *dirvault.Root
	handler http.Handler
	signer  service
	faults  *lockedBuffer
}

// move is a request and what the reference says to it.
type move struct {
	name    string
	request request
	// refusals are the codes of the errors that there are reasons for, each perhaps
	// with its message behind a colon. Any of them may be the answer. None: it succeeds.
	refusals []string
	status   int
	header   map[string]string // empty values: it must not be there
	body     any               // as match has it; nil: none
	read     func(a answer)    // of an answer whose body is no JSON; may be nil
	then     func(a answer)    // what changes; may be nil
}

func newGame(t *testing.T, every time.Duration) *game {
	t.Helper()
	g := &game{
		reference: reference{now: vaultTime, every: every, vaults: map[string]*refVault{}},
		t:         t, draw: seeded(t), data: pattern(4 * mib),
		outcomes: map[string]int{}, dir: memoryDir(t), faults: &lockedBuffer{},
	}
	g.signer = service{t: t, model: loadModel(t), address: "127.0.0.1:8333", clock: func() time.Time { return g.now }}
	g.open()
	t.Cleanup(g.close)
	return g
}

// open starts the server over what is in the directory.
func (g *game) open() {
	var err error
	g.root, err = dirvault.OpenRoot(g.dir, dirvault.Options{
		Now:            g.signer.clock,
		RetrievalDelay: func(kind vault.JobKind, tier vault.Tier) time.Duration { return delayOf(string(kind), string(tier)) },
		OutputLifetime: outputLife,
		UploadLifetime: uploadLife,
		InventoryEvery: g.every,
		ARN:            func(name string) string { return arnPrefix + name },
		OnDamage:       func(err error) { g.t.Error(err) },
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.handler, err = server.New(map[string]server.Store{account: g.root}, server.Options{
		Region: region, Credentials: keys(), Now: g.signer.clock,
		Log: faultsTo(g.faults),
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *game) close() {
	if err := g.root.Close(); err != nil {
		g.t.Error(err)
	}
}

// play makes a move, or more, if something must be known first.
func (g *game) play() {
	g.pass()
	if g.draw.IntN(1500) == 0 {
		g.close()
		g.open()
		for _, v := range g.vaults {
			clear(v.aborted) // which is remembered only so long
		}
	}
	for _, v := range g.inOrder() {
		for _, id := range slices.Sorted(maps.Keys(v.uploads)) {
			switch u := v.uploads[id]; {
			case g.now.Sub(u.maybe) >= uploadLife:
				v.end(u)
			case g.now.Sub(u.active) >= uploadLife:
				g.askForUpload(v, id)
			}
		}
	}
	if g.focus.move != nil {
		g.try(g.focus.move(g))
		return
	}
	g.try(g.nextMove())
}

// pass lets time pass: none, a little, so much that things end, or until the very
// moment at which the next thing ends, or the last before it.
func (g *game) pass() {
	g.focus = focus{}
	if next, what := g.nextEnd(); g.once(50) && !next.IsZero() {
		g.focus = what
		if before := next.Add(-time.Millisecond); g.once(2) && before.After(g.now) {
			next = before
		}
		g.now = next
		return
	}
	most := oneOf(g.draw, 0, 0, 5*time.Second)
	switch n := g.draw.IntN(1000); {
	case n < 1:
		most = 30 * time.Hour
	case n < 15:
		most = 2 * time.Hour
	}
	if most > 0 {
		g.now = g.now.Add(time.Duration(g.draw.Int64N(int64(most/time.Millisecond))) * time.Millisecond)
	}
}

// askForUpload finds out whether an upload is still there that was asked for in
// vain within the last day: whether that counts is left to the server.
func (g *game) askForUpload(v *refVault, id string) {
	a := g.send(request{method: "GET", path: "/-/vaults/" + v.name + "/multipart-uploads/" + id})
	switch a.status {
	case http.StatusOK:
		v.uploads[id].touch(g.now)
	case http.StatusNotFound:
		v.end(v.uploads[id])
	default:
		g.t.Fatalf("asking for upload %s: answer %d %s", id, a.status, a.body)
	}
}

func (g *game) send(q request) answer {
	r, err := wireOf(g.signer.build(q), q.body).read()
	if err != nil {
		g.t.Fatal(err)
	}
	return serve(g.handler, r)
}

// try makes a move and compares.
func (g *game) try(m move) {
	a := g.send(m.request)
	var wrong error
	if op := g.signer.model.find(m.request.method, m.request.path); op != nil {
		g.signer.model.checkError(g.t, op, a)
	}
	if len(m.refusals) > 0 {
		wrong = m.refused(a)
		g.outcomes[m.name+" refused"]++
	} else {
		wrong = m.succeeded(a)
		g.outcomes[m.name]++
	}
	if wrong != nil || g.t.Failed() {
		g.t.Fatalf("after\n%s\nmove %d at %s: %s\n%s %s %v %.2000s\nanswer %d %v %.4000s\n%v", strings.Join(g.history, "\n"), g.played, g.now, m.name,
			m.request.method, m.request.path, m.request.header, m.request.body, a.status, a.header, a.body, wrong)
	}
	g.remember(m, a)
	if len(m.refusals) == 0 && m.then != nil {
		m.then(a)
	}
}

// remember notes a move for whoever reads of one that went wrong later.
func (g *game) remember(m move, a answer) {
	const most = 40
	if len(g.history) == most {
		g.history = g.history[1:]
	}
	g.history = append(g.history, fmt.Sprintf("%d at %s: %s: %s %.120s: %d %.200s",
		g.played, g.now.Format(time.TimeOnly), m.name, m.request.method, m.request.path, a.status, a.body))
}

func (m move) refused(a answer) error {
	for _, refusal := range m.refusals {
		code, message, told := strings.Cut(refusal, ": ")
		var e struct{ Code, Message string }
		if err := json.Unmarshal([]byte(a.body), &e); a.status >= 400 && err == nil && e.Code == code && (!told || e.Message == message) {
			return nil
		}
	}
	return fmt.Errorf("there are reasons to answer with %q", m.refusals)
}

func (m move) succeeded(a answer) error {
	if a.status != m.status {
		return fmt.Errorf("there is no reason for anything but %d", m.status)
	}
	for name, want := range m.header {
		if got := a.header.Get(name); got != want {
			return fmt.Errorf("the header %s is %q, want %q", name, got, want)
		}
	}
	switch {
	case m.read != nil:
		m.read(a)
		return nil
	case m.body == nil && a.body != "":
		return fmt.Errorf("the body is %s, want none", a.body)
	case m.body == nil:
		return nil
	}
	got, err := decode([]byte(a.body))
	if err != nil {
		return err
	}
	return match("", m.body, got)
}

func decode(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more behind the JSON: %w", err)
	}
	return value, nil
}

// object and list are JSON that is wanted; a learnt is what only the server knows.
type (
	object map[string]any
	list   []any
	learnt func(got any) error
)

// match compares JSON with what is wanted.
func match(where string, want, got any) error {
	switch want := want.(type) {
	case learnt:
		return want(got)
	case object:
		keys, _ := got.(map[string]any)
		if a, b := slices.Sorted(maps.Keys(keys)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
			return fmt.Errorf("%s has the keys %q, want %q", where, a, b)
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if err := match(where+"."+key, want[key], keys[key]); err != nil {
				return err
			}
		}
		return nil
	case list:
		items, ok := got.([]any)
		if !ok || len(items) != len(want) {
			return fmt.Errorf("%s has %d items, want %d", where, len(items), len(want))
		}
		for i := range want {
			if err := match(fmt.Sprintf("%s[%d]", where, i), want[i], items[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if n, ok := got.(json.Number); ok {
		if fmt.Sprint(want) == n.String() {
			return nil
		}
	} else if want == got {
		return nil
	}
	return fmt.Errorf("%s is %v, want %v", where, got, want)
}
