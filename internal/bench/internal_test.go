package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// measured returns a report on two programs that moved 10^9 bytes.
func measured() *report {
	g := &group{title: "upload", size: 1e9, base: "firn", contenders: []*contender{
		{name: "firn", runs: []usage{{cpu: 3 * time.Second, wall: time.Second}, {cpu: time.Second, wall: time.Second}, {cpu: 2 * time.Second, wall: time.Second}}},
		{name: "other|one", runs: []usage{{cpu: 8 * time.Second, wall: 2 * time.Second}}},
	}}
	r := &report{machine: &table{title: "The run", columns: []string{"what", "value"}}, main: usages("Programs", g)}
	r.machine.add("cores", "2")
	r.atMost(13, "CPU", 1, 2)
	r.atLeast(2, "speed", 1, 2)
	return r
}

const wantText = `
The run
=======

  what   value
  cores      2

Programs
========

  program    n  CPU s/GB  x firn  wall s  x firn  MB/s  peak MiB

upload
  firn       3     2.000    1.00    1.00    1.00  1000         0
  other|one  1     8.000    2.67    2.00    2.00   500         0

Targets
=======

  number  what   figure  target   reached
  P2      speed   1.000  >= 2.00  MISS
  P13     CPU     1.000  <= 2.00  ok
`

const wantMarkdown = `
### The run

| what | value |
| --- | --: |
| cores | 2 |

### Programs

| program | n | CPU s/GB | x firn | wall s | x firn | MB/s | peak MiB |
| --- | --: | --: | --: | --: | --: | --: | --: |
| **upload** |  |  |  |  |  |  |  |
| firn | 3 | 2.000 | 1.00 | 1.00 | 1.00 | 1000 | 0 |
| other\|one | 1 | 8.000 | 2.67 | 2.00 | 2.00 | 500 | 0 |

### Targets

| number | what | figure | target | reached |
| --- | --- | --: | --- | --- |
| P2 | speed | 1.000 | >= 2.00 | MISS |
| P13 | CPU | 1.000 | <= 2.00 | ok |
`

func TestReportForATerminal(t *testing.T) {
	var out strings.Builder
	if err := measured().print(&out, text); err != nil || out.String() != wantText {
		t.Errorf("error %v, and printed\n%s\nwant\n%s", err, out.String(), wantText)
	}
}

func TestMedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle(t *testing.T) {
	got := median([]usage{{cpu: 9, peak: 1}, {cpu: 1, peak: 5}, {cpu: 4, peak: 7}, {cpu: 2, peak: 100}})
	if want := (usage{cpu: 3, peak: 6}); got != want {
		t.Errorf("the median is %+v, want %+v", got, want)
	}
}

func TestDocumentKeepsWhatIsWrittenByHand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	document := func(figures string) string {
		return "# By hand\n" + figuresBegin + figures + figuresEnd + "By hand, too.\n"
	}
	if err := os.WriteFile(path, []byte(document("old\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second run finds the place again
		if err := measured().writeDocument(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if want := document(wantMarkdown + "\n"); err != nil || string(got) != want {
		t.Errorf("error %v, and the document is\n%s\nwant\n%s", err, got, want)
	}
}

func TestDocumentWithoutAPlaceStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(path, []byte(figuresEnd+figuresBegin), 0o600); err != nil {
		t.Fatal(err)
	}
	err := measured().writeDocument(path)
	if err == nil || !strings.Contains(err.Error(), "no place for figures") {
		t.Errorf("error %v, want one about the place", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != figuresEnd+figuresBegin {
		t.Errorf("error %v, and the document became %q", err, got)
	}
}
