package durability_test

import "testing"

// A key is whole and on the disk before firn says where it is.
func TestKeyIsMade(t *testing.T) {
	t.Parallel()
	newSandbox(t).watched(words("key new k"),
		before("name k.pub", "safe k"),
		before("say k.pub", "safe k", "safe k.pub"),
	)
}

// An encrypted file is on the disk before anything of it is sent, because encrypted again it
// would be another one. It is removed when the vault has it.
func TestUploadIsEncrypted(t *testing.T) {
	t.Parallel()
	s := withVault(t)
	s.ok(words("key new k")...)
	s.watched(words("upload ./v a --recipient k.pub --spool-dir tmp"),
		before("write v/uploads/ID/data", "safe tmp/*.age"),
		before("remove tmp/*.age", "safe v/archives/ID", "safe home/catalog.db-wal"),
	)
}
