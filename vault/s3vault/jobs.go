package s3vault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// StartJob restores an archived object, always as a whole, for KeepDays. It does not
// request again an object that is being restored, and prolongs the copy of one that is
// restored. A job for an object that needs no restore, or for an inventory, is ready at
// once. The job reads the object that exists now, even if somebody stores another one under
// the key meanwhile: another version does not matter, and in a bucket without versions the
// job becomes ErrNotFound.
//
// The service keeps neither descriptions nor ranges of jobs, so the id contains them. An
// inventory can be limited by dates; pages and CSV are ErrInvalid.
func (v *Vault) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	j := job{
		kind: req.Kind, within: req.Range, tier: req.Tier, list: req.List,
		description: req.Description, started: v.config.Now().UTC().Round(0),
	}
	err := checkDescription(req.Description)
	switch {
	case err != nil:
	case req.Kind == vault.RetrieveInventory:
		err = checkInventory(req)
	case req.Kind == vault.RetrieveArchive:
		return v.startRestore(ctx, j, req.Archive)
	default:
		err = fmt.Errorf("a job of kind %.40q: %w", req.Kind, vault.ErrInvalid)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.what("start a job"), err)
	}
	return j.ID(), nil
}

func (v *Vault) startRestore(ctx context.Context, j job, id vault.ArchiveID) (_ vault.JobID, err error) {
	what := fmt.Sprintf("restore %.300q", string(id))
	if j.of, err = v.parseObject(id); err != nil {
		return "", fmt.Errorf("%s: %w", v.what(what), err)
	}
	if j.tier == "" {
		j.tier = vault.Standard
	}
	object, err := v.look(ctx, j.of)
	if err != nil {
		return "", err
	}
	j.etag = pin(j.of, aws.ToString(object.ETag))
	size := aws.ToInt64(object.ContentLength)
	if j.within.IsZero() {
		j.within = vault.Range{Size: size}
	}
	tiers := []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk}
	if isArchived(object.StorageClass) {
		tiers = Class(object.StorageClass).tiers()
	}
	switch {
	case !j.within.IsZero() && (j.within.Offset < 0 || j.within.Size <= 0 || j.within.Offset > size-j.within.Size):
		return "", vault.Errorf(vault.ErrInvalid, "%s: bytes %d to %d were requested of %d", v.what(what), j.within.Offset, j.within.End()-1, size)
	case !slices.Contains(tiers, j.tier):
		return "", vault.Errorf(vault.ErrInvalid, "%s: the tier %.40q is none of %q, which the class %s has", v.what(what), j.tier, tiers, object.StorageClass)
	case !isArchived(object.StorageClass):
		return j.ID(), nil
	}
	return j.ID(), v.restore(ctx, what, j)
}

func (v *Vault) restore(ctx context.Context, what string, j job) error {
	if v.lacks.has(Restore) {
		return nil
	}
	version, err := v.versionID(ctx, j.of)
	if err != nil {
		return err
	}
	err = v.call(ctx, what, func() error {
		_, err := v.client.RestoreObject(ctx, &s3.RestoreObjectInput{
			Bucket: &v.config.Bucket, Key: &j.of.key, VersionId: version, RestoreRequest: &types.RestoreRequest{
				Days:                 aws.Int32(int32(v.config.KeepDays)),
				GlacierJobParameters: &types.GlacierJobParameters{Tier: types.Tier(j.tier)},
			},
		})
		return err
	})
	if answer := amazon.Refusal(err); answer != nil && answer.CodeIs("RestoreAlreadyInProgress") {
		return nil // it does not matter who requested it: its bytes are verified like any others
	}
	if v.isMissing(Restore, err) {
		return nil
	}
	if err == nil {
		v.tryUnrestored(ctx, what, j)
	}
	return v.adviseLacking(Restore, err)
}

// Job returns the state of a job. If the restored copy has expired, it returns ErrNotFound.
func (v *Vault) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	j, err := v.parseJob(id)
	if err != nil {
		return vault.Job{}, fmt.Errorf("%s: %w", v.what("look at a job"), err)
	}
	if j.kind == vault.RetrieveInventory {
		return vault.Job{
			ID: id, Kind: j.kind, Status: vault.Succeeded, List: j.list, Description: j.description, Created: j.started, Completed: j.started,
		}, nil
	}
	object, err := v.seen(ctx, j)
	if err != nil {
		return vault.Job{}, err
	}
	restored := v.restoredNow(object)
	if restored.isGone {
		return vault.Job{}, vault.Errorf(vault.ErrNotFound, "%s: %q is not restored any more", v.what("look at a job"), j.of.key)
	}
	size := aws.ToInt64(object.ContentLength)
	var hash treehash.Hash
	if !restored.inProgress { // a caller that waits asks often, and needs no hash yet
		if hash, err = v.proof(ctx, listed{object: j.of, etag: aws.ToString(object.ETag), size: size}); err != nil {
			return vault.Job{}, err
		}
	}
	described := vault.Job{
		ID: id, Kind: j.kind, Archive: j.of.ID(), Range: j.within, Tier: j.tier, ArchiveSize: size, ArchiveTreeHash: hash,
		Description: j.description, Size: j.within.Size, Created: j.started,
	}
	if j.within.IsZero() {
		described.Range, described.Size = vault.Range{Size: size}, size
	}
	if described.Size == size {
		described.TreeHash = hash
	}
	described.ArchiveCRC64 = wholeCRC(object)
	restored.describe(&described)
	return described, nil
}

// restored is the state of the readable copy of an object.
type restored struct {
	inProgress bool
	isGone     bool      // there is no copy
	expires    time.Time // zero: never
}

// restoreHeader matches x-amz-restore ("HeadObject" in the API reference).
var restoreHeader = regexp.MustCompile(`ongoing-request="(true|false)"(?:, *expiry-date="([^"]*)")?`)

func restoreOf(class types.StorageClass, header string) restored {
	if !isArchived(class) {
		return restored{}
	}
	said := restoreHeader.FindStringSubmatch(header)
	if said == nil {
		return restored{isGone: true}
	}
	if said[1] == "true" {
		return restored{inProgress: true}
	}
	expires, err := http.ParseTime(said[2])
	if err != nil { // there is a copy, and another restore would cost money
		return restored{}
	}
	return restored{expires: expires.UTC()}
}

// describe sets the status of a job. The service does not report when the copy became
// ready, so Completed is the time of the request.
func (r restored) describe(j *vault.Job) {
	j.Status, j.Message = vault.Succeeded, "restored"
	if r.inProgress {
		j.Status, j.Message = vault.InProgress, "being restored"
		return
	}
	j.Completed, j.Expires = j.Created, r.expires
}

// Jobs lists all objects that are being restored or are restored, including those that
// other programs requested. The service reports neither the time nor the tier of the
// request.
func (v *Vault) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		for o, err := range v.objects(ctx, nil) {
			if err != nil {
				yield(vault.Job{}, err)
				return
			}
			if o.restore == nil {
				continue
			}
			j := job{kind: vault.RetrieveArchive, of: o.object, etag: pin(o.object, o.etag), within: vault.Range{Size: o.size}}
			described := vault.Job{
				ID: j.ID(), Kind: j.kind, Archive: o.ID(), Range: j.within, ArchiveSize: j.within.Size, Size: j.within.Size,
			}
			restored{
				inProgress: aws.ToBool(o.restore.IsRestoreInProgress), expires: aws.ToTime(o.restore.RestoreExpiryDate).UTC(),
			}.describe(&described)
			if !yield(described, nil) {
				return
			}
		}
	}
}

// OpenOutput reads bytes of an object, restored or not. The output of an inventory job is
// no document: ErrInvalid.
func (v *Vault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	j, err := v.parseJob(id)
	what := fmt.Sprintf("read %q", j.of.key)
	if err == nil && j.kind != vault.RetrieveArchive {
		err = vault.Errorf(vault.ErrInvalid, "an inventory of a bucket is no document")
	}
	if err == nil && !r.IsZero() && (r.Offset < 0 || r.Size <= 0 || !j.within.IsZero() && r.Offset > j.within.Size-r.Size) {
		err = vault.Errorf(vault.ErrInvalid, "bytes %d to %d were requested of %d", r.Offset, r.End()-1, j.within.Size)
	}
	if err != nil {
		return vault.Output{}, fmt.Errorf("%s: %w", v.what(what), err)
	}
	read := j.within
	if !r.IsZero() {
		read = vault.Range{Offset: j.within.Offset + r.Offset, Size: r.Size}
	}
	get := v.get
	if !read.IsZero() && v.readsOn(j.ID(), read.Offset) {
		get = v.readOn
	}
	out, err := get(ctx, what, j, read)
	switch answer := amazon.Refusal(err); {
	case errors.Is(err, vault.ErrNotReady):
		return vault.Output{}, v.notReady(ctx, j, err)
	case answer != nil && answer.CodeIs("PreconditionFailed"):
		return vault.Output{}, v.replaced(j)
	}
	return out, err
}

// notReady distinguishes an object that is being restored from one whose copy has expired.
// A service may report a copy for a while before it can be read. The caller should wait for
// it then, since another restore would cost money.
func (v *Vault) notReady(ctx context.Context, j job, refusal error) error {
	object, err := v.seen(ctx, j)
	if err != nil {
		return err
	}
	is, what := restoreOf(object.StorageClass, aws.ToString(object.Restore)), v.what(fmt.Sprintf("read %q", j.of.key))
	switch {
	case v.lacks.has(Restore):
		return unreadable(refusal)
	case is.inProgress:
		return refusal
	case !is.isGone && (is.expires.IsZero() || is.expires.After(v.config.Now())): // not %w below: the job has succeeded
		return vault.Errorf(vault.ErrUnavailable, "%s: the service says that it is restored, and does not return it yet: %v", what, refusal) // as above
	}
	// Not %w: the refusal says ErrNotReady, which is wrong here.
	return fmt.Errorf("%s: the restored copy has %w: %v", what, vault.ErrExpired, refusal) //nolint:errorlint // as above
}

// get reads a range of the object of a job; the zero Range is the whole object.
func (v *Vault) get(ctx context.Context, what string, j job, r vault.Range) (vault.Output, error) {
	version, err := v.versionID(ctx, j.of)
	if err != nil {
		return vault.Output{}, err
	}
	in := &s3.GetObjectInput{Bucket: &v.config.Bucket, Key: &j.of.key, VersionId: version}
	if j.etag != "" {
		in.IfMatch = aws.String(`"` + j.etag + `"`)
	}
	if !r.IsZero() && !v.lacks.has(Ranges) {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", r.Offset, r.End()-1))
	}
	var out *s3.GetObjectOutput
	var skip int64
	err = v.call(ctx, what, func() (err error) {
		if out, err = v.client.GetObject(ctx, in); err != nil {
			return err
		}
		if skip, err = v.skipTo(r, out); err != nil {
			return errors.Join(err, out.Body.Close())
		}
		return nil
	})
	if err != nil {
		return vault.Output{}, err
	}
	if err := v.checkPin(j, out.ETag); err != nil { // the service ignored the condition
		return vault.Output{}, errors.Join(err, out.Body.Close())
	}
	size := aws.ToInt64(out.ContentLength)
	fail := func(err error) error { return amazon.Failure(ctx, v.what(what), err, judge) }
	body := amazon.NewOutput(out.Body, size, fail)
	if skip >= 0 {
		return vault.Output{ReadCloser: &section{body: body, skip: skip, left: r.Size, end: body.Close}, Size: r.Size}, nil
	}
	return vault.Output{ReadCloser: body, Size: size}, nil
}
