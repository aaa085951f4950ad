package sqlite

import "golang.org/x/sys/unix"

// networkFileSystem names the network file system that dir lies on, or returns
// "" for a local one. SQLite's write-ahead log lives in memory that all its
// processes share, which a network does not carry ("Write-Ahead Logging",
// sqlite.org).
func networkFileSystem(dir string) (string, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return "", err
	}
	return networkName(uint32(s.Type)), nil // a number of 32 bits, whose Go type differs by machine
}

// networkName names a network file system by its number in statfs(2), or
// returns "".
func networkName(magic uint32) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "a network file system (NFS)"
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return "a Windows network share (SMB)"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "a network file system (AFS)"
	case unix.V9FS_MAGIC:
		return "a file system shared by another machine (9P)"
	}
	return ""
}
