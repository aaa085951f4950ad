package administration_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/administration"
)

func TestCheckPolicy(t *testing.T) {
	longest := `{"a":"` + strings.Repeat("x", administration.MaxPolicy-8) + `"}`
	for policy, fine := range map[string]bool{
		`{}`:                               true,
		" {\n\"Version\": \"2012-10-17\"}": true,
		longest:                            true,
		longest + " ":                      false,
		``:                                 false,
		`null`:                             false,
		`[]`:                               false,
		`"{}"`:                             false,
		`{} {}`:                            false,
		`{"a":1,}`:                         false,
		"{\"a\":\"\xff\"}":                 false,
		strings.Repeat(`{"a":`, 20_000):    false,
	} {
		switch err := administration.CheckPolicy(policy); {
		case fine && err != nil:
			t.Errorf("%.40q: %v", policy, err)
		case !fine && !errors.Is(err, vault.ErrInvalid):
			t.Errorf("%.40q: got %v", policy, err)
		}
	}
}

func TestCheckTags(t *testing.T) {
	many := map[string]string{}
	for i := range administration.MaxTags {
		many[strconv.Itoa(i)] = ""
	}
	more := map[string]string{"one more": ""}
	for key := range many {
		more[key] = ""
	}
	for name, c := range map[string]struct {
		tags map[string]string
		fine bool
	}{
		"none":             {nil, true},
		"the longest":      {map[string]string{strings.Repeat("ä", administration.MaxTagKey): strings.Repeat("ä", administration.MaxTagValue)}, true},
		"many":             {many, true},
		"too many":         {more, false},
		"no key":           {map[string]string{"": "x"}, false},
		"a long key":       {map[string]string{strings.Repeat("k", administration.MaxTagKey+1): ""}, false},
		"a long value":     {map[string]string{"k": strings.Repeat("v", administration.MaxTagValue+1)}, false},
		"a key in bytes":   {map[string]string{"\xff": ""}, false},
		"a value in bytes": {map[string]string{"k": "\xff"}, false},
	} {
		err := administration.CheckTags(c.tags)
		if c.fine != (err == nil) || !c.fine && !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCheckRetrievalLimit(t *testing.T) {
	for _, c := range []struct {
		limit administration.RetrievalLimit
		fine  bool
	}{
		{administration.RetrievalLimit{Strategy: administration.LimitNone}, true},
		{administration.RetrievalLimit{Strategy: administration.LimitFreeTier}, true},
		{administration.RetrievalLimit{Strategy: administration.LimitBytesPerHour, BytesPerHour: math.MaxInt64}, true},
		{administration.RetrievalLimit{Strategy: administration.LimitBytesPerHour}, false},
		{administration.RetrievalLimit{Strategy: administration.LimitBytesPerHour, BytesPerHour: -1}, false},
		{administration.RetrievalLimit{Strategy: administration.LimitNone, BytesPerHour: 1}, false},
		{administration.RetrievalLimit{Strategy: "Sometimes"}, false},
		{administration.RetrievalLimit{}, false},
	} {
		err := c.limit.Check()
		if c.fine != (err == nil) || !c.fine && !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%+v: got %v", c.limit, err)
		}
	}
}
