package vaulttest

import (
	"context"
	"io"
	"iter"
	"sync"

	"firn/vault"
)

// Fault is a scripted failure of a [Faulty] vault.
type Fault struct {
	// Method is the name of a method of vault.Vault.
	Method string
	// Call is the number of the call that fails: 1 is the first, 0 every call.
	Call int
	// Err is the result of the call. If it is nil and Block or Truncate is set, the call
	// proceeds.
	Err error
	// After lets the call take effect first, so that only its answer is lost. Lists yield
	// all their elements, then the error.
	After bool
	// Truncate, if above 0, ends the body of UploadPart, or the output of OpenOutput, after
	// this many bytes.
	Truncate int64
	// Block delays the call until the channel is closed or the context is cancelled, before
	// anything else happens.
	Block <-chan struct{}
}

// Faulty is a vault with scripted, never random, faults. Calls without a fault reach the
// vault below unchanged.
type Faulty struct {
	below  vault.Vault
	faults []Fault

	mu    sync.Mutex
	calls map[string]int
}

var (
	_ vault.Vault       = (*Faulty)(nil)
	_ vault.Looker      = (*Faulty)(nil)
	_ vault.CloseLooker = (*Faulty)(nil)
	_ vault.Namer       = (*Faulty)(nil)
)

// NewFaulty returns v with faults. If several faults match a call, the first one applies.
func NewFaulty(v vault.Vault, faults ...Fault) *Faulty {
	return &Faulty{below: v, faults: faults, calls: make(map[string]int)}
}

// Calls returns the number of calls of a method, including those that failed.
func (f *Faulty) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// next counts a call and returns its fault, or the zero Fault if it has none.
func (f *Faulty) next(method string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[method]++
	for _, fault := range f.faults {
		if fault.Method == method && (fault.Call == 0 || fault.Call == f.calls[method]) {
			return fault
		}
	}
	return Fault{}
}

// before blocks as the fault requires. It returns the fault's error if the call must not
// take effect.
func (fault Fault) before(ctx context.Context) error {
	if fault.Block != nil {
		select {
		case <-fault.Block:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if fault.After {
		return nil
	}
	return fault.Err
}

// around makes one call with its fault.
func around[T any](ctx context.Context, fault Fault, call func() (T, error)) (T, error) {
	var none T
	if err := fault.before(ctx); err != nil {
		return none, err
	}
	result, err := call()
	if err == nil && fault.Err != nil {
		return none, fault.Err
	}
	return result, err
}

// aroundList returns a sequence with the fault of its call.
func aroundList[T any](ctx context.Context, fault Fault, list iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := fault.before(ctx); err != nil {
			yield(none, err)
			return
		}
		for item, err := range list {
			if !yield(item, err) || err != nil {
				return
			}
		}
		if fault.Err != nil {
			yield(none, fault.Err)
		}
	}
}

// URL returns the URL of the vault below. It has no faults.
func (f *Faulty) URL() string { return f.below.URL() }

// Limits returns the limits of the vault below. It has no faults.
func (f *Faulty) Limits() vault.Limits { return f.below.Limits() }

// CreateUpload calls the vault below, with faults.
func (f *Faulty) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	return around(ctx, f.next("CreateUpload"), func() (vault.UploadID, error) {
		return f.below.CreateUpload(ctx, req)
	})
}

// UploadPart calls the vault below, with faults.
func (f *Faulty) UploadPart(ctx context.Context, id vault.UploadID, part vault.Part, body io.ReadSeeker) (vault.Part, error) {
	fault := f.next("UploadPart")
	if fault.Truncate > 0 {
		body = &truncated{body: body, left: fault.Truncate, limit: fault.Truncate}
	}
	return around(ctx, fault, func() (vault.Part, error) {
		return f.below.UploadPart(ctx, id, part, body)
	})
}

// Parts calls the vault below, with faults.
func (f *Faulty) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	return aroundList(ctx, f.next("Parts"), f.below.Parts(ctx, id))
}

// CompleteUpload calls the vault below, with faults.
func (f *Faulty) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	return around(ctx, f.next("CompleteUpload"), func() (vault.ArchiveID, error) {
		return f.below.CompleteUpload(ctx, id, c)
	})
}

// AbortUpload calls the vault below, with faults.
func (f *Faulty) AbortUpload(ctx context.Context, id vault.UploadID) error {
	_, err := around(ctx, f.next("AbortUpload"), func() (struct{}, error) {
		return struct{}{}, f.below.AbortUpload(ctx, id)
	})
	return err
}

// Uploads calls the vault below, with faults.
func (f *Faulty) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return aroundList(ctx, f.next("Uploads"), f.below.Uploads(ctx))
}

// StartJob calls the vault below, with faults.
func (f *Faulty) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	return around(ctx, f.next("StartJob"), func() (vault.JobID, error) {
		return f.below.StartJob(ctx, req)
	})
}

// Job calls the vault below, with faults.
func (f *Faulty) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	return around(ctx, f.next("Job"), func() (vault.Job, error) {
		return f.below.Job(ctx, id)
	})
}

// Jobs calls the vault below, with faults.
func (f *Faulty) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return aroundList(ctx, f.next("Jobs"), f.below.Jobs(ctx))
}

// OpenOutput calls the vault below, with faults.
func (f *Faulty) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	fault := f.next("OpenOutput")
	if fault.After {
		// The answer is a stream, so it must be opened before it can be lost.
		out, err := f.below.OpenOutput(ctx, id, r)
		if err == nil && fault.Err != nil {
			_ = out.Close()
		}
		return around(ctx, fault, func() (vault.Output, error) { return out, err })
	}
	return around(ctx, fault, func() (vault.Output, error) {
		out, err := f.below.OpenOutput(ctx, id, r)
		if err == nil && fault.Truncate > 0 {
			out.ReadCloser = readCloser{Reader: io.LimitReader(out.ReadCloser, fault.Truncate), Closer: out.ReadCloser}
		}
		return out, err
	})
}

// Inventory calls the vault below, with faults.
func (f *Faulty) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return aroundList(ctx, f.next("Inventory"), f.below.Inventory(ctx, id, after))
}

// DeleteArchive calls the vault below, with faults.
func (f *Faulty) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	_, err := around(ctx, f.next("DeleteArchive"), func() (struct{}, error) {
		return struct{}{}, f.below.DeleteArchive(ctx, id)
	})
	return err
}

// HasArchives calls the vault below, with faults.
func (f *Faulty) HasArchives(ctx context.Context) (bool, error) {
	return around(ctx, f.next("HasArchives"), func() (bool, error) {
		return f.below.HasArchives(ctx)
	})
}

// Look calls the vault below, with faults; ErrInvalid if it is no vault.Looker.
func (f *Faulty) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	return around(ctx, f.next("Look"), func() (vault.Archive, error) {
		if looker, ok := f.below.(vault.Looker); ok {
			return looker.Look(ctx, id)
		}
		return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "the vault describes archives only through jobs")
	})
}

// LookClosely calls the vault below, with faults; ErrInvalid if it is no vault.CloseLooker.
func (f *Faulty) LookClosely(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	return around(ctx, f.next("LookClosely"), func() (vault.Archive, error) {
		if looker, ok := f.below.(vault.CloseLooker); ok {
			return looker.LookClosely(ctx, id)
		}
		return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "the vault keeps no more than it lists")
	})
}

// LookNamed calls the vault below, with faults; ErrInvalid if it is no vault.Namer.
func (f *Faulty) LookNamed(ctx context.Context, name string) (vault.Archive, error) {
	return around(ctx, f.next("LookNamed"), func() (vault.Archive, error) {
		if namer, ok := f.below.(vault.Namer); ok {
			return namer.LookNamed(ctx, name)
		}
		return vault.Archive{}, vault.Errorf(vault.ErrInvalid, "the archives of the vault have no names")
	})
}

// CheckName calls the vault below. It does no I/O and so has no faults.
func (f *Faulty) CheckName(name string) error {
	if namer, ok := f.below.(vault.Namer); ok {
		return namer.CheckName(name)
	}
	return nil
}

// UploadsNamed calls the vault below, with the faults of Uploads. It lists nothing if the
// vault is no vault.Namer.
func (f *Faulty) UploadsNamed(ctx context.Context, name string) iter.Seq2[vault.Upload, error] {
	list := func(func(vault.Upload, error) bool) {}
	if namer, ok := f.below.(vault.Namer); ok {
		list = namer.UploadsNamed(ctx, name)
	}
	return aroundList(ctx, f.next("Uploads"), list)
}

// IsUpload calls the vault below. It has no faults.
func (f *Faulty) IsUpload(a, b vault.UploadID) bool { return vault.IsUpload(f.below, a, b) }

// FindUpload calls the vault below, with the faults of Uploads.
func (f *Faulty) FindUpload(ctx context.Context, id vault.UploadID) (vault.Upload, error) {
	return around(ctx, f.next("Uploads"), func() (vault.Upload, error) { return vault.FindUpload(ctx, f.below, id) })
}

// CountUploads calls the vault below, with the faults of Uploads.
func (f *Faulty) CountUploads(ctx context.Context) (int, error) {
	return around(ctx, f.next("Uploads"), func() (int, error) { return vault.CountUploads(ctx, f.below) })
}

type readCloser struct {
	io.Reader
	io.Closer
}

// truncated is a body that ends early. After a seek it has its full limit again.
type truncated struct {
	body        io.ReadSeeker
	left, limit int64 // bytes
}

func (t *truncated) Read(b []byte) (int, error) {
	if t.left <= 0 {
		return 0, io.EOF
	}
	n, err := t.body.Read(b[:min(int64(len(b)), t.left)])
	t.left -= int64(n)
	return n, err
}

func (t *truncated) Seek(offset int64, whence int) (int64, error) {
	t.left = t.limit
	return t.body.Seek(offset, whence)
}
