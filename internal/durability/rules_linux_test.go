package durability_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rule is an act, and truths that must hold before each such act. The act must occur.
//
//	before("name v/archives/ID", "flushed v/uploads/ID/data", "safe v/archives/ID.json")
//
// The acts are:
//
//   - write with a path (also write PATH at OFFSET), remove and flush with a path
//   - name with a path: a rename or a link that gives this name
//   - say with the beginning of a line on standard output
//   - send with the beginning of data sent over the network
//
// In paths, * stands for a part of a name, and ID for an id that firn made. The truths
// about a path are:
//
//   - safe: a power loss would leave it as it is
//   - flushed: its bytes are on the disk, perhaps not its name
//   - gone: it was removed for good
//   - absent: it was removed, perhaps not for good, since the removal may not be flushed
type rule struct {
	act    string
	truths []string
	met    bool
}

func before(act string, truths ...string) *rule { return &rule{act: act, truths: truths} }

var madeUp = regexp.MustCompile(`\bID\b`)

// pattern returns the regular expression for a path or for the beginning of a text.
func pattern(s string, whole bool) *regexp.Regexp {
	s = regexp.QuoteMeta(s)
	s = strings.ReplaceAll(s, `\*`, `[^/]*`)
	s = madeUp.ReplaceAllString(s, `[A-Za-z0-9_-]{40,}`) // never within an id that a test knows
	if whole {
		s += "$"
	}
	return regexp.MustCompile("^" + s)
}

// like reports whether the act is one of those that s describes.
func (a act) like(s string) bool {
	kind, rest, _ := strings.Cut(s, " ")
	if a.kind != kind {
		return false
	}
	if kind == "say" || kind == "send" {
		return pattern(rest, false).MatchString(a.text)
	}
	if path, offset, placed := strings.Cut(rest, " at "); placed {
		return a.offset == offset && pattern(path, true).MatchString(a.path)
	}
	return pattern(rest, true).MatchString(a.path)
}

// broken returns the reason why a truth does not hold, or "".
func (d *disk) broken(truth string) string {
	kind, path, _ := strings.Cut(truth, " ")
	is := pattern(path, true)
	if kind == "gone" || kind == "absent" {
		return d.notGone(is, path, kind == "gone")
	}
	found := false
	for p, n := range d.nodes {
		if !is.MatchString(p) {
			continue
		}
		found = true
		why := d.unsafe(p)
		if kind == "flushed" {
			why = n.unflushed()
		}
		if why != "" {
			return p + " " + why
		}
	}
	if !found {
		return path + " is not there"
	}
	return ""
}

func (d *disk) notGone(is *regexp.Regexp, path string, durably bool) string {
	for p := range d.nodes {
		if is.MatchString(p) {
			return p + " is there"
		}
	}
	for p := range d.gone {
		if is.MatchString(p) && durably {
			return p + " is gone, and that is not flushed"
		}
	}
	for p := range d.ever {
		if is.MatchString(p) {
			return ""
		}
	}
	return path + " never was there"
}

// passing matches files that need not outlast a power loss: locks, the shared memory of
// SQLite, and files that only another running process reads.
var passing = regexp.MustCompile(`(^|/)(locks(/.*)?|lock|~lock|.*-shm|access\.log|tmp(/.*)?)$`)

// lax matches the names of unfinished files. Such a file may be lost as long as it gets no
// other name.
var lax = regexp.MustCompile(`(^|/)(~[^/]*|[^/]*\.part|\.firn-[^/]*)(/.*)?$`)

// harmless matches files that may come back after their removal: a log that SQLite has
// already folded into its file, and data about an archive or an upload whose bytes are
// gone. The changes since the last count of the archives may also come back, since that
// count includes them. It stays right until more archives come or go, and a rule of its own
// covers that.
var harmless = regexp.MustCompile(`(-wal|-journal|/archives/[^/]*\.(json|leaves)|/uploads/.*|/jobs/.*|/changes-[A-Z2-7]*|/count\.json)$`)

// worthless matches files that may be lost. The loss of an index costs time only.
var worthless = regexp.MustCompile(`/jobtimes$`)

// lastLine matches files whose bytes since the last flush may be lost. In a journal of
// changes to archives, these bytes only say what the journal is compared with. The line
// about an archive is flushed before the archive comes or goes, under a rule of its own,
// and the name of the journal is flushed then, too.
var lastLine = regexp.MustCompile(`/changes-[A-Z2-7]*$`)

// recorded matches archives that come or go. A count that is to be dropped may come back as
// long as no archive comes or goes: together with its journal it covers all earlier
// changes.
var recorded = regexp.MustCompile(`^(.*/)?archives/[A-Za-z0-9_-]{40,}$`)

// watch goes through a run and reports violations of the rules. The end of a run with
// status 0 is an answer, too.
func (d *disk) watch(t *testing.T, steps []step, succeeded bool, rules ...*rule) {
	t.Helper()
	for _, s := range steps {
		if a := d.actOf(s.call); !s.end && a.kind != "" {
			d.check(t, a, rules)
		}
		d.apply(s)
	}
	if succeeded {
		d.checkAll(t, "before its end")
	}
	for _, r := range rules {
		if !r.met {
			t.Errorf("never did: %s", r.act)
		}
	}
}

// check checks an act against the rules.
func (d *disk) check(t *testing.T, a act, rules []*rule) {
	t.Helper()
	switch {
	case a.kind == "name" && !lax.MatchString(a.path):
		for _, p := range d.below(a.from) {
			if why := d.nodes[p].unflushed(); why != "" && !passing.MatchString(p) {
				t.Errorf("before it was called %s: %s %s", a.path, p, why)
			}
			if _, waits := d.named[p]; waits && p != a.from {
				t.Errorf("before %s was called %s: the name %s was not flushed", a.from, a.path, filepath.Base(p))
			}
		}
	case a.kind == "say", a.kind == "send" && strings.HasPrefix(a.text, "HTTP/1.1 2"):
		d.checkAll(t, "before it answered "+a.text)
	}
	for _, p := range []string{a.path, a.from} {
		if kept := filepath.Join(filepath.Dir(filepath.Dir(p)), "count.json"); recorded.MatchString(p) && (a.kind == "name" || a.kind == "remove") && d.gone[kept] != 0 {
			t.Errorf("before %s of %s: that %s is gone is not flushed", a.kind, p, kept)
		}
	}
	for _, r := range rules {
		if !a.like(r.act) {
			continue
		}
		r.met = true
		for _, truth := range r.truths {
			if why := d.broken(truth); why != "" {
				t.Errorf("before %s: %s", r.act, why)
			}
		}
	}
}

// checkAll expects every file to be safe.
func (d *disk) checkAll(t *testing.T, when string) {
	t.Helper()
	for _, p := range d.below(".") {
		unused := strings.HasSuffix(p, "-wal") && d.nodes[p].written == 0 // every reader makes such a file
		_, logged := d.nodes[p+"-wal"]                                    // the log has the data that the file lacks
		if passing.MatchString(p) || lax.MatchString(p) || worthless.MatchString(p) || unused || logged {
			continue
		}
		if n := d.nodes[p]; lastLine.MatchString(p) && len(n.lost) == 0 && (n.flushed == 0 || d.named[p] == 0) {
			continue
		}
		if why := d.unsafe(p); why != "" {
			t.Errorf("%s: %s %s", when, p, why)
		}
	}
	for p := range d.gone {
		if !passing.MatchString(p) && !lax.MatchString(p) && !harmless.MatchString(p) {
			t.Errorf("%s: that %s is gone is not flushed", when, p)
		}
	}
}
