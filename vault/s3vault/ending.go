package s3vault

import "firn/vault"

// Announces reports whether a message says that the object of a job was restored. Another
// program may have requested that, since the events of a bucket name objects, not requests.
func (v *Vault) Announces(e vault.Ending, id vault.JobID) bool {
	j, err := v.parseJob(id)
	return err == nil && j.kind == vault.RetrieveArchive && e.Job == "" && e.Bucket == v.config.Bucket &&
		j.of == object{e.Key, versionOf(&e.Version)}
}
