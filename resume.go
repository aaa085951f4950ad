package firn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/dustin/go-humanize"

	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// alreadyPresent looks for an archive of the same source and description. If
// the file looks other than it did then, its bytes decide.
func (u *upload) alreadyPresent(ctx context.Context) (Stored, bool, error) {
	if u.Again || u.source.stream != nil {
		return Stored{}, false, nil
	}
	id := u.source.identity
	last, err := u.Journal.FindUpload(ctx, u.VaultURL, id.Path, u.description)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return Stored{}, false, err
	}
	var sums treehash.Sums
	for a, err := range u.Journal.FindArchives(ctx, u.VaultURL, id.Path, u.description, id.Size) {
		if err != nil {
			return Stored{}, false, err
		}
		same := last.ArchiveID == a.ID && provedSame(last.Source, id)
		if !same && sums.Tree.IsZero() {
			u.Notice("an archive of this name and size is there already; comparing its tree hash with the file")
			if sums, err = u.hash(ctx, 0, id.Size, runtime.GOMAXPROCS(0)); err != nil {
				return Stored{}, false, err
			}
		}
		if same || sums.Tree == a.TreeHash {
			return Stored{
				ArchiveID: a.ID, Size: a.Size, TreeHash: a.TreeHash, Description: a.Description,
				Elapsed: u.Now().Sub(u.begin), AlreadyPresent: true,
			}, true, nil
		}
	}
	return Stored{}, false, nil
}

// open returns an upload to send parts to: the recorded one, else one that the
// vault knows and the local bytes prove, else a new one.
func (u *upload) open(ctx context.Context) (*attempt, error) {
	last, err := u.Journal.FindUpload(ctx, u.VaultURL, u.source.identity.Path, u.description)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	if at, err := u.resume(ctx, last); at != nil || err != nil {
		return at, err
	}
	plan, err := u.newPlan(ctx)
	if err != nil {
		return nil, err
	}
	if last.State == record.Initiating {
		if at, err := u.adoptLost(ctx, &last); at != nil || err != nil {
			return at, err
		}
	}
	if at, err := u.adopt(ctx, plan, last); at != nil || err != nil {
		return at, err
	}
	return u.create(ctx, plan)
}

func (u *upload) newPlan(ctx context.Context) (transfer.Plan, error) {
	wish := u.wish()
	if wish.Rate == 0 {
		learned, err := u.Journal.Rate(ctx, u.VaultURL)
		if err != nil {
			return transfer.Plan{}, err
		}
		wish.Rate = learned
	}
	return transfer.NewPlan(u.vault.Limits(), u.source.Size(), wish)
}

// resume continues the recorded upload. It returns nil if there is none to
// continue.
func (u *upload) resume(ctx context.Context, last record.Upload) (*attempt, error) {
	if last.State != record.Open {
		return nil, nil
	}
	if u.differs(last) {
		return nil, nil
	}
	at := &attempt{Upload: last, plan: transfer.Plan{Size: u.source.Size(), PartSize: last.PartSize}}
	if err := u.loadHeld(ctx, at); err != nil {
		if err := u.explainMissing(ctx, err); !errors.Is(err, errUploadGone) {
			return nil, err
		}
		return nil, u.expire(ctx, at)
	}
	if err := u.loadKnown(ctx, at); err != nil {
		return nil, err
	}
	at.Source = u.source.identity
	u.Notice(fmt.Sprintf("continuing the upload begun %s: the vault holds %s",
		last.Started.Local().Format("2006-01-02 15:04:05"), heldText(at)))
	return at, u.save(ctx, at)
}

// differs reports whether a recorded upload is not what the call would make,
// and tells the user why. Its parts may still serve; see adopt.
func (u *upload) differs(last record.Upload) bool {
	size := u.source.Size()
	switch {
	case last.Source.Size != size:
		u.Notice(fmt.Sprintf("the file had %d bytes when its unfinished upload was begun and has %d now", last.Source.Size, size))
	case u.PartSize != 0 && u.PartSize != last.PartSize:
		u.Notice(fmt.Sprintf("the unfinished upload has parts of %s and not of %s as asked for",
			humanize.IBytes(uint64(last.PartSize)), humanize.IBytes(uint64(u.PartSize))))
	default:
		return false
	}
	return true
}

// loadHeld asks the vault what it has: its list is the truth about parts.
func (u *upload) loadHeld(ctx context.Context, at *attempt) error {
	return u.retry().Do(ctx, func(ctx context.Context) error {
		at.held = make(map[int64]vault.Part)
		for p, err := range u.vault.Parts(ctx, at.ID) {
			if err != nil {
				return err
			}
			at.held[p.Offset] = p
		}
		return nil
	})
}

// loadKnown takes the recorded hashes if the source is proved to be the same:
// our record is the truth about content.
func (u *upload) loadKnown(ctx context.Context, at *attempt) error {
	if !provedSame(at.Source, u.source.identity) {
		if u.source.stream == nil && len(at.held) > 0 {
			u.Notice("the file was touched since; comparing what the vault holds with its bytes")
		}
		return u.Journal.DropParts(ctx, at.Key)
	}
	at.known = make(map[int64]treehash.Hash)
	for p, err := range u.Journal.Parts(ctx, at.Key) {
		if err != nil {
			return err
		}
		at.known[p.Offset] = p.TreeHash
	}
	return nil
}

// adopt looks at the vault for an unfinished upload with our description and
// with parts that are our bytes. The record does not know it, or knows it as the
// last one, of a file that has grown since.
func (u *upload) adopt(ctx context.Context, plan transfer.Plan, last record.Upload) (*attempt, error) {
	candidates, err := u.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range candidates {
		theirs := transfer.Plan{Size: plan.Size, PartSize: c.PartSize}
		if !theirs.Fits(u.vault.Limits()) || (u.PartSize != 0 && u.PartSize != c.PartSize) || u.source.stream != nil {
			continue
		}
		at := u.newAttempt(theirs)
		at.ID, at.Started = c.ID, c.Created
		if last.ID == c.ID {
			at.Key = last.Key
		}
		if err := u.loadHeld(ctx, at); err != nil {
			if errors.Is(err, vault.ErrNotFound) {
				continue // completed or aborted meanwhile
			}
			return nil, err
		}
		ours, err := u.provedOurs(ctx, at)
		if err != nil {
			return nil, err
		}
		if ours {
			u.Notice(fmt.Sprintf("continuing an unfinished upload found at the vault, begun %s: it holds %s",
				c.Created.Local().Format("2006-01-02 15:04:05"), heldText(at)))
			at.State = record.Open
			return at, errors.Join(u.save(ctx, at), u.Journal.DropParts(ctx, at.Key))
		}
	}
	if len(candidates) > 0 {
		u.Notice(fmt.Sprintf("the vault also has %d unfinished upload(s) with this description that are not continued "+
			"(see firn multipart list)", len(candidates)))
	}
	return nil, nil
}

// unfinished lists the vault's uploads with our description.
func (u *upload) unfinished(ctx context.Context) (found []vault.Upload, err error) {
	err = u.retry().Do(ctx, func(ctx context.Context) error {
		found = nil
		for c, err := range u.vault.Uploads(ctx) {
			if err != nil {
				return err
			}
			if c.Description == u.description {
				found = append(found, c)
			}
		}
		return nil
	})
	return found, err
}

// provedOurs compares some of the held parts with the local bytes: the first and
// the last, which is enough to tell our upload from one of another file. Every
// other one is compared when its turn comes to be sent.
func (u *upload) provedOurs(ctx context.Context, at *attempt) (bool, error) {
	var first, last *vault.Part
	for _, p := range at.held {
		if first == nil || p.Offset < first.Offset {
			first = &p
		}
		if last == nil || p.Offset > last.Offset {
			last = &p
		}
	}
	if first == nil {
		return false, nil
	}
	for _, p := range []*vault.Part{first, last} {
		if p.Offset+p.Size > u.source.Size() {
			return false, nil
		}
		sums, err := u.hash(ctx, p.Offset, p.Size, 1)
		if err != nil {
			return false, err
		}
		if sums.Tree != p.TreeHash {
			return false, nil
		}
	}
	return true, nil
}

// hash reads bytes of the source for their hashes, until a drain is asked for.
func (u *upload) hash(ctx context.Context, offset, size int64, cores int) (treehash.Sums, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-u.Drain:
			cancel(ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	sums, err := treehash.ReadAt(ctx, io.NewSectionReader(u.source.at, offset, size), size, cores)
	stopped := ctx.Err()
	cancel(nil)
	<-watching
	if err != nil && stopped == nil {
		err = unreadable(u.source.identity.Path, err)
	}
	return sums, err
}

func (u *upload) newAttempt(plan transfer.Plan) *attempt {
	return &attempt{plan: plan, Upload: record.Upload{
		Vault: u.VaultURL, Source: u.source.identity, Description: u.description,
		PartSize: plan.PartSize, Started: u.Now().UTC().Round(0),
	}}
}

// clockSlack is how far the service's clock may be behind ours when the time of
// an upload is compared with that of our request: as much as a signature allows.
const clockSlack = 15 * time.Minute

// adoptLost looks for the upload of a request whose answer never came.
func (u *upload) adoptLost(ctx context.Context, lost *record.Upload) (*attempt, error) {
	candidates, err := u.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range candidates {
		if c.PartSize != lost.PartSize || c.Created.Before(lost.Started.Add(-clockSlack)) {
			continue
		}
		at := &attempt{Upload: *lost, plan: transfer.Plan{Size: u.source.Size(), PartSize: lost.PartSize}}
		if !at.plan.Fits(u.vault.Limits()) {
			continue
		}
		at.ID, at.Source, at.State = c.ID, u.source.identity, record.Open
		if err := u.loadHeld(ctx, at); err != nil {
			return nil, err
		}
		if len(at.held) > 0 {
			continue // somebody is sending to it
		}
		u.Notice("continuing with the upload whose confirmation was lost")
		return at, u.save(ctx, at)
	}
	return nil, nil
}

// create starts a new upload: the intent is recorded, then the vault is asked,
// and if the answer is lost, the vault is searched before it is asked again.
func (u *upload) create(ctx context.Context, plan transfer.Plan) (*attempt, error) {
	at := u.newAttempt(plan)
	at.State = record.Initiating
	if err := u.save(ctx, at); err != nil {
		return nil, err
	}
	asked := false
	err := u.retry().Do(ctx, func(ctx context.Context) error {
		if asked {
			found, err := u.adoptLost(ctx, &at.Upload)
			if found != nil || err != nil {
				at = orElse(found, at)
				return err
			}
		}
		asked = true
		id, err := u.vault.CreateUpload(ctx, vault.UploadRequest{
			Name: u.source.name, Description: u.description, PartSize: plan.PartSize,
		})
		at.ID = id
		return err
	})
	if err != nil {
		return nil, err
	}
	at.State = record.Open
	return at, u.save(ctx, at)
}

func orElse(a, b *attempt) *attempt {
	if a != nil {
		return a
	}
	return b
}

func heldText(at *attempt) string {
	var bytes int64
	for _, p := range at.held {
		bytes += p.Size
	}
	if at.plan.Size == transfer.Unknown {
		return fmt.Sprintf("%d parts, %s", len(at.held), humanize.IBytes(uint64(bytes)))
	}
	return fmt.Sprintf("%d of %d parts, %s of %s", len(at.held), at.plan.Parts(),
		humanize.IBytes(uint64(bytes)), humanize.IBytes(uint64(at.plan.Size)))
}
