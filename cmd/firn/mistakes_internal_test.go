package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/cmd/firn/internal/cli"
)

// The same mistake ends every command with the same status.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("FIRN_CATALOG", filepath.Join(dir, "catalog.db"))
	t.Setenv("AWS_REGION", "us-east-1")
	if err := os.WriteFile("a.tar", []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"vault create ./v", "upload ./v a.tar"} {
		if status, _, stderr := inProcess(t, strings.Fields(line)...); status != cli.StatusDone {
			t.Fatalf("firn %s: %s", line, stderr)
		}
	}
	for _, mistake := range mistakes() {
		for _, line := range mistake.lines {
			status, _, stderr := inProcess(t, strings.Fields(line)...)
			if status != mistake.want {
				t.Errorf("%s: firn %s: status %d, not %d: %s", mistake.name, line, status, mistake.want, stderr)
			}
			if !strings.Contains(stderr, "firn: ") {
				t.Errorf("%s: firn %s: no error is printed", mistake.name, line)
			}
		}
	}
}

// mistake is one mistake in the command lines of all commands in which it can be made.
type mistake struct {
	name  string
	want  cli.Status
	lines []string
}

func mistakes() []mistake {
	const id = "VUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8ofkUKI0xVUS7mqD8of"
	return []mistake{
		{"an argument is missing", cli.StatusUsage, []string{
			"upload", "upload ./v", "download", "download ./v", "retrieve ./v", "verify ./v", "verify ./v a.tar", "hash",
			"delete ./v", "purge", "inventory", "inventory import ./v", "job show ./v", "job wait", "multipart abort ./v",
			"catalog import", "vault create", "vault show", "vault delete", "vault check", "vault notify", "vault tag",
			"vault policy", "vault lock show", "vault lock start v", "vault lock complete v", "vault lock abort",
			"estimate upload", "estimate retrieve", "serve", "completion",
		}},
		{"an argument too many", cli.StatusUsage, []string{
			"list a b c", "job list a b", "job show a b c", "inventory a b", "inventory import a b c", "purge a b",
			"multipart list a b", "catalog check a", "catalog export a", "catalog import a b", "vault create a b",
			"vault list a b", "vault show a b", "vault delete a b", "vault check a b", "vault lock abort a b",
			"vault retrieval-policy a b", "vault capacity a b", "estimate prices a", "serve a --dir x", "version a", "completion bash a",
			"verify a b c d", "help list a", "help output a",
		}},
		{"no subcommand", cli.StatusUsage, []string{"vault", "vault lock", "job", "multipart", "catalog", "estimate"}},
		{"an unknown command", cli.StatusUsage, []string{"uplaod", "vault lst", "job x", "help typo", "help vault typo"}},
		{"an unknown option", cli.StatusUsage, []string{
			"upload --x ./v a.tar", "list --al", "vault list --x", "help --x", "version --x", "serve --x", "delete ./v a.tar -x", "--x",
		}},
		{"an invalid value", cli.StatusUsage, []string{
			"upload ./v a.tar --part-size x", "upload ./v a.tar --part-size 3MiB", "upload ./v a.tar --concurrency x",
			"upload ./v a.tar --concurrency -1", "upload ./v a.tar --limit-rate x", "upload ./v a.tar --retry-for 0s",
			"upload ./v a.tar --description ü", "upload ./v a.tar --again --dry-run --description ü",
			"retrieve ./v a.tar --description ü", "retrieve ./v a.tar --dry-run --description ü", "retrieve ./v a.tar --tier x",
			"retrieve ./v a.tar --retry-for 0s", "retrieve ./v a.tar --keep-days -1", "retrieve ./v a.tar --sns-topic x",
			"download ./v a.tar --names x", "download ./v a.tar --range x", "download ./v a.tar --concurrency -1",
			"download ./v a.tar --keep-days -1", "download ./v a.tar --max-cost x", "download ./v a.tar --sqs x",
			"download ./v a.tar --retry-for x", "verify ./v a.tar --remote --tier x", "verify ./v a.tar --remote --sqs x",
			"list --state x", "list --since x", "list --since 2026-02-01 --until 2026-01-01",
			"inventory ./v --since x", "inventory ./v --since 2026-02-01 --until 2026-01-01", "inventory import ./v a.tar --date x",
			"purge ./v --concurrency 0", "purge ./v --retry-for 0s", "job wait ./v --sqs x", "vault notify v --topic x",
			"vault tag v x", "vault retrieval-policy --bytes-per-hour x", "vault capacity --buy --max-cost x",
			"vault check ./v --scrub --limit-rate x", "catalog import a.tar --vault v --encoding x", "estimate upload 1TB --class x",
			"estimate upload 1TB --archives 0", "estimate upload 1TB --part-size 3MiB", "estimate retrieve 1TB --days -1",
			"serve --dir x --listen x", "serve --dir x --topic x", "serve --dir x --retrieval-delay x", "list --json=x", "list --catalog=",
		}},
		{"options that exclude each other", cli.StatusUsage, []string{
			"vault notify v --off --topic arn:aws:sns:us-east-1:012345678901:restores", "vault policy v --set a.tar --off",
			"vault retrieval-policy --none --free-tier", "vault check --scrub ./v --yes", "vault check ./v --limit-rate 1MB/s",
			"vault capacity --max-cost 1", "verify ./v a.tar a.tar --tier bulk", "verify ./v a.tar a.tar --max-cost 1",
			"serve --dir x --tls-cert x", "serve --dir x --show-secret --credentials x", "upload ./v - a.tar --description x",
			"upload ./v a.tar a.tar --name x", "estimate retrieve ./v a.tar --class GLACIER", "estimate upload ./a.tar --archives 3",
			"estimate upload 1TB --rate 1MB/s --estimate-rate 1MB/s", "download ./v a.tar --output - --json",
		}},
		{"an invalid vault", cli.StatusUsage, onVaults("gs://bucket", id)},
		{"a vault that lacks what the command is about", cli.StatusUsage, []string{
			"vault notify ./v", "vault tag ./v", "vault tag ./v a=b", "vault policy ./v", "vault lock show ./v", "vault lock abort ./v",
			"vault lock complete ./v x --confirm v", "vault retrieval-policy ./v", "vault capacity ./v",
			"vault check --scrub glacier://v", "retrieve ./v a.tar --sns-topic arn:aws:sns:us-east-1:012345678901:restores",
		}},
		{"an unknown vault", cli.StatusError, []string{
			"upload ./none a.tar", "upload ./none a.tar --dry-run", "download ./none a.tar", "retrieve ./none a.tar",
			"retrieve ./none a.tar --dry-run", "verify ./none a.tar --remote", "job list ./none", "job show ./none x", "job wait ./none",
			"inventory ./none", "catalog rebuild ./none", "multipart list ./none", "multipart abort ./none x", "delete ./none a.tar --yes",
			"purge ./none --yes", "vault show ./none", "vault delete ./none --yes", "vault check --scrub ./none",
		}},
		{"an unknown archive, job or upload", cli.StatusError, []string{
			"download ./v none", "retrieve ./v none", "retrieve ./v none --dry-run", "verify ./v none a.tar", "verify ./v none --remote",
			"delete ./v none", "delete ./v none --yes", "estimate retrieve ./v none", "job show ./v none", "job wait ./v none",
			"multipart abort ./v none", "multipart abort ./v none --yes",
		}},
		{"a missing file", cli.StatusError, []string{
			"upload ./v none", "upload ./v none --dry-run", "hash none", "hash none none", "verify ./v a.tar none", "estimate upload ./none",
			"inventory import ./v none", "catalog import none", "catalog import none --vault v", "vault policy v --set none",
			"vault lock start v none --confirm v", "estimate prices --prices none", "estimate upload 1TB --prices none",
			"serve --dir x --credentials none", "serve --dir x --topics none", "catalog export --catalog none.db", "catalog check --catalog none.db",
		}},
		{"a directory instead of a file", cli.StatusError, []string{
			"upload ./v v", "hash v", "verify ./v a.tar v", "estimate upload ./v", "inventory import ./v v", "catalog import v", "vault policy v --set v",
		}},
		{"a file that exists", cli.StatusRefused, []string{"catalog export --output a.tar"}},
		{"nobody can be asked", cli.StatusRefused, []string{"delete ./v a.tar", "purge ./v --no-inventory", "vault delete ./v", "vault delete ./v --no-input"}},
		{"one of several is missing", cli.StatusPartial, []string{
			"upload ./v none a.tar", "upload ./v a.tar none --dry-run", "hash a.tar none",
		}},
	}
}

// onVaults returns the command lines of all commands that open a vault.
func onVaults(vault, id string) (lines []string) {
	for _, form := range []string{
		"upload V a.tar", "upload V a.tar --dry-run", "download V a.tar", "retrieve V a.tar", "retrieve V a.tar --dry-run",
		"verify V a.tar a.tar", "verify V a.tar --remote", "list V", "job list V", "job show V x", "job wait V", "job wait V x",
		"inventory V", "inventory import V a.tar", "catalog rebuild V", "multipart list V", "multipart abort V x", "delete V " + id,
		"purge V --yes", "vault create V", "vault list V", "vault show V", "vault delete V --yes", "vault check V", "vault check --scrub V",
		"vault notify V", "vault tag V", "vault policy V", "vault lock show V", "vault lock start V a.tar", "vault lock complete V x",
		"vault lock abort V", "vault retrieval-policy V", "vault capacity V", "estimate retrieve V a.tar",
	} {
		lines = append(lines, strings.Replace(form, "V", vault, 1))
	}
	return lines
}
