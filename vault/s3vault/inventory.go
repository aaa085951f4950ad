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
		return vault.Errorf(vault.ErrInvalid, "an inventory job takes no archive id")
	case l.Limit != 0 || l.Marker != "" || l.CSV:
		return vault.Errorf(vault.ErrInvalid, "an inventory of a bucket has neither pages nor a CSV form")
	case !l.Since.IsZero() && !l.Until.IsZero() && !l.Until.After(l.Since):
		return vault.Errorf(vault.ErrInvalid, "the period from %s until %s is empty", l.Since, l.Until)
	}
	return nil
}

// Inventory lists the objects under the prefix, in the order of their keys, with all their
// versions if the bucket keeps them. The service's lists contain neither descriptions nor
// tree hashes, and Inventory sends no requests for single objects. It lists the present
// state: an object stored or deleted since the job was started may be listed or not.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		j, err := v.parseJob(id)
		if err == nil && j.kind != vault.RetrieveInventory {
			err = vault.Errorf(vault.ErrInvalid, "the job is not an inventory job")
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

// HasArchives reads the beginning of the bucket's list. The sidecar of an archive also
// shows that there is one, so HasArchives stops at the first entry that is no folder.
func (v *Vault) HasArchives(ctx context.Context) (bool, error) {
	for o, err := range v.current(ctx, nil) { // permission to store archives includes the listing of objects, but not always of versions
		if err != nil {
			return false, err
		}
		if !o.isFolder() {
			return true, nil
		}
	}
	return false, nil
}

// parseNext parses the Next of an entry. The entry may be bad: its key is listed although
// no archive can have it.
func (v *Vault) parseNext(after string) (*object, error) {
	last := ParseReference(after)
	if !strings.HasPrefix(last.Key, v.config.Prefix) || last.Key == "" {
		return nil, vault.Errorf(vault.ErrInvalid, "the inventory cannot continue after %.300q, which is not the id of an entry", after)
	}
	return &object{last.Key, last.Version}, nil
}

// isFolder reports whether an object only represents a folder, as consoles create it.
func (o listed) isFolder() bool { return strings.HasSuffix(o.key, "/") && o.size == 0 }

func (v *Vault) entry(o listed) vault.Entry {
	id := o.ID()
	e := vault.Entry{Next: string(id), Archive: vault.Archive{
		ID: id, Name: strings.TrimPrefix(o.key, v.config.Prefix), Size: o.size, Created: o.modified, ETag: trimETag(o.etag),
	}}
	if back, err := v.parseObject(id); err != nil || back != o.object {
		e.Bad, e.Raw = "the key and the version do not form an id", string(id[:min(len(id), maxKey)])
	}
	return e
}
