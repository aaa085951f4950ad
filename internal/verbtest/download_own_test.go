//go:build !race || torture

package verbtest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"

	"firn/catalog"
	"firn/download"
	"firn/record"
	"firn/vault"
)

// Without Force, a download neither writes nor removes a file that has replaced the
// unfinished one.
func TestLongAFileInPlaceOfTheUnfinishedOne(t *testing.T) {
	data := content(1, mib)
	for name, mine := range map[string][]byte{
		"small":                       []byte("my own notes"),
		"of the same size":            content(2, mib),
		"of zeros":                    make([]byte, mib),
		"of fewer zeros":              make([]byte, 5),
		"with the mark of some other": append(slices.Clone(data), "\nfirn: unfinished download 0123456789abcdef0123456789abcdef\n"...),
	} {
		for how, put := range map[string]func(path string) error{
			"renamed": func(path string) error {
				return errors.Join(os.WriteFile(path+".new", mine, 0o600), os.Rename(path+".new", path))
			},
			"written into it": func(path string) error { return os.WriteFile(path, mine, 0o600) },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					a := d.store(data)
					d.begun(a)
					d.must(put(d.part()))
					if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrExists) || len(d.vault.reads) != 0 {
						t.Errorf("%v; read %v", err, d.vault.reads)
					}
					d.wantContent(d.part(), mine)

					// Force takes the name away from the file. The file keeps its other
					// name and its bytes.
					other := filepath.Join(d.dir, "another name")
					d.must(os.Link(d.part(), other))
					o := d.downloading()
					o.Force = true
					if _, err := d.download(a, o); err != nil {
						t.Fatal(err)
					}
					d.wantFile(data)
					d.wantContent(other, mine)
				})
			})
		}
	}
}

// A file that has segments of the archive is not necessarily the unfinished download.
func TestLongAFileThatHasSomeOfTheBytes(t *testing.T) {
	data := content(1, threeSegments)
	for name, mine := range map[string][]byte{
		"the same beginning":  changed(data),
		"the beginning alone": data[:17*mib],
		"more behind it":      append(slices.Clone(data), "\nmy own end"...),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				d.unfinished(a)
				put(d, d.part(), mine)
				if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrExists) || len(d.vault.reads) != 0 {
					t.Errorf("%v; read %v", err, d.vault.reads)
				}
				o := d.downloading()
				o.Range = vault.Range{Size: mib} // this range discards the unfinished download
				if _, err := d.download(a, o); !errors.Is(err, vault.ErrExists) {
					t.Errorf("a range: %v", err)
				}
				d.wantContent(d.part(), mine)
			})
		})
	}
}

// Another file with the same bytes counts as a copy of the unfinished download.
func TestLongACopyOfTheUnfinishedFileIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, threeSegments)
		a := d.store(data)
		d.unfinished(a)
		got, err := os.ReadFile(d.part())
		d.must(err, os.Remove(d.part()), os.WriteFile(d.part(), got, 0o644))
		if got, err := d.download(a, d.downloading()); err != nil || got.Resumed != 32*mib {
			t.Errorf("%+v, %v", got, err)
		}
		d.wantFile(data)
	})
}

// Versions of firn without marks left an unfinished file of the full size.
func TestLongUnfinishedFilesWithoutAMark(t *testing.T) {
	data := content(1, threeSegments)
	for name, test := range map[string]struct {
		left    func(d *rig, key int64) error
		resumed int64
		want    error
	}{
		"two segments": {func(*rig, int64) error { return nil }, 32 * mib, nil},
		"a flipped bit": {func(d *rig, _ int64) error {
			left, err := os.ReadFile(d.part())
			left[17*mib] ^= 1
			return errors.Join(err, os.WriteFile(d.part(), left, 0o600))
		}, 16 * mib, nil},
		"nothing yet": {func(d *rig, key int64) error {
			return errors.Join(d.catalog.DropSegments(d.t.Context(), key), os.WriteFile(d.part(), make([]byte, threeSegments), 0o600))
		}, 0, nil},
		"no byte": {func(d *rig, key int64) error {
			return errors.Join(d.catalog.DropSegments(d.t.Context(), key), os.Truncate(d.part(), 0))
		}, 0, nil},
		"another file": {func(d *rig, _ int64) error { return os.WriteFile(d.part(), content(2, threeSegments), 0o600) }, 0, vault.ErrExists},
		"another file before any segment": {func(d *rig, key int64) error {
			return errors.Join(d.catalog.DropSegments(d.t.Context(), key), os.WriteFile(d.part(), content(2, threeSegments), 0o600))
		}, 0, vault.ErrExists},
		"another size": {func(d *rig, _ int64) error { return os.WriteFile(d.part(), data[:20*mib], 0o600) }, 0, vault.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(data)
				d.unfinished(a)
				last, err := d.catalog.FindDownload(t.Context(), rigURL, a.ID, d.target())
				last.Mark = ""
				d.must(err, d.catalog.SaveDownload(t.Context(), &last), os.Truncate(d.part(), threeSegments), test.left(d, last.Key))
				before := d.contents()
				got, err := d.download(a, d.downloading())
				if !errors.Is(err, test.want) || got.Resumed != test.resumed {
					t.Fatalf("%+v, %v", got, err)
				}
				if test.want == nil {
					d.wantFile(data)
				} else if !slices.Equal(before, d.contents()) {
					t.Error("the file was changed")
				}
			})
		})
	}
}

// A run that was killed between the removal of the mark and the renaming had all bytes on
// the disk.
func TestLongTheMarkWasTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRig(t)
		data := content(1, mib)
		a := d.store(data)
		d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
			return out, os.MkdirAll(d.target(), 0o700) // a directory with the name of the target prevents the renaming
		}
		if _, err := d.download(a, d.downloading()); !errors.Is(err, vault.ErrExists) {
			t.Fatalf("%v", err)
		}
		d.wantContent(d.part(), data)
		d.must(os.Remove(d.target()))
		d.vault.output, d.vault.reads = nil, nil
		if _, err := d.download(a, d.downloading()); err != nil || len(d.vault.reads) != 0 {
			t.Errorf("%v; read %v", err, d.vault.reads)
		}
		d.wantFile(data)
	})
}

// swapping is a catalog that replaces the unfinished file when a segment is saved, or
// before the download is saved for the n-th time.
type swapping struct {
	*catalog.Catalog
	segments, saves int
	swap            func()
}

func (s *swapping) SaveSegment(ctx context.Context, key int64, r record.Segment) error {
	if s.segments--; s.segments == 0 {
		s.swap()
	}
	return s.Catalog.SaveSegment(ctx, key, r)
}

func (s *swapping) SaveDownload(ctx context.Context, d *record.Download) error {
	if s.saves--; s.saves == 0 {
		s.swap()
	}
	return s.Catalog.SaveDownload(ctx, d)
}

// Only the file that the download wrote gets the name of the target. A file that replaced
// it does not.
func TestLongTheUnfinishedFileIsReplacedMeanwhile(t *testing.T) {
	mine := []byte("my own notes")
	for name, test := range map[string]struct {
		segments, saves int
		swap            func(d *rig) error
		want            error
	}{
		"early":                 {1, 0, func(d *rig) error { return os.Rename(d.target()+".mine", d.part()) }, vault.ErrExists},
		"with the last segment": {2, 0, func(d *rig) error { return os.Rename(d.target()+".mine", d.part()) }, vault.ErrExists},
		"when all are there":    {0, 2, func(d *rig) error { return os.Rename(d.target()+".mine", d.part()) }, vault.ErrExists},
		"by a link": {0, 2, func(d *rig) error {
			return errors.Join(os.Remove(d.part()), os.Symlink(d.target()+".mine", d.part()))
		}, vault.ErrExists},
		"by nothing":              {0, 2, func(d *rig) error { return os.Remove(d.part()) }, nil},
		"early by nothing":        {1, 0, func(d *rig) error { return os.Remove(d.part()) }, nil},
		"by nothing, and renamed": {0, 2, func(d *rig) error { return os.Rename(d.part(), d.target()+".elsewhere") }, nil},
	} {
		for _, force := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newRig(t)
					size := mib
					if test.segments > 0 {
						size = 17 * mib // two segments
					}
					a := d.store(content(1, size))
					put(d, d.target()+".mine", mine)
					old := []byte("what was there before")
					if force {
						put(d, d.target(), old)
					}
					o := d.downloading()
					o.Force, o.Concurrency = force, 1
					journal := &swapping{Catalog: d.catalog, segments: test.segments, saves: test.saves, swap: func() { d.must(test.swap(d)) }}
					o.Journal = journal
					_, err := d.download(a, o)
					if err == nil || test.want != nil && !errors.Is(err, test.want) {
						t.Errorf("%v", err)
					}
					if force {
						d.wantContent(d.target(), old)
					} else if _, err := os.Lstat(d.target()); !errors.Is(err, os.ErrNotExist) {
						t.Errorf("the target is there: %v", err)
					}
					if test.want != nil {
						d.wantContent(d.part(), mine)
					}
					if test.segments > 0 && journal.segments != 0 {
						t.Error("segments were recorded after the file was gone")
					}
				})
			})
		}
	}
}

// The lock also holds between catalogs, and between two paths to one file.
func TestLongTheUnfinishedFileIsLocked(t *testing.T) {
	for name, path := range map[string]func(d *rig) (string, error){
		"another catalog": func(d *rig) (string, error) { return d.target(), nil },
		"through a linked directory": func(d *rig) (string, error) {
			return filepath.Join(d.dir, "linked", "back.bin"), os.Symlink(d.dir, filepath.Join(d.dir, "linked"))
		},
		"a hard link": func(d *rig) (string, error) {
			return d.target() + "2", os.Link(d.part(), d.target()+"2.part")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				data := content(1, mib)
				a := d.store(data)
				other := newRig(t) // a rig with another catalog
				d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
					to, err := path(d)
					d.must(err)
					for _, force := range []bool{false, true} {
						o := other.downloading()
						o.Force = force
						if _, err := download.File(context.Background(), at(d.below, o.Depot), a, to, o.Options); !errors.Is(err, vault.ErrLocked) {
							t.Errorf("force %t: %v", force, err)
						}
					}
					return out, nil
				}
				if _, err := d.download(a, d.downloading()); err != nil {
					t.Error(err)
				}
				d.wantContent(d.target(), data)
			})
		})
	}
}
