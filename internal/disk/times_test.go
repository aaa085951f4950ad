package disk_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"firn/internal/disk"
)

// The modification time stays when the file is closed.
func TestSetModTime(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("written before")
	at := time.Date(2015, 7, 5, 1, 22, 1, 500_000_000, time.UTC)
	if err == nil {
		err = disk.SetModTime(f, at)
	}
	if closed := f.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	info, err := os.Stat(f.Name())
	if err != nil || !info.ModTime().Equal(at) {
		t.Errorf("%v, %v; want %v", info.ModTime(), err, at)
	}
}

func TestTimesThatNoFileHas(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, year := range []int{1, 1600, 2300, 9999} {
		if err := disk.SetModTime(f, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
			t.Errorf("a file of the year %d", year)
		}
	}
}
