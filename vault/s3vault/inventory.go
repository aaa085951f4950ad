package s3vault

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"firn/vault"
)

func checkInventory(req vault.JobRequest) error {
	switch l := req.List; {
	case req.Archive != "" || !req.Range.IsZero():
		return fmt.Errorf("%w: an inventory is not one of an archive", vault.ErrInvalid)
	case l.Limit != 0 || l.Marker != "" || l.CSV:
		return fmt.Errorf("%w: the inventory of a bucket comes neither in pages nor as CSV", vault.ErrInvalid)
	case !l.Since.IsZero() && !l.Until.IsZero() && !l.Until.After(l.Since):
		return fmt.Errorf("%w: nothing was created from %s on and before %s", vault.ErrInvalid, l.Since, l.Until)
	}
	return nil
}

// Inventory lists the objects under the prefix, by key, and all their versions
// where the bucket keeps them. The service tells neither
// descriptions nor tree hashes in a list, and no object is asked for by itself.
// What is listed is what is there when it is listed: an object that came or went
// since the job was started may be listed or not.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		j, err := v.parseJob(id)
		if err == nil && j.kind != vault.RetrieveInventory {
			err = fmt.Errorf("%w: the job is not for an inventory", vault.ErrInvalid)
		}
		var last *object
		if err == nil && after != "" {
			last, err = v.parseNext(after)
		}
		if err != nil {
			yield(vault.Entry{}, fmt.Errorf("%s: %w", v.what("list the objects"), err))
			return
		}
		for o, err := range v.objects(ctx, last) {
			if err != nil {
				yield(vault.Entry{}, err)
				return
			}
			e := v.entry(o)
			e.AsOf = j.started
			before := !j.list.Since.IsZero() && e.Created.Before(j.list.Since)
			behind := !j.list.Until.IsZero() && !e.Created.Before(j.list.Until)
			if !before && !behind && !o.isFolder() && !yield(e, nil) {
				return
			}
		}
	}
}

// HasArchives looks at the beginning of the bucket's list. The sidecar of an archive
// shows that there is one, too, so that the list ends at its first entry but folders.
func (v *Vault) HasArchives(ctx context.Context) (bool, error) {
	for o, err := range v.current(ctx, nil) { // whoever may store may list these, not always versions
		if err != nil {
			return false, err
		}
		if !o.isFolder() {
			return true, nil
		}
	}
	return false, nil
}

// parseNext reads the Next of an entry, which may be a bad one: its key is listed,
// although no archive has it.
func (v *Vault) parseNext(after string) (*object, error) {
	key, version, _ := CutVersion(after)
	if !strings.HasPrefix(key, v.config.Prefix) || key == "" {
		return nil, fmt.Errorf("%w: %.300q is no entry to go on behind", vault.ErrInvalid, after)
	}
	return &object{key, version}, nil
}

// isFolder reports whether an object only stands for a folder, as consoles make it.
func (o listed) isFolder() bool { return strings.HasSuffix(o.key, "/") && o.size == 0 }

func (v *Vault) entry(o listed) vault.Entry {
	id := o.ID()
	e := vault.Entry{Next: string(id), Archive: vault.Archive{
		ID: id, Name: strings.TrimPrefix(o.key, v.config.Prefix), Size: o.size, Created: o.modified, ETag: trimETag(o.etag),
	}}
	if back, err := v.parseObject(id); err != nil || back != o.object {
		e.Bad, e.Raw = "the key and the version make no id", string(id[:min(len(id), maxKey)])
	}
	return e
}
