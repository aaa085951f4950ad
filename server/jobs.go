package server

import (
	"context"
	"errors"
	"net/http"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// initiateJob starts a job for an archive or for an inventory.
func (a *account) initiateJob(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	p, err := wire.ParseJobParameters(c.small)
	if err != nil {
		return wire.Reply{}, err
	}
	req, err := a.jobRequest(ctx, c.target.vault, p)
	if err != nil {
		return wire.Reply{}, err
	}
	// Before space is reserved, since that looks at the vault, which may take an inventory.
	if checks, ok := v.(jobChecker); ok {
		if err := checks.CheckJob(req); err != nil {
			return wire.Reply{}, err
		}
	}
	release, err := a.reserveForJob(ctx, c, req)
	if err != nil {
		return wire.Reply{}, err
	}
	defer release()
	undo, err := a.admitJob(ctx, c.target.vault, req)
	if err != nil {
		return wire.Reply{}, err
	}
	id, err := v.StartJob(ctx, req)
	if err != nil {
		undo()
	}
	switch {
	case errors.Is(err, vault.ErrNotFound) && req.Kind == vault.RetrieveInventory:
		return wire.Reply{}, refusal.NotFound("There is no inventory yet of the vault with ARN: " + a.arn(c.target.vault))
	case errors.Is(err, vault.ErrNotFound):
		return wire.Reply{}, a.archiveMissing(ctx, c.target.vault, req.Archive)
	case err != nil:
		return wire.Reply{}, err
	}
	// The end of a job that the client knows of will be announced.
	if err := a.announcer.Expect(ctx, c.target.vault, id); err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{
		Status: http.StatusAccepted,
		Header: map[string]string{
			"Location":     a.location(c.target.vault, "jobs", string(id)),
			"x-amz-job-id": string(id),
		},
	}, nil
}

// jobChecker is a vault that checks a request for a job without starting one.
type jobChecker interface {
	CheckJob(req vault.JobRequest) error
}

// jobRequest makes a request to a vault of the parameters of a job. It needs the size of the
// archive to check a range, which may end where the archive does.
func (a *account) jobRequest(ctx context.Context, vaultName string, p wire.JobParameters) (vault.JobRequest, error) {
	req := vault.JobRequest{
		Kind:        vault.JobKind(p.Type),
		Description: p.Description,
		Topic:       p.SNSTopic,
	}
	if req.Kind == vault.RetrieveInventory {
		var err error
		req.List, err = p.Listing()
		return req, err
	}
	req.Archive, req.Tier = vault.ArchiveID(p.ArchiveID), vault.Tier(p.Tier)
	if p.RetrievalByteRange == "" {
		return req, nil
	}
	archive, err := a.archive(ctx, vaultName, req.Archive)
	if err != nil {
		return vault.JobRequest{}, err
	}
	r, ok := wire.ParseRetrievalRange(p.RetrievalByteRange, archive.Size)
	if !ok {
		return vault.JobRequest{}, refusal.Invalid("Invalid RetrievalByteRange: " + p.RetrievalByteRange +
			". It must be megabyte aligned and within the archive.")
	}
	req.Range = r
	return req, nil
}

// admitJob counts a job against the data retrieval policy of the account, which limits
// archives by the tier Standard alone, or refuses it. The caller calls undo if the job is not
// started.
func (a *account) admitJob(ctx context.Context, vaultName string, req vault.JobRequest) (undo func(), err error) {
	if req.Kind != vault.RetrieveArchive || req.Tier != "" && req.Tier != vault.Standard {
		return func() {}, nil
	}
	return a.retrieval.Admit(ctx, func() (int64, error) {
		if !req.Range.IsZero() {
			return req.Range.Size, nil
		}
		archive, err := a.archive(ctx, vaultName, req.Archive)
		return archive.Size, err
	})
}

// archive describes an archive for which a job is to be started.
func (a *account) archive(ctx context.Context, vaultName string, id vault.ArchiveID) (vault.Archive, error) {
	archive, err := a.store.Archive(ctx, vaultName, id)
	if errors.Is(err, vault.ErrNotFound) {
		err = a.archiveMissing(ctx, vaultName, id)
	}
	return archive, err
}

// archiveMissing returns the refusal of an archive that a vault does not have.
func (a *account) archiveMissing(ctx context.Context, vaultName string, id vault.ArchiveID) error {
	if err := a.archiveElsewhere(ctx, vaultName, id); err != nil {
		return err
	}
	return refusal.ArchiveNotFound(string(id))
}

// archiveElsewhere returns the refusal of an archive that is in another vault of the account
// than the path names. If it is in none, archiveElsewhere returns nil.
func (a *account) archiveElsewhere(ctx context.Context, vaultName string, id vault.ArchiveID) error {
	other, err := a.store.VaultOf(ctx, id)
	if errors.Is(err, vault.ErrNotFound) || err == nil && other == vaultName { // it has come or gone just now
		return nil
	}
	if err != nil {
		return err
	}
	return refusal.Invalid("Invalid vault name: " + a.arn(vaultName))
}

func (a *account) describeJob(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	job, err := findJob(ctx, c, v)
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: http.StatusOK, Body: wire.DescribeJob(a.arn(c.target.vault), job)}, nil
}

// findJob returns the job that the path names.
func findJob(ctx context.Context, c *call, v vault.Vault) (vault.Job, error) {
	if !wire.IsID(c.target.id) {
		return vault.Job{}, refusal.JobNotFound(c.target.id)
	}
	job, err := v.Job(ctx, vault.JobID(c.target.id))
	if errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrExpired) {
		return vault.Job{}, refusal.JobNotFound(c.target.id)
	}
	return job, err
}
