package retrievals

import (
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// spending shows the cost of jobs before they are started, and refuses jobs beyond a limit.
type spending struct {
	program *cli.Program
	vault   string // canonical
	table   price.Table
	limit   cli.DollarsFlag
	isMany  bool // there are several archives, so the text about each is short

	jobs, bytes int64 // approved so far
}

func newSpending(p *cli.Program, v *vaulturl.Vault, limit cli.DollarsFlag) (*spending, error) {
	table, err := p.Prices(v.URL(), v.Class)
	return &spending{program: p, vault: v.URL(), table: table, limit: limit}, err
}

// approve is called before a job is started.
func (s *spending) approve(req vault.JobRequest, bytes int64) error {
	if bytes < 0 {
		return s.approveUnknown(req)
	}
	tier := string(req.Tier)
	if names := s.table.Tiers.Names(); len(names) == 1 { // the only tier, of archives that are readable at once
		tier = names[0]
	}
	before, err := s.table.Retrieve(tier, s.jobs, s.bytes, s.bytes)
	if err != nil {
		return cli.UsageError("%w", err)
	}
	after, err := s.table.Retrieve(tier, s.jobs+1, s.bytes+bytes, s.bytes+bytes)
	if err != nil {
		return cli.UsageError("%w", err)
	}
	if total := after.Total(); s.limit.Given && total.USD > s.limit.USD {
		return s.refuse(total, req.Tier, bytes)
	}
	s.jobs, s.bytes = s.jobs+1, s.bytes+bytes
	if s.program.Quiet {
		return nil
	}
	text := fmt.Sprintf("retrieving %s of archive %s by %s", humane.Bytes(bytes), cli.ShortArchive(s.vault, req.Archive), tier)
	switch here := difference(after.Egress, before.Egress); {
	case s.table.IsFree():
	case s.isMany:
		text += ": " + cli.Money(difference(after.Total(), before.Total()))
	default:
		text += fmt.Sprintf(", ready %s: %s to retrieve", cli.ReadyText(after.Least, after.Most),
			cli.Money(difference(after.Requests.Plus(after.Bytes), before.Requests.Plus(before.Bytes))))
		if here.USD > 0 {
			text += fmt.Sprintf(", %s to send it here", cli.Money(here))
		}
	}
	s.program.UI.Say("firn: %s", term.Show(text))
	return nil
}

// difference returns a minus b, with the certainty of a.
func difference(a, b price.Amount) price.Amount {
	return price.Amount{USD: a.USD - b.USD, Certainty: a.Certainty}
}

// tellUnusedTier says that a job exists already and that the tier that the user named is not
// used, with what that saves. bytes are those that the job makes readable.
func (s *spending) tellUnusedTier(name string, job record.Job, wanted cli.TierFlag, bytes int64) {
	if wanted == "" || job.Tier == "" || job.Tier == vault.Tier(wanted) {
		return
	}
	text := fmt.Sprintf("%q was already requested by %s, so --tier %s is not used", name, job.Tier, wanted)
	if cost, err := s.table.Retrieve(string(wanted), 1, max(0, bytes), 0); err == nil {
		if saved := cost.Requests.Plus(cost.Bytes); saved.USD > 0 {
			text += ", which saves " + cli.Money(saved)
		}
	}
	s.program.Notice(text)
}

// approveUnknown approves a job for an archive of unknown size.
func (s *spending) approveUnknown(req vault.JobRequest) error {
	if !s.table.IsFree() && s.limit.Given {
		return cli.WithHint(cli.RefusedError("the size of archive %q is unknown, and so is its price, but --max-cost sets a limit",
			string(req.Archive)), "an inventory lists the size; or leave out --max-cost")
	}
	if !s.program.Quiet {
		s.program.UI.Say("firn: retrieving archive %s by %s; the catalog does not know its size", term.Show(cli.ShortArchive(s.vault, req.Archive)), req.Tier)
	}
	return nil
}

// refuse returns the error for a job beyond the limit.
func (s *spending) refuse(total price.Amount, tier vault.Tier, bytes int64) error {
	err := cli.RefusedError("%s more by %s would make it cost %s in all (%s), and --max-cost is %s",
		humane.Bytes(bytes), tier, cli.Money(total), s.table.Basis(), cli.Dollars(s.limit.USD))
	if tier == vault.Bulk {
		return err
	}
	return cli.WithHint(err, "Bulk is the cheapest tier: "+s.program.TypedWith("--tier=Bulk"))
}
