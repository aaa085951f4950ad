// Package keep decides which snapshots are kept, by rules like those of restic and rustic:
// of each day, week or other period the newest snapshot, and those of the last weeks, with a
// tag, or before a date. It only computes; nothing is removed here.
package keep

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"firn/record"
)

// Rules say which snapshots are kept. A snapshot is kept if one rule or more keep it.
type Rules struct {
	// Newest is how many periods keep a snapshot: of each period that has snapshots, from the
	// newest on, the newest snapshot. The oldest snapshot of all is kept, too, while a period is
	// left, so that a young history does not lose its beginning. 0: no such rule; All: no limit.
	Newest [Periods]int
	// Within is the same for all periods of the time before the newest snapshot.
	Within [Periods]Span
	// Tags keep a snapshot that has all tags of one of the lists.
	Tags [][]string
}

// All as a number of periods means all of them.
const All = -1

// IsZero reports whether there is no rule, which would keep nothing.
func (r Rules) IsZero() bool {
	return r.Newest == [Periods]int{} && r.Within == [Periods]Span{} && len(r.Tags) == 0
}

// Group is the snapshots of the same directories of a host in a vault. Rules see no other
// snapshots beside them.
type Group struct {
	Vault, Host string
	Roots       []string
	Verdicts    []Verdict // the newest first
}

// Verdict is a snapshot, and why it is kept.
type Verdict struct {
	record.Snapshot
	Reasons []string // empty: no rule keeps it
}

// KeepsNone reports whether no complete snapshot of the group is kept.
func (g Group) KeepsNone() bool {
	return !slices.ContainsFunc(g.Verdicts, func(v Verdict) bool { return v.State == record.Complete && len(v.Reasons) > 0 })
}

// Apply applies the rules to each group of the snapshots. Days begin at midnight in the zone of
// now. A snapshot that is not complete is kept, because a backup may continue it, and counts for
// no rule.
func (r Rules) Apply(now time.Time, snapshots []record.Snapshot) []Group {
	groups := groupsOf(snapshots)
	for _, g := range groups {
		slices.SortStableFunc(g.Verdicts, func(a, b Verdict) int {
			return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.Key, a.Key))
		})
		r.judge(now, g.Verdicts)
	}
	return groups
}

// groupsOf returns the groups in the order in which their first snapshots come.
func groupsOf(snapshots []record.Snapshot) (groups []Group) {
	for _, s := range snapshots {
		i := slices.IndexFunc(groups, func(g Group) bool {
			return g.Vault == s.Vault && g.Host == s.Host && slices.Equal(g.Roots, s.Roots)
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Vault: s.Vault, Host: s.Host, Roots: s.Roots})
		}
		groups[i].Verdicts = append(groups[i].Verdicts, Verdict{Snapshot: s})
	}
	return groups
}

// judge sets the reasons of the snapshots of a group, which are ordered from the newest on.
func (r Rules) judge(now time.Time, group []Verdict) {
	var complete []*Verdict
	for i := range group {
		if v := &group[i]; v.State == record.Complete {
			complete = append(complete, v)
			v.Reasons = append(r.tags(v.Tags), protection(now, v.Tags)...)
		} else {
			v.Reasons = []string{"not complete"}
		}
	}
	newest := newestOf(now, complete)
	for p := range Periods {
		r.judgePeriods(p, now.Location(), newest, complete)
	}
}

// newestOf returns the time of the newest snapshot, except those that a wrong clock has dated
// after now.
func newestOf(now time.Time, group []*Verdict) time.Time {
	for _, v := range group {
		if !v.Started.After(now) {
			return v.Started
		}
	}
	return time.Time{}
}

// judgePeriods applies the two rules about one kind of period.
func (r Rules) judgePeriods(p Period, zone *time.Location, newest time.Time, group []*Verdict) {
	left, within := r.Newest[p], r.Within[p]
	var last time.Time // the beginning of the period before
	for i, v := range group {
		begin := p.begin(v.Started.In(zone))
		isNewest := i == 0 || p == Each || !begin.Equal(last) // of its period
		last = begin
		name := p.String()
		switch {
		case isNewest:
		case i == len(group)-1:
			name = "oldest " + name
		default:
			continue
		}
		if left != 0 {
			v.Reasons = append(v.Reasons, name)
			if left > 0 {
				left--
			}
		}
		if !within.IsZero() && v.Started.After(within.Before(newest.In(zone))) {
			if p == Each {
				name = ""
			}
			v.Reasons = append(v.Reasons, strings.TrimLeft(name+" within "+within.String(), " "))
		}
	}
}

// tags returns the reasons of the rules about tags.
func (r Rules) tags(tags []string) (reasons []string) {
	for _, list := range r.Tags {
		if !slices.ContainsFunc(list, func(tag string) bool { return !slices.Contains(tags, tag) }) {
			reasons = append(reasons, "tag "+strings.Join(list, ","))
		}
	}
	return reasons
}
