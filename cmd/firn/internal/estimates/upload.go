package estimates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/source"
	"firn/upload"
	"firn/vault"
	"firn/vault/glaciervault"
)

const estimateUploadLong = `Estimate what storing data costs and how long sending it takes. Nothing is sent.

SIZE is an amount of data, such as 500GiB or 2TB, in one archive or in
--archives N archives of equal size. FILE is a file that becomes one archive. If
its name looks like a size, write its path, such as ./10GB.

REQUESTS are the requests of "firn upload". MIN. STORAGE is the minimum storage
time of a class. MIN. CHARGE is the storage that is billed even if you delete
the archives at once. The bytes that a service adds to each archive for its
index and name are included.`

const estimateUploadExample = `  firn estimate upload 2TB --estimate-rate 40Mbps
  firn estimate upload june.tar july.tar --class vault
  firn estimate upload 500GiB --archives 2000000 --json`

func newEstimateUpload(p *cli.Program) *cobra.Command {
	var o estimateOptions
	var partSize cli.SizeFlag
	cmd := &cobra.Command{
		Use:     "upload SIZE|FILE...",
		Short:   "Estimate what storing data costs",
		Long:    estimateUploadLong,
		Example: estimateUploadExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return estimateUpload(cmd.Context(), p, o, int64(partSize), args)
		},
	}
	addEstimate(p, cmd.Flags(), &o)
	cmd.Flags().Var(&partSize, "part-size", "use parts of `SIZE`: 1 MiB times a power of two (default: 16MiB, or more for large files)")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

// uploadEstimateObject is an estimate of an upload on standard output.
type uploadEstimateObject struct {
	MessageType     string       `json:"message_type"`
	Class           price.Class  `json:"class"`
	Archives        int64        `json:"archives"`
	Bytes           int64        `json:"bytes"`
	Requests        int64        `json:"requests"`
	RequestsCost    price.Amount `json:"requests_cost"`
	MonthCost       price.Amount `json:"storage_cost_per_month"`
	LeastCost       price.Amount `json:"storage_cost_at_least"`
	MinimumStayDays int64        `json:"minimum_stay_days"`
	Rate            float64      `json:"bytes_per_second"` // 0: unknown
	Seconds         float64      `json:"seconds"`          // 0: unknown
	Region          string       `json:"region"`
	PricesAsOf      string       `json:"prices_as_of"`
	Source          string       `json:"source"`
}

func estimateUpload(ctx context.Context, p *cli.Program, o estimateOptions, partSize int64, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	heaps, err := uploadHeaps(o, args)
	if err != nil {
		return err
	}
	all, err := addUp(heaps)
	if err != nil {
		return err
	}
	book, err := p.PriceBook()
	if err != nil {
		return err
	}
	rate, err := lineRate(ctx, p, o.rate, func(c *catalog.Catalog) (float64, error) { return c.Rate(ctx, "") })
	if err != nil {
		return err
	}
	classes, err := o.classes()
	if err != nil {
		return err
	}
	var estimates []uploadEstimateObject
	for _, class := range classes {
		e, err := estimateClass(book.Table(class), class, heaps, upload.Options{PartSize: partSize, EstimateRate: rate})
		if err != nil {
			return fmt.Errorf("%s: %w", class, err)
		}
		e.Archives, e.Bytes, e.Rate, e.Seconds = all.count, all.size, rate, timeAt(all.size, rate).Seconds()
		estimates = append(estimates, e)
	}
	return tellUploadEstimates(p, estimates, all, book.Table(classes[0]))
}

// uploadHeaps returns the archives that the arguments describe.
func uploadHeaps(o estimateOptions, args []string) ([]heap, error) {
	var heaps []heap
	for _, arg := range args {
		if size, err := term.ParseSize(arg); err == nil {
			pieces, err := intoArchives(size, o.archives)
			if err != nil {
				return nil, err
			}
			for _, piece := range pieces {
				piece.units = term.UnitsOf(arg)
				heaps = append(heaps, piece)
			}
			continue
		}
		if o.archives > 1 {
			return nil, cli.UsageError("--archives requires a SIZE, and %q is not one", arg)
		}
		source, err := source.Open(arg)
		if err != nil {
			return nil, cli.WithHint(err, "a SIZE looks like 500GiB, 1.5TB or 16777216")
		}
		heaps = append(heaps, heap{size: source.Size(), count: 1})
		if err := source.Close(); err != nil {
			return nil, err
		}
	}
	return heaps, nil
}

func estimateClass(t price.Table, class price.Class, heaps []heap, o upload.Options) (uploadEstimateObject, error) {
	e := uploadEstimateObject{
		MessageType: "upload_estimate", Class: class, MinimumStayDays: t.MinimumStayDays,
		Region: t.Region, PricesAsOf: t.Day(), Source: t.Source,
	}
	var cost price.Estimate
	for _, h := range heaps {
		plan, err := upload.NewPlan(limitsOf(class), h.size, o)
		if errors.Is(err, vault.ErrInvalid) {
			return e, cli.InClass(err, cli.ErrUsage)
		}
		if err != nil {
			return e, err
		}
		e.Requests += int64(plan.Requests()) * h.count
		cost = cost.Plus(t.Upload(plan.Requests(), h.size).Times(h.count))
	}
	e.RequestsCost, e.MonthCost, e.LeastCost = cost.Requests, cost.Month, cost.Minimum
	return e, nil
}

// limitsOf returns the limits of a class: those of the kind for a vault, and those of the user
// guide for S3 ("Amazon S3 multipart upload limits").
func limitsOf(class price.Class) vault.Limits {
	if class == price.Vault {
		return new(glaciervault.Vault).Limits()
	}
	const parts = 10_000
	return vault.Limits{MinPartSize: 5 << 20, MaxPartSize: 5 << 30, MaxParts: parts, MaxArchiveSize: parts * (5 << 30)}
}

func tellUploadEstimates(p *cli.Program, estimates []uploadEstimateObject, all heap, t price.Table) error {
	columns := append([]term.Column{{Title: "CLASS"}}, term.Numbers("REQUESTS", "COST", "A MONTH", "MIN. CHARGE")...)
	table := term.NewTable(p.Out, append(columns, term.Column{Title: "MIN. STORAGE"})...)
	doubtful := false
	for _, e := range estimates {
		if p.JSON {
			if err := p.Out.Object(e); err != nil {
				return err
			}
			continue
		}
		doubtful = doubtful || e.RequestsCost.Plus(e.MonthCost).Plus(e.LeastCost).Doubtful()
		table.Add(string(e.Class), fmt.Sprint(e.Requests), amountCell(e.RequestsCost), amountCell(e.MonthCost),
			amountCell(e.LeastCost), humane.Count(int(e.MinimumStayDays), "day"))
	}
	if p.JSON {
		return nil
	}
	p.Out.Line("Storing %s:\n", loadText(all))
	table.End()
	p.Out.Line("")
	tellDuration(p, "sending", time.Duration(estimates[0].Seconds*float64(time.Second)), estimates[0].Rate)
	tellSource(p, t, doubtful)
	return nil
}
