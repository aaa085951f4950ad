package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"firn/internal/policy"
)

const films = "arn:aws:glacier:us-east-1:012345678901:vaults/films"

// deny returns a policy that denies everything to everybody under a condition.
func deny(condition string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"glacier:*",` +
		`"Resource":"` + films + `","Condition":` + condition + `}}`
}

// values are the condition keys of a request, with their values.
type values map[string]string

func (v values) request() policy.Request {
	return policy.Request{
		Principal: policy.Principal{Account: "012345678901", ARN: "arn:aws:iam::012345678901:user/nas"},
		Action:    "glacier:DeleteArchive",
		Resource:  films,
		Value: func(key string) (string, bool, error) {
			value, there := v[key]
			return value, there, nil
		},
	}
}

func decide(t *testing.T, text string, r policy.Request) policy.Decision {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	d, err := p.Decide(r)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConditions(t *testing.T) {
	has := values{
		policy.ArchiveAge: "40", policy.TagKey + "hold": "Yes", policy.TagKey + "level": "NaN", policy.TagKey + "name": "café", policy.SourceIP: "192.0.2.7",
		policy.CurrentTime: "2026-03-01T10:00:00Z", policy.EpochTime: "1772359200", policy.SecureTransport: "false",
		policy.PrincipalARN: "arn:aws:iam::012345678901:user/nas", policy.UserAgent: "",
	}
	for condition, holds := range map[string]bool{
		`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}`:                                       true,
		`{"NumericLessThan":{"glacier:ArchiveAgeInDays":40}}`:                                          false,
		`{"NumericLessThanEquals":{"glacier:ArchiveAgeInDays":[3,40.0]}}`:                              true,
		`{"NumericGreaterThan":{"GLACIER:archiveageindays":39.5}}`:                                     true,
		`{"NumericGreaterThanEquals":{"glacier:ArchiveAgeInDays":"41"}}`:                               false,
		`{"NumericEquals":{"glacier:ArchiveAgeInDays":[1,40]}}`:                                        true,
		`{"NumericNotEquals":{"glacier:ArchiveAgeInDays":[1,40]}}`:                                     false,
		`{"StringEquals":{"glacier:ResourceTag/Hold":["No","Yes"]}}`:                                   true,
		`{"StringEquals":{"glacier:ResourceTag/hOLD":"Yes"}}`:                                          true,
		`{"StringEquals":{"glacier:ResourceTag/Hold":"yes"}}`:                                          false,
		`{"StringNotEquals":{"glacier:ResourceTag/Hold":["yes","No"]}}`:                                true,
		`{"StringNotEquals":{"glacier:ResourceTag/None":"x"}}`:                                         true,
		`{"StringEqualsIfExists":{"glacier:ResourceTag/None":"x"}}`:                                    true,
		`{"StringEqualsIgnoreCase":{"glacier:ResourceTag/Hold":"yes"}}`:                                true,
		`{"StringNotEqualsIgnoreCase":{"glacier:ResourceTag/Hold":"yes"}}`:                             false,
		`{"StringLike":{"glacier:ResourceTag/Hold":"?e*"}}`:                                            true,
		`{"StringNotLike":{"glacier:ResourceTag/Hold":"?e*"}}`:                                         false,
		`{"ForAnyValue:StringLike":{"glacier:ResourceTag/None":"*"}}`:                                  false,
		`{"ForAllValues:StringLike":{"glacier:ResourceTag/None":"x"}}`:                                 true,
		`{"ForAnyValue:StringLike":{"glacier:ResourceTag/Hold":"*"}}`:                                  true,
		`{"Null":{"glacier:ResourceTag/Hold":"false"}}`:                                                true,
		`{"Null":{"glacier:ResourceTag/Hold":true}}`:                                                   false,
		`{"Null":{"glacier:ResourceTag/None":"true"}}`:                                                 true,
		`{"Bool":{"aws:SecureTransport":"false"}}`:                                                     true,
		`{"Bool":{"aws:SecureTransport":true}}`:                                                        false,
		`{"DateLessThan":{"aws:CurrentTime":"2026-03-01T10:00:01Z"}}`:                                  true,
		`{"DateLessThanEquals":{"aws:CurrentTime":"2026-03-01T11:00:00+01:00"}}`:                       true,
		`{"DateGreaterThan":{"aws:CurrentTime":"2026-03-02"}}`:                                         false,
		`{"DateGreaterThanEquals":{"aws:EpochTime":"2026-03-01T10:00Z"}}`:                              true,
		`{"DateEquals":{"aws:CurrentTime":"1772359200"}}`:                                              true,
		`{"DateNotEquals":{"aws:CurrentTime":"2026"}}`:                                                 true,
		`{"NumericGreaterThan":{"aws:EpochTime":1772359199}}`:                                          true,
		`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}}`:                                 true,
		`{"IpAddress":{"aws:SourceIp":"192.0.2.8"}}`:                                                   false,
		`{"NotIpAddress":{"aws:SourceIp":"2001:db8::/32"}}`:                                            true,
		`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/n?s"}}`:                                   true,
		`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::0*:user"}}`:                                    false,
		`{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}`:                                  true,
		`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"},"Bool":{"aws:SecureTransport":"true"}}`: false,
		`{"StringEquals":{"glacier:ResourceTag/Hold":"Yes","aws:UserAgent":""}}`:                       true,
		`{"Null":{"glacier:ResourceTag/Hold":["true","false"]}}`:                                       true,
		`{"NumericEquals":{"glacier:ResourceTag/Level":"5"}}`:                                          false,
		`{"NumericNotEquals":{"glacier:ResourceTag/Level":"5"}}`:                                       true,
		`{"StringLike":{"glacier:ResourceTag/Name":"caf?"}}`:                                           true,
		`{"StringLike":{"aws:PrincipalArn":"*:user/nas"}}`:                                             true,
	} {
		want := policy.Silent
		if holds {
			want = policy.Denied
		}
		text := deny(condition)
		if got := decide(t, text, has.request()); got != want {
			t.Errorf("%s: decided %v, want %v", condition, got, want)
		}
	}
}

// A missing archive has no age, so that no rule about ages applies to it.
func TestAbsentAge(t *testing.T) {
	if got := decide(t, deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}`), values{}.request()); got != policy.Silent {
		t.Errorf("decided %v", got)
	}
}

func TestStatements(t *testing.T) {
	const allow = `{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":["glacier:UploadArchive","glacier:List*"],"Resource":"` + films + `"}`
	const denyNas = `{"Effect":"Deny","Principal":{"AWS":["arn:aws:iam::012345678901:user/nas"]},"Action":"glacier:delete*","Resource":"*"}`
	const denyOthers = `{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::012345678901:root"},"NotAction":"glacier:DescribeVault","Resource":"*"}`
	const denyAllBut = `{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::012345678901:user/nas","012345678901"]},"Action":"*","Resource":"*"}`
	type asking struct{ account, user, action string }
	for _, c := range []struct {
		statements string
		who        asking
		want       policy.Decision
	}{
		{allow, asking{"999999999999", "root", "glacier:UploadArchive"}, policy.Allowed},
		{allow, asking{"999999999999", "user/x", "glacier:ListJobs"}, policy.Allowed},
		{allow, asking{"999999999999", "user/x", "glacier:DeleteArchive"}, policy.Silent},
		{allow, asking{"012345678901", "root", "glacier:UploadArchive"}, policy.Silent},
		{denyNas, asking{"012345678901", "user/nas", "glacier:DeleteArchive"}, policy.Denied},
		{denyNas, asking{"012345678901", "user/nas2", "glacier:DeleteArchive"}, policy.Silent},
		{denyNas, asking{"999999999999", "user/nas", "glacier:DeleteArchive"}, policy.Silent},
		{denyOthers, asking{"999999999999", "user/x", "glacier:DeleteVault"}, policy.Denied},
		{denyOthers, asking{"999999999999", "user/x", "glacier:DescribeVault"}, policy.Silent},
		{denyOthers, asking{"012345678901", "user/x", "glacier:DeleteVault"}, policy.Denied},
		{denyOthers, asking{"012345678901", "root", "glacier:DeleteVault"}, policy.Silent},
		// This is the IAM form of "all but nas".
		{denyAllBut, asking{"012345678901", "user/nas", "glacier:DeleteVault"}, policy.Silent},
		{denyAllBut, asking{"012345678901", "root", "glacier:DeleteVault"}, policy.Silent},
		{denyAllBut, asking{"012345678901", "user/audit", "glacier:DeleteVault"}, policy.Denied},
		{allow + "," + denyOthers, asking{"999999999999", "root", "glacier:UploadArchive"}, policy.Denied},
		{denyOthers + "," + allow, asking{"999999999999", "root", "glacier:UploadArchive"}, policy.Denied},
	} {
		r := values{}.request()
		r.Principal = policy.Principal{Account: c.who.account, ARN: "arn:aws:iam::" + c.who.account + ":" + c.who.user}
		r.Action = c.who.action
		if got := decide(t, `{"Statement":[`+c.statements+`]}`, r); got != c.want {
			t.Errorf("%s\nasked by %+v: decided %v, want %v", c.statements, c.who, got, c.want)
		}
	}
}

// A policy with unknown elements cannot be decided, and is therefore refused.
func TestParseRefuses(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	const rest = `,"Principal":"*","Action":"glacier:*","Resource":"*"`
	for text, why := range map[string]string{
		``:                   "not JSON",
		`[]`:                 "not JSON",
		`{}`:                 "no Statement",
		`{"Statement":[]}`:   "no Statement",
		`{"Statement":null}`: "null",
		`{"Version":"2020-01-01","Statement":[{"Effect":"Deny"` + rest + `}]}`:                                                  "version",
		statement(`"Effect":"deny"` + rest):                                                                                     "neither Allow nor Deny",
		statement(`"Effect":"Deny","Action":"glacier:*","Resource":"*"`):                                                        "no Principal",
		statement(`"Effect":"Deny","Principal":"*","Resource":"*"`):                                                             "no Action",
		statement(`"Effect":"Deny","Principal":"*","Action":"glacier:*"`):                                                       "no Resource",
		statement(`"Effect":"Deny","NotAction":"x"` + rest):                                                                     "both Action and NotAction",
		statement(`"Effect":"Deny","Sids":"x"` + rest):                                                                          "Sids",
		statement(`"Effect":"Deny","Principal":"me","Action":"glacier:*","Resource":"*"`):                                       "principal",
		statement(`"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::012345678901:user/*"},"Action":"glacier:*","Resource":"*"`): "principal",
		statement(`"Effect":"Deny","Principal":{"Service":"x"},"Action":"glacier:*","Resource":"*"`):                            "Service",
		deny(`{"BinaryEquals":{"aws:UserAgent":"eA=="}}`):                                                                       "operator",
		deny(`{"NumericLess":{"glacier:ArchiveAgeInDays":"1"}}`):                                                                "operator",
		deny(`{"numericlessthan":{"glacier:ArchiveAgeInDays":"1"}}`):                                                            "operator",
		deny(`{"ForAllValues:ForAnyValue:StringLike":{"aws:UserAgent":"1"}}`):                                                   "operator",
		deny(`{"NumericLessThan":{"glacier:ArchiveAge":"1"}}`):                                                                  "condition key",
		deny(`{"StringEquals":{"glacier:ResourceTag/":"1"}}`):                                                                   "condition key",
		deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"a year"}}`):                                                       "not a number",
		deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"NaN"}}`):                                                          "not a number",
		deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":null}}`):                                                           "null",
		deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":[]}}`):                                                             "no value",
		deny(`{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`):                                                                 "not a date",
		deny(`{"Bool":{"aws:SecureTransport":"yes"}}`):                                                                          "neither true nor false",
		deny(`{"Null":{"aws:SourceIp":"1"}}`):                                                                                   "neither true nor false",
		deny(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`):                                                                    "network",
		deny(`{"ArnLike":{"aws:PrincipalArn":"user/*"}}`):                                                                       "not an ARN",
		deny(`{"StringEquals":{"aws:UserAgent":"${aws:username}"}}`):                                                            "policy variables",
		deny(`{"DateLessThan":{"glacier:ArchiveAgeInDays":"3650"}}`):                                                            "compares dates",
		deny(`{"Bool":{"glacier:ArchiveAgeInDays":"true"}}`):                                                                    "compares truth values",
		deny(`{"IpAddress":{"glacier:ArchiveAgeInDays":"192.0.2.1"}}`):                                                          "compares addresses",
		deny(`{"NumericLessThan":{"aws:CurrentTime":"5"}}`):                                                                     "compares numbers",
		deny(`{"StringEquals":{"aws:SourceIp":"192.0.2.1"}}`):                                                                   "compares texts",
		deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"inf"}}`):                                                          "not a number",
		deny(`{"IpAddress":{"aws:SourceIp":"::ffff:10.0.0.0/104"}}`):                                                            "network",
		deny(`{"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}}`):                                                                   "network",
		deny(`null`):                  "null",
		deny(`{"StringEquals":{}}`):   "without a key",
		deny(`{"StringEquals":null}`): "null",
		deny(`{"StringEquals":{"aws:UserAgent":"a","aws:useragent":"b"}}`):                                                            "twice",
		statement(`"Effect":"Deny","effect":"Allow"` + rest):                                                                          "twice",
		statement(`"Effect":"Deny","NotResource":null,"Principal":"*","Action":"*"`):                                                  "null",
		statement(`"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::012345678901:user/${aws:username}"},"Action":"*","Resource":"*"`): "principal",
		deny(`{}`) + `{}`: "text after",
		deny(`{"StringEquals":{"aws:UserAgent":"` + strings.Repeat("x", policy.MaxSize) + `"}}`): "bytes",
	} {
		if _, err := policy.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.200s\nrefused because %v, want %q", text, err, why)
		}
	}
}

func TestCheck(t *testing.T) {
	actions := []string{"glacier:DeleteArchive", "glacier:ListJobs"}
	for what, wrong := range map[string]string{
		`"Action":"*","Resource":"*"`: "",
		`"Action":["glacier:Delete*","GLACIER:listjobs"],"Resource":"` + films + `"`: "",
		`"Action":"glacier:DeleteArchiv","Resource":"*"`:                             `no action "glacier:DeleteArchiv"`,
		`"Action":["*","s3:*"],"Resource":"*"`:                                       `no action "s3:*"`,
		`"Action":"*","Resource":"` + films + `s"`:                                   "which the policy is for",
		`"Action":"*","NotResource":"arn:aws:glacier:*:vaults/other"`:                "",
		`"NotAction":"*","Resource":"*"`:                                             "leaves no action",
		`"NotAction":["glacier:Delete*","glacier:List*"],"Resource":"*"`:             "leaves no action",
		`"Action":"*","NotResource":"arn:aws:glacier:*"`:                             "leaves out",
	} {
		p, err := policy.Parse([]byte(`{"Statement":{"Effect":"Deny","Principal":"*",` + what + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(actions, films); (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %q", what, err, wrong)
		}
	}
}

func TestCheckNobody(t *testing.T) {
	p, err := policy.Parse([]byte(`{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check([]string{"glacier:ListJobs"}, films); err == nil || !strings.Contains(err.Error(), "leaves nobody") {
		t.Errorf("checked: %v", err)
	}
}

// An address with a zone matches its network.
func TestAddressWithZone(t *testing.T) {
	has := values{policy.SourceIP: "fe80::1%eth0"}
	if got := decide(t, deny(`{"IpAddress":{"aws:SourceIp":"fe80::/10"}}`), has.request()); got != policy.Denied {
		t.Errorf("decided %v", got)
	}
}

// A value that cannot be found out must not count as absent.
func TestValueFails(t *testing.T) {
	p, err := policy.Parse([]byte(deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}`)))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("its file is damaged")
	r := values{}.request()
	r.Value = func(string) (string, bool, error) { return "", false, broken }
	if _, err := p.Decide(r); !errors.Is(err, broken) {
		t.Errorf("decided with error %v", err)
	}
}

func keys() []string {
	return []string{
		policy.ArchiveAge, policy.CurrentTime, policy.EpochTime, policy.SecureTransport, policy.SourceIP, policy.UserAgent,
		policy.PrincipalARN, policy.PrincipalAccount, policy.UserName,
	}
}

// A policy that Parse accepts can always be decided. The decision asks only for known keys
// and for tags.
func FuzzParse(f *testing.F) {
	f.Add(deny(`{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"},"Null":{"glacier:ResourceTag/a":true}}`))
	f.Add(deny(`{"ForAnyValue:ArnLikeIfExists":{"aws:PrincipalArn":["arn:aws:iam::*:*"]}}`))
	f.Add(`{"Id":"x","Statement":[{"Sid":"","Effect":"Allow","NotPrincipal":{"AWS":["999999999999"]},"NotAction":"a","NotResource":["*a*b","?"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Parse([]byte(text))
		if err != nil {
			return
		}
		r := values{}.request()
		r.Value = func(key string) (string, bool, error) {
			if !slices.Contains(keys(), key) && !strings.HasPrefix(key, policy.TagKey) {
				t.Errorf("asked for the key %q", key)
			}
			return "7", true, nil
		}
		if _, err := p.Decide(r); err != nil {
			t.Error(err)
		}
		_ = fmt.Sprint(p.Check([]string{"glacier:ListJobs"}, films))
	})
}
