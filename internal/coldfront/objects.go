package coldfront

import (
	"slices"
	"sync"
)

const standard = "STANDARD"

// nullVersion is S3's name of a version that was written without versioning.
const nullVersion = "null"

// isClass reports whether S3 has such a storage class.
func isClass(class string) bool {
	return class == standard || isArchived(class) || slices.Contains([]string{
		"REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "EXPRESS_ONEZONE",
	}, class)
}

// isArchived reports whether objects of the class must be restored before they can be read.
func isArchived(class string) bool { return class == "GLACIER" || class == "DEEP_ARCHIVE" }

// version holds those properties of an object's version that the server does not know.
type version struct {
	id      string // "" without versioning
	class   string
	restore restore // the zero value if none was requested
}

// objects holds the storage classes. Only the server knows which objects exist: an object
// or upload that is not here has the class STANDARD, if it exists.
type objects struct {
	mu       sync.Mutex
	versions map[name][]version // from the oldest to the latest
	uploads  map[string]string  // class by upload id
}

func newObjects() *objects {
	return &objects{versions: make(map[name][]version), uploads: make(map[string]string)}
}

// plainID returns the version id as objects keeps it: empty for a version written without
// versioning.
func plainID(id string) string {
	if id == nullVersion {
		return ""
	}
	return id
}

// put stores a new object. It replaces a version with the same id.
func (o *objects) put(n name, id, class string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := slices.DeleteFunc(o.versions[n], func(v version) bool { return v.id == plainID(id) })
	o.versions[n] = append(kept, version{id: plainID(id), class: class})
}

// get returns a version, or the latest one if id is "".
func (o *objects) get(n name, id string) version {
	o.mu.Lock()
	defer o.mu.Unlock()
	if v := o.find(n, id); v != nil {
		return *v
	}
	return version{class: standard}
}

// find returns a version, or nil if it is unknown. The caller holds the lock.
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

func (o *objects) remove(n name, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.versions[n] = slices.DeleteFunc(o.versions[n], func(v version) bool { return v.id == plainID(id) })
}

// begin stores the class of an upload.
func (o *objects) begin(uploadID, class string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.uploads[uploadID] = class
}

// upload returns the class of an upload.
func (o *objects) upload(uploadID string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if class, ok := o.uploads[uploadID]; ok {
		return class
	}
	return standard
}
