package price_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"firn/internal/price"
)

// Read reads what Write writes. A person can edit the file.
func TestWriteThenRead(t *testing.T) {
	var out bytes.Buffer
	if err := price.Default().Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`  "as_of": "2026-10-03",`,
		`        "per_gib": {"usd": 0.0025, "certainty": "low", "source": "AWS price page; it became free in the S3 class, perhaps here, too"}`,
	} {
		if !strings.Contains(out.String(), "\n"+line+"\n") {
			t.Errorf("there is no line %s in\n%s", line, out.String())
		}
	}
	got, err := price.Read(&out, price.Book{})
	if err != nil {
		t.Fatal(err)
	}
	// The file has no durations of tiers, since they are no prices.
	for _, c := range price.Classes() {
		want, have := price.Default().Table(c), got.Table(c)
		for _, name := range want.Tiers.Names() {
			if _, err := have.Retrieve(name, 1, 1, 1); err != nil {
				t.Error(err)
			}
		}
		want.Tiers, have.Tiers = price.Tiers{}, price.Tiers{}
		if !reflect.DeepEqual(want, have) {
			t.Errorf("%s came back as\n%+v, was\n%+v", c, have, want)
		}
	}
}

func TestReadChangesWhatItNames(t *testing.T) {
	base := price.Default()
	book, err := price.Read(strings.NewReader(`{
		"as_of": "2030-01-31", "region": "eu-central-1",
		"vault": {"storage_per_gib_month": 0.0045, "tiers": {"Bulk": {"per_gib": {"usd": 0, "certainty": "good"}}, "Expedited": null}},
		"DEEP_ARCHIVE": {"minimum_stay_days": 90}
	}`), base)
	if err != nil {
		t.Fatal(err)
	}
	vault := book.Table(price.Vault)
	if got := vault.Storage; got != (price.Figure{USD: 0.0045, Certainty: price.High, Source: "your own"}) {
		t.Errorf("storage is %+v", got)
	}
	bulk, err := vault.Retrieve("Bulk", 1000, 1<<30, 0)
	if err != nil || !same(bulk.Bytes, good(0)) || !same(bulk.Requests, moderate(0.025)) || bulk.Most.Hours() != 12 {
		t.Errorf("Bulk is %+v, %v", bulk, err)
	}
	if _, err := vault.Retrieve("Expedited", 1, 1, 1); err == nil {
		t.Error("Expedited is offered still")
	}
	if vault.Overhead != 32<<10 || vault.Region != "eu-central-1" || vault.AsOf.Year() != 2030 {
		t.Errorf("the vault's table is %+v", vault)
	}
	if got := book.Table(price.DeepArchive).MinimumStay(); got != 90*day {
		t.Errorf("the minimum stay is %v", got)
	}
	if !reflect.DeepEqual(base, price.Default()) {
		t.Error("reading changed the prices that it began with")
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, "EOF"},
		{`{`, "unexpected EOF"},
		{`[]`, "cannot unmarshal array"},
		{`{} {}`, "there is text after"},
		{`{"volt": {}}`, `unknown field "volt"`},
		{`{"vault": {"storage": 1}}`, `unknown field "storage"`},
		{`{"vault": {"storage_per_gib_month": {"euro": 1}}}`, `unknown field "euro"`},
		{`{"vault": {"storage_per_gib_month": "0.1"}}`, "cannot unmarshal string"},
		{`{"vault": {"storage_per_gib_month": 1e400}}`, "cannot unmarshal number"},
		{`{"vault": {"storage_per_gib_month": -1}}`, `the prices of "vault": -1 USD is out of range`},
		{`{"GLACIER": {"tiers": {"Bulk": {"per_gib": 1000001}}}}`, "out of range"},
		{`{"vault": {"egress_per_gib": {"certainty": "sure"}}}`, `the certainty "sure" is none of`},
		{`{"vault": {"capacity_unit_per_month": -1}}`, "-1 USD is out of range"},
		{`{"vault": {"overhead_bytes": -1}}`, "-1 is out of range"},
		{`{"vault": {"overhead_bytes": 1.5}}`, "cannot unmarshal number"},
		{`{"DEEP_ARCHIVE": {"minimum_stay_days": 40000}}`, "40000 days is out of range"},
		{`{"as_of": "yesterday"}`, "yesterday"},
		{`{"as_of": "0001-01-01"}`, "no date"},
		{strings.Repeat(" ", 1<<20+1), "longer than"},
	} {
		if _, err := price.Read(strings.NewReader(c.text), price.Default()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: got %v, want %s", c.text, err, c.want)
		}
	}
}

func TestReadAndWriteReportErrors(t *testing.T) {
	broken := errors.New("broken")
	if _, err := price.Read(iotest.ErrReader(broken), price.Default()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := price.Default().Write(brokenWriter{broken}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// Every book that Read accepts can be used for estimates and can be written.
func FuzzRead(f *testing.F) {
	f.Add(`{"vault": {"storage_per_gib_month": 0.0045, "tiers": {"Bulk": null}}}`)
	f.Add(`{"as_of": "2030-01-31", "GLACIER": {"egress_per_gib": {"usd": 1, "certainty": "low", "source": "{\n\"usd\""}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		book, err := price.Read(strings.NewReader(text), price.Default())
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := book.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := price.Read(&out, price.Default())
		if err != nil {
			t.Fatalf("%q is refused when it is written and read again: %v", text, err)
		}
		for _, c := range price.Classes() {
			cost := book.Table(c).Upload(10, 1<<40)
			if cost != again.Table(c).Upload(10, 1<<40) || cost.Month.USD < 0 {
				t.Errorf("%s costs %+v, then %+v", c, cost, again.Table(c).Upload(10, 1<<40))
			}
		}
	})
}
