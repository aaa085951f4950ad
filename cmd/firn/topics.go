package main

import (
	"fmt"
	"slices"
	"strings"

	"firn/cmd/firn/internal/cli"
)

// topic is a help topic.
type topic struct {
	name, short, text string
	more              []string // the topics that it refers to
}

// topics returns the help topics.
func topics() []topic {
	return []topic{
		{"vaults", "How to name a vault", vaultsTopic, []string{"environment", "values"}},
		{"archives", "How to name an archive or a job", archivesTopic, []string{"vaults"}},
		{"values", "Sizes, rates, times and amounts", valuesTopic, []string{"environment"}},
		{"environment", "Variables that set options", environmentTopic(), []string{"vaults"}},
		{"output", "What goes where, and JSON", outputTopic, []string{"exit-status"}},
		{"exit-status", "What each exit status means", exitStatusTopic(), []string{"output"}},
		{"examples", "First steps", examplesTopic, []string{"vaults"}},
	}
}

const vaultsTopic = `VAULT names a vault. It is the URL of the vault, a path or an ARN:

  glacier://NAME?region=us-west-2     an Amazon Glacier vault
  NAME                                the same, in the region of AWS_REGION or
                                      of the AWS configuration
  arn:aws:glacier:...:vaults/NAME     the same
  s3://BUCKET/PREFIX?class=GLACIER    the objects below PREFIX in an S3 bucket
  file:///srv/cold/NAME               a directory
  /srv/cold/NAME, ./NAME, ../NAME     the same

Quote a URL with ? or & for the shell. Keys of a URL:

  region      the AWS region
  profile     the profile of the AWS configuration
  endpoint    the URL of another service that speaks the same protocol
  account     glacier:// only: the account id
  class       s3:// only: GLACIER_IR, GLACIER or DEEP_ARCHIVE
  keep-days   s3:// only: how many days a restored copy stays
  addressing  s3:// only: host or path; where a URL names the bucket
  lacks       s3:// only: features that the service lacks
  max-parts   s3:// only: how many parts an upload may have

Credentials come from where AWS tools find them: environment variables,
profiles, single sign-on or roles. No option takes a secret.`

const archivesTopic = `ARCHIVE names an archive of the catalog by one of these:

  - its archive id, or the beginning of the id as "firn list" prints it
  - its name, path or description
  - a glob: * matches anything but a slash, ** also slashes, ? one character

Quote a glob for the shell. Where a command takes one archive, ARCHIVE must
match exactly one; otherwise firn prints the candidates. A complete archive id
is also accepted if the catalog does not have it.

JOB, UPLOAD_ID and SNAPSHOT are an id or its beginning.

PATTERN names files in snapshots, by the same characters as a glob. One with a
slash is compared with the whole path, and one without with the name.

An id or a name may begin with a hyphen. Write -- before it:

  firn job show image-backups -- -VUS7mqD8ofkUKI0`

const valuesTopic = `SIZE is a number of bytes with or without a unit: 16M, 1.5GiB, 64MB, 16777216.
kB, MB, GB and TB are powers of ten; K, M, G and T are powers of two, and so are
KiB, MiB, GiB and TiB.

RATE is a size per second, such as 5M, 5MiB/s or 5MB/s, or bits per second, such
as 40Mbps (10^6 bits per second). It needs a unit.

--limit-rate also takes two rates, 5M:1M for uploads and downloads, off for no
limit, and a timetable in local time. Each rate is valid until the next one:

  "08:00,512K 18:30,off"                 limited from 8:00 to 18:30 every day
  "Mon-08:00,512K:2M Fri-18:30,off"      limited from Monday to Friday evening

TIME is a duration, such as 90s, 30m, 20h, 7d or 2w, where an option waits or
repeats. Where an option selects by date, TIME is an age (7d: 7 days ago), a
date (midnight in the local time zone), a date with a time, or RFC 3339:
2026-06-01, "2026-06-01 12:00", 2026-06-01T12:00:00Z.

FROM-TO is a range of bytes, from FROM up to but not including TO, such as
16MiB-48MiB. Without TO the range ends with the archive: 1GiB-.

SPAN is a length of time in the calendar: 14d, 8w, 6m (months), 1y6m. DATE is a
day (2030-12-31), or a SPAN from now on.

TIER is Expedited, Standard or Bulk. USD is an amount of US dollars, such as
2.50. N is a whole number.`

// environmentTopic returns the text of the topic environment.
func environmentTopic() string {
	var none []string
	for _, option := range cli.OneAct() {
		if option != "help" {
			none = append(none, "--"+option)
		}
	}
	return `A variable sets an option that the command line does not give. Its name is FIRN_
and the name of the option in capitals, with _ for each hyphen:

  FIRN_CATALOG     --catalog
  FIRN_PART_SIZE   --part-size
  FIRN_LIMIT_RATE  --limit-rate
  FIRN_NO_INPUT    --no-input (set it to 1)

An empty variable counts as unset. Options that give consent or belong to one
object have no variable:

` + wrapped(none) + `

firn also reads AWS_REGION, AWS_PROFILE and the other variables of AWS tools.
XDG_DATA_HOME and XDG_CACHE_HOME determine the places of the catalog and the
spool.

The command of --on-ready finds FIRN_VAULT, FIRN_JOB_ID, FIRN_ARCHIVE_ID and
FIRN_NAME in its environment. Those of --before and --after find FIRN_VAULT and
FIRN_DIRECTORIES, and that of --after FIRN_STATUS, too.`
}

// wrapped returns words on lines of at most [cli.HelpWidth] columns, indented by two.
func wrapped(words []string) string {
	var lines []string
	line := " "
	for _, word := range words {
		if len(line)+1+len(word) > cli.HelpWidth {
			lines = append(lines, line)
			line = " "
		}
		line += " " + word
	}
	return strings.Join(append(lines, line), "\n")
}

const outputTopic = `Standard output has the results: ids, paths, tables. Everything else goes to
standard error: progress, notes, questions, warnings and errors.

  --json      print JSON Lines on standard output. Each line is an object whose
              message_type says what it is. If the command fails, the last line
              has the message_type error, with exit_status and hint. With
              several files or archives, each that failed has such a line,
              with its file or archive_id, and the last line has the sum and
              the exit status of the command.
  -q          print no progress and no notes
  --no-input  never ask; a command that needs an answer fails, as it does
              without a terminal. --yes (or --confirm NAME) approves in advance.

An error begins with "firn: ". A line that begins with "hint: " says what to do,
and ends with a command to type.

Every command can be run again: it continues, or reports that the work is done.`

// exitStatusTopic returns the text of the topic exit-status.
func exitStatusTopic() string {
	var b strings.Builder
	for _, s := range cli.Statuses() {
		fmt.Fprintf(&b, "  %3d  %s\n", int(s), s)
	}
	var order []string
	for _, s := range cli.WorstFirst() {
		order = append(order, fmt.Sprint(int(s)))
	}
	order = slices.DeleteFunc(order, func(s string) bool { return s == fmt.Sprint(int(cli.StatusPartial)) })
	return `firn ends with one of these statuses. The help of a command lists those that it
can end with.

` + b.String() + `
A command with several files, archives, jobs or vaults reports each failure and
continues with the others, unless they would fail for the same reason (130, 6,
8). It then ends with the first of these statuses that occurred:
` + strings.Join(order, ", ") + `.
If that is 1 and others succeeded, it ends with 3.`
}

const examplesTopic = `Try firn without an account, with a vault in a directory:

  firn vault create ./cold
  firn upload ./cold june.tar --description "June, all disks"
  firn list ./cold
  firn download ./cold june.tar -o back.tar
  firn backup ./cold ~/documents
  firn restore ./cold '*.odt' --to back

Store in Amazon Glacier, and see the price first:

  export AWS_REGION=us-west-2
  firn vault create image-backups
  firn upload image-backups june.tar --dry-run
  firn upload image-backups june.tar

Get an archive back. This takes hours; the same command continues at any time:

  firn download image-backups june.tar --tier Bulk --max-cost 5

Run a server that speaks the protocol of Amazon Glacier:

  firn serve --dir ./server`
