package s3vault

import (
	"testing"

	"firn/vault"
)

func TestAnnounces(t *testing.T) {
	v := &Vault{config: Config{Bucket: "films", Prefix: "cold/"}}
	of := func(key, version string) vault.JobID {
		return job{kind: vault.RetrieveArchive, of: object{key, version}, tier: vault.Bulk}.ID()
	}
	for _, c := range []struct {
		ending vault.Ending
		id     vault.JobID
		want   bool
	}{
		{vault.Ending{Bucket: "films", Key: "cold/a b"}, of("cold/a b", ""), true},
		{vault.Ending{Bucket: "films", Key: "cold/a b", Version: "null"}, of("cold/a b", ""), true},
		{vault.Ending{Bucket: "films", Key: "cold/a", Version: "v1"}, of("cold/a", "v1"), true},
		{vault.Ending{Bucket: "films", Key: "cold/a", Version: "v2"}, of("cold/a", "v1"), false},
		{vault.Ending{Bucket: "films", Key: "cold/a"}, of("cold/a", "v1"), false},
		{vault.Ending{Bucket: "films", Key: "cold/b"}, of("cold/a", ""), false},
		{vault.Ending{Bucket: "other", Key: "cold/a"}, of("cold/a", ""), false},
		{vault.Ending{Bucket: "films", Key: "warm/a"}, of("warm/a", ""), false},
		{vault.Ending{Job: of("cold/a", "")}, of("cold/a", ""), false},
		{vault.Ending{Bucket: "films"}, job{kind: vault.RetrieveInventory}.ID(), false},
		{vault.Ending{Bucket: "films", Key: "cold/a"}, "no id", false},
	} {
		if got := v.Announces(c.ending, c.id); got != c.want {
			t.Errorf("%+v announces %q: %t", c.ending, c.id, got)
		}
	}
}
