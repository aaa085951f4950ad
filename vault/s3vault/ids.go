package s3vault

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
)

// An id contains, in the form of a query, everything it stands for, so that nothing must be
// remembered: an upload its key, its part size and the service's own id; a job its object,
// its range and the description of its request. A part of the query's hash precedes it, so
// that the first characters of an id already distinguish it from others, since people
// shorten ids.

// sealed returns the id of a query.
func sealed(q url.Values) string {
	text := q.Encode()
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8]) + "?" + text
}

// unsealed returns the query of an id. An id that sealed did not make is an error.
func unsealed(id string) (url.Values, error) {
	_, text, _ := strings.Cut(id, "?")
	q, err := url.ParseQuery(text)
	if err == nil && sealed(q) != id {
		err = errors.New("not an id of a bucket")
	}
	return q, err
}

// object is the content of an ArchiveID: a key, and one version of its object.
type object struct {
	key string
	// version is the service's version id. It is empty for the version without an id: in a
	// bucket without versions every object, and in a bucket with versions an object stored
	// before it kept versions or while it did not, which the service calls "null". So ids
	// remain valid when a bucket begins to keep versions.
	version string
}

const (
	versionMark = "?versionId="
	nullVersion = "null"
)

// versionOf returns the version that the service reported.
func versionOf(reported *string) string {
	if version := aws.ToString(reported); version != nullVersion {
		return version
	}
	return ""
}

// ID returns KEY or KEY?versionId=VERSION. A key that itself contains the mark always gets
// it appended, even without a version.
func (o object) ID() vault.ArchiveID {
	if o.version == "" && !strings.Contains(o.key, versionMark) {
		return vault.ArchiveID(o.key)
	}
	return vault.ArchiveID(o.key + versionMark + o.version)
}

// Reference is text by which people name objects: KEY means every version of an object,
// KEY?versionId=VERSION means one version, and KEY?versionId=null means the version without a
// version id. Every archive id is a reference.
type Reference struct {
	Key     string
	One     bool   // the text names one version
	Version string // empty for the version without an id, and without One
}

// ParseReference parses a reference. Any text is one.
func ParseReference(text string) Reference {
	at := strings.LastIndex(text, versionMark)
	if at < 0 {
		return Reference{Key: text}
	}
	version := text[at+len(versionMark):]
	return Reference{Key: text[:at], One: true, Version: versionOf(&version)}
}

// Means reports whether r names the object with this id.
func (r Reference) Means(id vault.ArchiveID) bool {
	o := ParseReference(string(id))
	return o.Key == r.Key && (!r.One || o.Version == r.Version)
}

// VersionsOf returns the common prefix of the ids of all versions of a key that have
// version ids.
func VersionsOf(key string) string { return key + versionMark }

// NullVersionOf returns the reference to the version of a key that has no version id.
func NullVersionOf(key string) string { return key + versionMark + nullVersion }

// parseObject parses an id. An id that cannot exist is ErrNotFound.
func (v *Vault) parseObject(id vault.ArchiveID) (o object, err error) {
	r := ParseReference(string(id))
	o = object{r.Key, r.Version}
	if err = v.checkKey(o.key); err == nil {
		err = checkVersion(o.version)
	}
	if err != nil {
		return object{}, vault.Errorf(vault.ErrNotFound, "archive %.300q: %v", string(id), err) // the caller's request is valid
	}
	return o, nil
}

// checkVersion returns ErrInvalid if version cannot be a version id: "URL-ready, opaque
// strings that are no more than 1,024 bytes long" ("Version IDs" in the user guide).
func checkVersion(version string) error {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("?&#", r) }
	if len(version) > maxKey || strings.ContainsFunc(version, odd) {
		return vault.Errorf(vault.ErrInvalid, "the id of a version has at most %d characters, each of which a URL can contain", maxKey)
	}
	return nil
}

// upload is the content of an UploadID.
type upload struct {
	key      string
	id       string // the service's own id
	partSize int64  // bytes; 0: unknown
}

// is reports whether u and other are the same upload; a list may report another part size,
// or none.
func (u upload) is(other upload) bool { return u.key == other.key && u.id == other.id }

func (u upload) ID() vault.UploadID {
	q := url.Values{"key": {u.key}, "upload": {u.id}}
	if u.partSize > 0 {
		q.Set("part", strconv.FormatInt(u.partSize, 10))
	}
	return vault.UploadID(sealed(q))
}

// parseUpload parses an id. An id that cannot exist is ErrNotFound.
func (v *Vault) parseUpload(id vault.UploadID) (upload, error) {
	q, err := unsealed(string(id))
	u := upload{key: q.Get("key"), id: q.Get("upload")}
	if err == nil && q.Has("part") {
		u.partSize, err = strconv.ParseInt(q.Get("part"), 10, 64)
	}
	isHere := u.key != "" && strings.HasPrefix(u.key, v.config.Prefix) // a list may contain any key of uploads by others
	if err != nil || u.id == "" || u.partSize < 0 || !isHere {
		return upload{}, vault.Errorf(vault.ErrNotFound, "upload %.300q: not an id of this vault", string(id))
	}
	return u, nil
}

// job is the content of a JobID.
type job struct {
	kind        vault.JobKind
	of          object      // of an archive
	etag        string      // of an archive without a version: the ETag of its object when the job was started
	within      vault.Range // of an archive
	tier        vault.Tier  // of an archive
	list        vault.Listing
	description string
	started     time.Time // zero: unknown
}

func (j job) ID() vault.JobID {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	date := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	set("kind", string(j.kind))
	set("key", j.of.key)
	set("version", j.of.version)
	set("etag", j.etag)
	if !j.within.IsZero() {
		set("offset", strconv.FormatInt(j.within.Offset, 10))
		set("size", strconv.FormatInt(j.within.Size, 10))
	}
	set("tier", string(j.tier))
	set("since", date(j.list.Since))
	set("until", date(j.list.Until))
	set("description", j.description)
	set("started", date(j.started))
	return vault.JobID(sealed(q))
}

func (v *Vault) parseJob(id vault.JobID) (j job, err error) {
	q, err := unsealed(string(id))
	if err == nil {
		j, err = jobOf(q)
	}
	isArchive := j.kind == vault.RetrieveArchive && v.checkKey(j.of.key) == nil && checkVersion(j.of.version) == nil && checkVersion(j.etag) == nil
	isInventory := j.kind == vault.RetrieveInventory && j.of == object{} && j.etag == ""
	if err != nil || !isArchive && !isInventory {
		return job{}, vault.Errorf(vault.ErrNotFound, "job %.300q: not an id of this vault", string(id))
	}
	return j, nil
}

func jobOf(q url.Values) (j job, err error) {
	j = job{
		kind: vault.JobKind(q.Get("kind")), of: object{q.Get("key"), q.Get("version")}, etag: q.Get("etag"),
		tier: vault.Tier(q.Get("tier")), description: q.Get("description"),
	}
	for name, to := range map[string]*int64{"offset": &j.within.Offset, "size": &j.within.Size} {
		if q.Has(name) {
			if *to, err = strconv.ParseInt(q.Get(name), 10, 64); err != nil || *to < 0 {
				return j, fmt.Errorf("%s %.40q is no number", name, q.Get(name))
			}
		}
	}
	for name, to := range map[string]*time.Time{"since": &j.list.Since, "until": &j.list.Until, "started": &j.started} {
		if q.Has(name) {
			if *to, err = time.Parse(time.RFC3339Nano, q.Get(name)); err != nil {
				return j, err
			}
		}
	}
	return j, nil
}

// checkKey returns ErrInvalid if no object of this vault can have this key.
func (v *Vault) checkKey(key string) error {
	name, isOurs := strings.CutPrefix(key, v.config.Prefix)
	switch {
	case !isOurs:
		return vault.Errorf(vault.ErrInvalid, "key %.300q: it is not under %q", key, v.config.Prefix)
	case name == "" || len(key) > maxKey || !utf8.ValidString(key):
		return vault.Errorf(vault.ErrInvalid, "key %.300q: a key has 1 to %d bytes of UTF-8", key, maxKey)
	}
	return nil
}

// newKey returns the key of an archive with this name, or a NameError.
func (v *Vault) newKey(name string) (string, error) {
	key := v.config.Prefix + name
	if why := v.whyNoKey(name, key); why != "" {
		return "", &vault.NameError{Name: name, Why: why}
	}
	return key, nil
}

// whyNoKey returns the reason why no archive can have a name and its key; empty if one can.
// Other tools would misread an element of a path such as "..", a final slash and a
// character that is not printable.
func (v *Vault) whyNoKey(name, key string) string {
	odd := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	for step := range strings.SplitSeq(name, "/") {
		odd = odd || step == "" || step == "." || step == ".."
	}
	switch {
	case !utf8.ValidString(key):
		return "it is not UTF-8, as the keys of objects are"
	case len(key) > maxKey:
		return fmt.Sprintf("behind the prefix it makes a key of %d bytes, and one has up to %d", len(key), maxKey)
	case v.isSidecar(key):
		return "under " + sidecarStep + " are no archives but what firn keeps about them"
	case odd:
		return "the name of an object has printable characters, and no empty, . or .. between its slashes"
	}
	return ""
}

// CheckName returns a NameError if no archive can have this name; see vault.Namer.
func (v *Vault) CheckName(name string) error {
	_, err := v.newKey(name)
	return err
}

// checkPrefix returns ErrInvalid if prefix cannot be the prefix of a vault's keys.
func checkPrefix(prefix string) error {
	if prefix != "" && (!strings.HasSuffix(prefix, "/") || strings.HasPrefix(prefix, "/") || len(prefix) >= maxKey) {
		return vault.Errorf(vault.ErrInvalid, "prefix %.300q: it ends with a slash and does not begin with one", prefix)
	}
	return nil
}
