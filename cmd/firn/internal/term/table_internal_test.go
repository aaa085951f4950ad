package term

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// tableText returns what a table without a terminal prints.
func tableText(t *testing.T, fill func(*Table)) string {
	t.Helper()
	var b bytes.Buffer
	out := &Printer{w: bufio.NewWriter(&b), width: func() int { return 0 }}
	table := NewTable(out, Column{Title: "NAME"}, Column{Title: "SIZE", Right: true}, Column{Title: "ID"})
	fill(table)
	table.End()
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTableWithoutTerminal(t *testing.T) {
	got := tableText(t, func(table *Table) {
		table.Add("a.tar", "1 MiB", "x")
		table.Add("Älpler 雪", "12 MiB", "")
		table.Add("two\nlines", "3 B", "y")
	})
	want := "NAME            SIZE  ID\n" +
		"a.tar          1 MiB  x\n" +
		"Älpler 雪     12 MiB\n" +
		`two\x0alines     3 B  y` + "\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A row of a long list costs little: nothing is computed twice, and no library sees it.
func TestTableIsCheap(t *testing.T) {
	const rows = 5000
	allocations := testing.AllocsPerRun(1, func() {
		text := tableText(t, func(table *Table) {
			for i := range rows {
				table.Add("june.tar", strconv.Itoa(i%10), "id")
			}
		})
		if n := strings.Count(text, "\n"); n != rows+1 {
			t.Errorf("%d lines", n)
		}
	})
	if allocations > 3*rows {
		t.Errorf("%.1f allocations a row", allocations/rows)
	}
}
