package download

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"firn/record"
)

func TestFileNames(t *testing.T) {
	long := strings.Repeat("\u00e4", 200)
	for _, c := range []struct{ name, unix, windows string }{
		{"backup.tar", "backup.tar", "backup.tar"},
		{"/home/me/backup.tar", "home/me/backup.tar", "home/me/backup.tar"},
		{"../../etc/passwd", "etc/passwd", "etc/passwd"},
		{"a/../../b", "a/b", "a/b"},
		{"//server/share//x", "server/share/x", "server/share/x"},
		{`C:\Users\me\x.zip`, "Users/me/x.zip", "Users/me/x.zip"},
		{"C:x.zip", "x.zip", "x.zip"},
		{`..\..\x`, "x", "x"},
		{`\\?\C:\x`, "?/C:/x", "_/C_/x"},
		{"10:30.tar", "10:30.tar", "10_30.tar"},
		{"file.txt:stream", "file.txt:stream", "file.txt_stream"},
		{"a\x00b", "a_b", "a_b"},
		{"a\x1b[31mb\x7f", "a_[31mb_", "a_[31mb_"},
		{"exe\u202etxt.", "exe_txt", "exe_txt"},
		{"\xff\xfe", "__", "__"},
		{"x. . ", "x", "x"},
		{"...", "", ""},
		{".", "", ""},
		{"/", "", ""},
		{"", "", ""},
		{" . /x", "x", "x"},
		{".profile", ".profile", ".profile"},
		{"-rf", "-rf", "-rf"},
		{"CON", "_CON", "_CON"},
		{"con.txt", "_con.txt", "_con.txt"},
		{"nul .tar.gz", "_nul .tar.gz", "_nul .tar.gz"},
		{"COM1", "_COM1", "_COM1"},
		{"LPT\u00b2.x", "_LPT\u00b2.x", "_LPT\u00b2.x"},
		{"COM10", "COM10", "COM10"},
		{"CONSOLE", "CONSOLE", "CONSOLE"},
		{"a|b*c?d", "a|b*c?d", "a_b_c_d"},
		{long + ".tar", strings.Repeat("\u00e4", 118) + ".tar", strings.Repeat("\u00e4", 118) + ".tar"},
		{"x/" + long, "x/" + strings.Repeat("\u00e4", 120), "x/" + strings.Repeat("\u00e4", 120)},
	} {
		for windows, want := range map[bool]string{false: c.unix, true: c.windows} {
			if got := strings.Join(cleanPath(c.name, windows), "/"); got != want {
				t.Errorf("windows %v: %q becomes %q, want %q", windows, c.name, got, want)
			}
		}
	}
}

func TestAFileNameIsFound(t *testing.T) {
	for _, c := range []struct {
		a    record.Archive
		want string
	}{
		{record.Archive{Name: "/x/y.tar", Description: "June", ID: "id"}, "y.tar"},
		{record.Archive{Name: "-", Description: "June, all disks", ID: "id"}, "June, all disks"},
		{record.Archive{Name: "..", Description: "", ID: "id"}, "id"},
		{record.Archive{ID: "-id"}, "-id"},
		{record.Archive{}, "archive"},
	} {
		if got := FileName(c.a); got != c.want {
			t.Errorf("%+v is called %q, want %q", c.a, got, c.want)
		}
	}
}

// Every name leads to a file in the directory that it is joined to.
func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"backup.tar", "../x", `C:\x`, "a\x00b", "CON", "x. ", strings.Repeat("x/", 300), strings.Repeat("y", 3000) + ".tar"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		a := record.Archive{Name: name, ID: "id"}
		path, base := FilePath(a), FileName(a)
		if !filepath.IsLocal(path) || !filepath.IsLocal(base) || filepath.Base(base) != base || filepath.Base(path) != base {
			t.Fatalf("%q becomes %q and %q", name, path, base)
		}
		if !utf8.ValidString(path) || strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q becomes %q", name, path)
		}
		for element := range strings.SplitSeq(path, string(filepath.Separator)) {
			if len(element) > maxElement+1 {
				t.Fatalf("%q has %d bytes", element, len(element))
			}
		}
		target := filepath.Join(t.TempDir(), base)
		if err := os.WriteFile(target, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	})
}
