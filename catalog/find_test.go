package catalog_test

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

func TestArchivesByStateAndTime(t *testing.T) {
	c := fresh(t)
	for n, state := range []record.ArchiveState{
		record.Stored, record.Confirmed, record.Differing, record.Missing, record.Deleting, record.Deleted,
	} {
		a := anArchive(vault.ArchiveID(state))
		a.Name, a.State, a.Created = "/srv/"+string(state), state, instant.Add(time.Duration(n)*time.Hour)
		store(t, c, a)
	}
	all6 := []vault.ArchiveID{"stored", "confirmed", "differing", "missing", "deleting", "deleted"}
	for name, test := range map[string]struct {
		filter catalog.Filter
		want   []vault.ArchiveID
	}{
		"zero":            {catalog.Filter{}, all6[:5]},
		"all":             {catalog.Filter{All: true}, all6},
		"state":           {catalog.Filter{State: record.Missing}, all6[3:4]},
		"deleted":         {catalog.Filter{State: record.Deleted}, all6[5:]},
		"since":           {catalog.Filter{Since: instant.Add(time.Hour)}, all6[1:5]},
		"until":           {catalog.Filter{Until: instant.Add(time.Hour)}, all6[:1]},
		"both":            {catalog.Filter{Since: instant.Add(time.Hour), Until: instant.Add(3 * time.Hour)}, all6[1:3]},
		"both, by glob":   {catalog.Filter{Glob: "/srv/**", Since: instant.Add(time.Hour), Until: instant.Add(3 * time.Hour)}, all6[1:3]},
		"glob and state":  {catalog.Filter{Glob: "dele*", State: record.Deleted}, all6[5:]},
		"glob, all":       {catalog.Filter{Glob: "dele*", All: true}, all6[4:]},
		"a vault unknown": {catalog.Filter{Vault: "glacier://other"}, nil},
	} {
		if got := ids(slices.Collect(values(t, c, test.filter))); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestArchivesInEveryOrder(t *testing.T) {
	c := fresh(t)
	for n, a := range []struct {
		id                vault.ArchiveID
		name, description string
		size              int64
		state             record.ArchiveState
	}{
		{"1", "/z/bear", "", 30, record.Stored},
		{"2", "", "ant", 10, record.Confirmed},
		{"0cat", "", "", 30, record.Missing},
		{"4", `C:\a\dog`, "aardvark", 20, record.Confirmed},
		{"5", record.Stream, "cow", 40, record.Stored},
	} {
		archive := anArchive(a.id)
		archive.Name, archive.Description, archive.Size, archive.State = a.name, a.description, a.size, a.state
		archive.Created = instant.Add(time.Duration(n) * time.Hour)
		store(t, c, archive)
	}
	for _, test := range []struct {
		filter catalog.Filter
		want   []vault.ArchiveID
	}{
		{catalog.Filter{}, []vault.ArchiveID{"1", "2", "0cat", "4", "5"}},
		{catalog.Filter{Reverse: true}, []vault.ArchiveID{"5", "4", "0cat", "2", "1"}},
		{catalog.Filter{Order: catalog.ByCreation, Since: instant.Add(time.Hour), Reverse: true}, []vault.ArchiveID{"5", "4", "0cat", "2"}},
		{catalog.Filter{Order: catalog.ByName}, []vault.ArchiveID{"0cat", "2", "1", "5", "4"}},
		{catalog.Filter{Order: catalog.ByName, Reverse: true}, []vault.ArchiveID{"4", "5", "1", "2", "0cat"}},
		{catalog.Filter{Order: catalog.BySize}, []vault.ArchiveID{"2", "4", "1", "0cat", "5"}},
		{catalog.Filter{Order: catalog.BySize, Reverse: true, State: record.Confirmed}, []vault.ArchiveID{"4", "2"}},
		{catalog.Filter{Order: catalog.ByState}, []vault.ArchiveID{"2", "4", "0cat", "1", "5"}},
		{catalog.Filter{Order: catalog.BySize, Glob: "*o*"}, []vault.ArchiveID{"4", "5"}},
		{catalog.Filter{Glob: "*o*", Reverse: true}, []vault.ArchiveID{"5", "4"}},
	} {
		if got := ids(slices.Collect(values(t, c, test.filter))); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q, want %q", test.filter, got, test.want)
		}
	}
}

// In a bucket people know an archive by its key, which is its id.
func TestArchivesOfABucketByName(t *testing.T) {
	c := fresh(t)
	for id, name := range map[vault.ArchiveID]string{"a/z": "/srv/z", "b/a": "/srv/a"} {
		archive := anArchive(id)
		archive.Vault, archive.Name = "s3://bucket/", name
		store(t, c, archive)
	}
	if got, want := ids(slices.Collect(values(t, c, catalog.Filter{Order: catalog.ByName}))), []vault.ArchiveID{"a/z", "b/a"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func values(t *testing.T, c *catalog.Catalog, f catalog.Filter) func(func(record.Archive) bool) {
	t.Helper()
	return func(yield func(record.Archive) bool) {
		for _, a := range all(t, c.Archives(t.Context(), f)) {
			if !yield(a) {
				return
			}
		}
	}
}

// The beginning of an id has 4 characters or more. A shorter one is only a name: ids are random,
// and the archive "e" must not become ambiguous by chance.
func TestFindByTheBeginningOfAnID(t *testing.T) {
	c := fresh(t)
	other, named := anArchive("eNV3X9"), anArchive("random")
	other.Name, other.Description = "/srv/other", ""
	named.Name, named.Description = "/srv/e", ""
	store(t, c, other, named)
	for ref, want := range map[string]string{"eNV3X9": "eNV3X9", "eNV3": "eNV3X9", "eNV": "", "e": "random", "eNV4": ""} {
		found, err := c.FindArchive(t.Context(), vaultURL, ref)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range found {
			got += string(a.ID)
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", ref, got, want)
		}
	}
}

func TestFindByLabel(t *testing.T) {
	c := fresh(t)
	linux, windows, folder, plain, coded := anArchive("linux"), anArchive("windows"), anArchive("folder"), anArchive("plain"), anArchive("coded")
	linux.Name, linux.Description = "/srv/über/a[1].tar", "Disk one/two"
	windows.Name, windows.Description = `C:\Users\ann\notes.txt`, ""
	folder.Name, folder.Description = "photos/2010/", ""
	plain.Name, plain.Description = "summer", "summer"
	coded.Name, coded.Tool, coded.Description = "data/x.bin", "mt-aws-glacier", "mt2 summer"
	store(t, c, linux, windows, folder, plain, coded)
	for ref, want := range map[string]string{
		"/srv/über/a[1].tar":     "linux",
		"a[1].tar":               "linux",
		`a\[1\].tar`:             "linux",
		"/srv/?ber/**":           "linux",
		"/srv/ü*/*.tar":          "linux",
		"Disk one/two":           "linux",
		"Disk */two":             "linux",
		"Disk *":                 "", // * stops at a slash
		"notes.txt":              "windows",
		`C:\Users\ann\notes.txt`: "windows",
		"C:/Users/ann/notes.txt": "windows",
		"C:/Users/**":            "windows",
		"c:/Users/**":            "",
		"2010":                   "folder",
		"photos/2010":            "folder", // by the pattern that it is, too
		"photos/**/":             "folder",
		"sum{mer,mit}":           "plain",
		"**/summer":              "plain",
		"mt2 summer":             "", // a tool wrote that, for itself
		"data/**":                "coded",
		"[a-d]ata/x.bin":         "coded",
		"x.bi[!m]":               "coded",
		"":                       "",
		"/":                      "",
	} {
		found, err := c.FindArchive(t.Context(), vaultURL, ref)
		var got []string
		for _, id := range ids(found) {
			got = append(got, string(id))
		}
		if ref == "photos/2010" {
			want = "" // the name ends with a slash, and this does not
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("FindArchive(%q) = %q, %v; want %q", ref, got, err, want)
		}
	}
}

// What the catalog finds by a pattern is what doublestar matches, for all names.
func FuzzFindArchive(f *testing.F) {
	for _, s := range [][3]string{
		{"/srv/images/disk.img", "the first disk", "/srv/**"},
		{"/srv/images/disk.img", "the first disk", "**/disk.*"},
		{"a", "", "a/**"},
		{"a/b", "", "a/**/b"},
		{"a/b", "", "a/{**,x}/b"},
		{"a/b", "", "a/*{*,x}/b"},
		{"a", "", "a/*{*,}"},
		{"a/b", "", "a[^x]b"},
		{"a/b", "", "a[+-9]b"},
		{"ab", "", "{a,b}{a,b}"},
		{"x*y", "", `x\*y`},
		{"x[y", "", `x\[y`},
		{"\xff", "", "\ufffd"},
		{"é\x80", "", "é*"},
		{"a\xc3\xa9", "", "*é"},
		{`a\b`, "", `a/b`},
		{`a\b`, "", `a\b`},
		{"a/", "", "a/"},
		{"", "?", "[?]"},
		{"}", "", "}"},
		{"]", "", "[]]"},
		{"a,b", "", "a,b"},
		{"a", "a", "[a"},
		{"x", "", `[\]-a]*`},
		{"a-b", "", "{[}],a}-b"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	path := f.TempDir() + "/catalog.db"
	c, err := catalog.Open(f.Context(), path, catalog.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Close() })
	u := anUpload()
	if err := c.SaveUpload(f.Context(), &u); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, description, ref string) {
		if strings.Contains(name+description, "\x00") || len(name+description+ref) > 200 || strings.Count(ref, "*")+strings.Count(ref, "{") > 6 {
			return // GLOB ends at a NUL; patterns of many stars take doublestar too long
		}
		a := anArchive("archive id")
		a.Name, a.Description = name, description
		if err := c.FinishUpload(t.Context(), &u, a); err != nil {
			t.Fatal(err)
		}
		found, err := c.FindArchive(t.Context(), vaultURL, ref)
		if err != nil {
			t.Fatal(err)
		}
		want := ref != "" && (strings.HasPrefix("archive id", ref) || isCalled(name, description, ref))
		if (len(found) == 1) != want {
			t.Errorf("name %q, description %q: FindArchive(%q) found %d, want %t", name, description, ref, len(found), want)
		}
	})
}

// isCalled says in other words than the catalog's what an archive may be called by.
func isCalled(name, description, ref string) bool {
	slashed := strings.ReplaceAll(name, `\`, "/")
	labels := []string{slashed, description}
	if trimmed := strings.TrimRight(slashed, "/"); trimmed != "" {
		labels = append(labels, path.Base(trimmed))
		if trimmed == path.Base(trimmed) && name == trimmed {
			labels[0] = ""
		}
	}
	for _, l := range labels {
		if l == "" {
			continue
		}
		ok, err := doublestar.Match(ref, l)
		ok = ok && strings.ContainsAny(ref, `*?[{\`) // else it is no pattern
		if l == ref || l == strings.ReplaceAll(ref, `\`, "/") || ok && err == nil {
			return true
		}
	}
	return false
}
