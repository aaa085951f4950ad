package coldfront

import (
	"slices"
	"sync"
)

const standard = "STANDARD"

// nullVersion is what S3 calls the version of what was written without versioning.
const nullVersion = "null"

// isClass tells whether S3 has such a storage class.
func isClass(class string) bool {
	return class == standard || isArchived(class) || slices.Contains([]string{
		"REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "EXPRESS_ONEZONE",
	}, class)
}

// isArchived tells whether objects of the class must be restored before they can
// be read.
func isArchived(class string) bool { return class == "GLACIER" || class == "DEEP_ARCHIVE" }

// version is what the server does not know of an object's version.
type version struct {
	id      string // "" without versioning
	class   string
	restore restore // the zero value when none was asked for
}

// objects has the storage classes. What exists the server alone knows: a name or
// an upload that is not here is one of class STANDARD, if it is one at all.
type objects struct {
	mu       sync.Mutex
	versions map[name][]version // from the oldest to the latest
	uploads  map[string]string  // the class by upload id
}

func newObjects() *objects {
	return &objects{versions: make(map[name][]version), uploads: make(map[string]string)}
}

// plainID is the version id as it is kept: what was written without versioning
// has none.
func plainID(id string) string {
	if id == nullVersion {
		return ""
	}
	return id
}

// put remembers an object that was written; it replaces the one of the same id.
func (o *objects) put(n name, id, class string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := slices.DeleteFunc(o.versions[n], func(v version) bool { return v.id == plainID(id) })
	o.versions[n] = append(kept, version{id: plainID(id), class: class})
}

// get tells about a version, or about the latest if id is "".
func (o *objects) get(n name, id string) version {
	o.mu.Lock()
	defer o.mu.Unlock()
	if v := o.find(n, id); v != nil {
		return *v
	}
	return version{class: standard}
}

// find needs the lock; it returns nil for what was never put.
func (o *objects) find(n name, id string) *version {
	all := o.versions[n]
	if id == "" {
		if len(all) == 0 {
			return nil
		}
		return &all[len(all)-1]
	}
	if i := slices.IndexFunc(all, func(v version) bool { return v.id == plainID(id) }); i >= 0 {
		return &all[i]
	}
	return nil
}

// remove forgets one version.
func (o *objects) remove(n name, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.versions[n] = slices.DeleteFunc(o.versions[n], func(v version) bool { return v.id == plainID(id) })
}

// begin remembers the class of an upload.
func (o *objects) begin(uploadID, class string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.uploads[uploadID] = class
}

// upload is the class of an upload.
func (o *objects) upload(uploadID string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if class, ok := o.uploads[uploadID]; ok {
		return class
	}
	return standard
}
