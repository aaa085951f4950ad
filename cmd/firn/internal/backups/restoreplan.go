package backups

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/restore"
)

// restorePlanObject is what a restore would do, on standard output.
type restorePlanObject struct {
	MessageType  string   `json:"message_type"`
	Vault        string   `json:"vault"`
	Snapshots    []string `json:"snapshots"`
	Files        int64    `json:"files"`
	Directories  int64    `json:"directories"`
	Others       int64    `json:"others"` // symbolic links, pipes and devices
	Bytes        int64    `json:"bytes"`
	FilesPresent int64    `json:"files_present"`
	Packs        int64    `json:"packs"`
	Requests     int64    `json:"requests"`
	Retrieve     int64    `json:"bytes_to_retrieve"`
	Fetch        int64    `json:"bytes_to_download"`
	USD          float64  `json:"usd"`
	SecondsLeast float64  `json:"ready_after_seconds"`
	SecondsMost  float64  `json:"ready_after_seconds_most"`
	PricesAsOf   string   `json:"prices_as_of"` // empty if nothing is charged
}

// tellPlan prints what a restore would do.
func (s *restoreSession) tellPlan(plan *restore.Plan, cost restoreCost) error {
	p, count := s.program, humanize.Comma
	if p.JSON {
		o := restorePlanObject{
			MessageType: "restore_plan", Vault: s.vault.URL(), Snapshots: []string{}, Files: plan.Files, Directories: plan.Directories,
			Others: plan.Others, Bytes: plan.Bytes, FilesPresent: plan.Present, Packs: plan.Packs, Requests: plan.Requests,
			Retrieve: plan.Retrieve, Fetch: plan.Fetch, USD: cost.total().USD, SecondsLeast: cost.Least.Seconds(), SecondsMost: cost.Most.Seconds(),
		}
		for _, snapshot := range plan.Snapshots {
			o.Snapshots = append(o.Snapshots, snapshot.ID)
		}
		if !cost.table.IsFree() {
			o.PricesAsOf = cost.table.Day()
		}
		if err := p.Out.Object(o); err != nil {
			return err
		}
		return s.tellPlanned(plan)
	}
	out, units := p.Out, p.UI.Units
	for _, snapshot := range plan.Snapshots {
		out.Line("from       %s", term.Show(snapshotText(snapshot)))
	}
	out.Line("files      %s, %s; %s there already", count(plan.Files), units.Bytes(plan.Bytes), count(plan.Present))
	out.Line("retrieve   %s from %s, in %s", units.Bytes(plan.Retrieve), term.Many(int(plan.Packs), "pack"), term.Many(int(plan.Requests), "request"))
	out.Line("download   %s", units.Bytes(plan.Fetch))
	if cost.table.IsFree() {
		out.Line("price      nothing is charged")
	} else {
		parts := fmt.Sprintf("%s to retrieve, %s to send it here", cli.Money(cost.Requests.Plus(cost.Bytes)), cli.Money(cost.Egress))
		if cost.stay.USD > 0 {
			parts += fmt.Sprintf(", %s for copies", cli.Money(cost.stay))
		}
		out.Line("price      %s", cli.Money(cost.total()))
		out.Line("           %s", parts)
		out.Line("           (%s; look up yours)", term.Show(cost.table.Basis()))
		if cost.total().Doubtful() {
			out.Line("           %s", cli.DoubtLegend)
		}
		out.Line("ready      %s", cli.ReadyText(cost.Least, cost.Most))
	}
	return s.tellPlanned(plan)
}

// tellPlanned lists what a restore could not restore, and returns the error that it would have.
func (s *restoreSession) tellPlanned(plan *restore.Plan) error {
	if err := s.tellProblems(plan.Problems); err != nil {
		return err
	}
	return s.partial(plan.Problems)
}
