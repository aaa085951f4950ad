package durability_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rule is an act and what must be true before each one like it, and there must be one.
//
//	before("name v/archives/ID", "flushed v/uploads/ID/data", "safe v/archives/ID.json")
//
// Acts are write (also: write PATH at OFFSET), name (by a rename or a link), remove and flush with a path, say with
// the beginning of a line on standard output, and send with that of what goes over the
// network. In paths * is part of a name, and ID one that firn made up. What can be true
// of a path: it is safe, which is to say that a power loss would leave it as it is; it
// is flushed, which is said of its bytes and not of its name; it is gone, for good; it is
// absent, which it may be for lack of a flush.
type rule struct {
	act    string
	truths []string
	met    bool
}

func before(act string, truths ...string) *rule { return &rule{act: act, truths: truths} }

var madeUp = regexp.MustCompile(`\bID\b`)

// pattern is the regular expression for a path or the beginning of a text.
func pattern(s string, whole bool) *regexp.Regexp {
	s = regexp.QuoteMeta(s)
	s = strings.ReplaceAll(s, `\*`, `[^/]*`)
	s = madeUp.ReplaceAllString(s, `[A-Za-z0-9_-]{40,}`) // and not within an id that a test knows
	if whole {
		s += "$"
	}
	return regexp.MustCompile("^" + s)
}

// like reports whether a is one of the acts that s describes.
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

// broken says what is not so of a truth; "" if all is.
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

// passing are files that need not outlast a power loss: locks, what SQLite keeps in
// memory, and what is written for another to read while it waits.
var passing = regexp.MustCompile(`(^|/)(locks(/.*)?|lock|~lock|.*-shm|access\.log|tmp(/.*)?)$`)

// lax are the names of files on their way: what has one may be lost, as long as it gets
// no other.
var lax = regexp.MustCompile(`(^|/)(~[^/]*|[^/]*\.part|\.firn-[^/]*)(/.*)?$`)

// harmless is what may come back after it was removed: what SQLite has in its file, what
// is known of an archive or an upload whose bytes are gone.
// What has come and gone since archives were counted is counted, and their count is right
// until more do, which is a rule of its own.
var harmless = regexp.MustCompile(`(-wal|-journal|/archives/[^/]*\.(json|leaves)|/uploads/.*|/jobs/.*|/changes-[A-Z2-7]*|/count\.json)$`)

// worthless are files that may be lost: those of an index cost time.
var worthless = regexp.MustCompile(`/jobtimes$`)

// lastLine are files whose bytes since the last flush may be lost: in a journal of archives
// that come and go they tell what it is compared with. What it tells of an archive is flushed
// before that comes or goes, which is a rule of its own, and then its name is flushed, too.
var lastLine = regexp.MustCompile(`/changes-[A-Z2-7]*$`)

// recorded are archives that come or go. A record of their count that is to be dropped may
// come back as long as none does: with its journal it tells of all that did before.
var recorded = regexp.MustCompile(`^(.*/)?archives/[A-Za-z0-9_-]{40,}$`)

// watch goes through a run and reports what breaks a rule. With status 0 its end is an
// answer, too.
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

// check holds an act against the rules.
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

// checkAll expects everything to be safe.
func (d *disk) checkAll(t *testing.T, when string) {
	t.Helper()
	for _, p := range d.below(".") {
		unused := strings.HasSuffix(p, "-wal") && d.nodes[p].written == 0 // whoever reads makes one
		_, logged := d.nodes[p+"-wal"]                                    // what is missing in the file is in its log
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
