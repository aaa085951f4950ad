//go:build linux

package sqlite

import "testing"

func TestNetworkFileSystemsHaveNames(t *testing.T) {
	for name, test := range map[string]struct {
		magic   uint32 // of statfs(2)
		network bool
	}{
		"nfs":   {0x6969, true},
		"smb":   {0x517b, true},
		"cifs":  {0xff534d42, true},
		"smb2":  {0xfe534d42, true},
		"9p":    {0x01021997, true},
		"afs":   {0x5346414f, true},
		"ext4":  {0xef53, false},
		"xfs":   {0x58465342, false},
		"btrfs": {0x9123683e, false},
		"zfs":   {0x2fc12fc1, false},
		"tmpfs": {0x01021994, false},
		"fuse":  {0x65735546, false},
	} {
		if got := networkName(test.magic); (got != "") != test.network {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTheTemporaryDirectoryIsLocal(t *testing.T) {
	if got, err := networkFileSystem(t.TempDir()); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
