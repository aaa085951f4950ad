package uploads

import (
	"errors"
	"flag"
	"io"
	"math"
	"slices"

	"firn/cmd/firn/internal/cli"
)

const oldUsage = `usage: gt_upload_large [-h] [-em ESTIMATED_MBPS] [-pt PART_SIZE] [-r REGION]
                       vault_name filepath description

Stores a file in an Amazon Glacier vault, as the tool of this name did. Unlike it,
this one continues when it is run again, and shows its progress on a terminal.
It is firn: see firn upload --help.

  vault_name            the name of the vault
  filepath              the file to upload
  description           up to 1,024 printable ASCII characters

  -em, --estimated-mbps print an estimate of the duration at this rate; 1 Mbps is
                        2^20 bits a second
  -pt, --part-size      in bytes: 1 MiB times a power of two (default: 4194304,
                        more where the file would need over 10,000 parts)
  -r, --region          default: us-east-1
  -h, --help            print this text

Environment:
  AWS_ACCESS_KEY, AWS_SECRET_KEY
                        the credentials; AWS_ACCESS_KEY_ID,
                        AWS_SECRET_ACCESS_KEY and all else that AWS tools know
                        work too

Exit status:
    0  done
    1  error
    2  the command line was not understood
    4  incomplete: run the same command again to continue
    5  verification failed: bytes and hash do not agree
    6  credentials or permission
    7  locked by another process
    8  the catalog is damaged
  130  interrupted; the state is saved`

// oldUpload is the command line of the old tool.
type oldUpload struct {
	mbps                         float64 // 2^20 bits per second; 0: no estimate
	partSize                     int64   // bytes
	region                       string
	vault, filepath, description string
}

// parseOldUpload parses the command line, in which options and arguments may be mixed. It
// returns flag.ErrHelp if the help text is asked for.
func parseOldUpload(args []string) (oldUpload, error) {
	var o oldUpload
	f := flag.NewFlagSet(OldName, flag.ContinueOnError)
	f.SetOutput(io.Discard) // the caller reports the error
	for _, name := range []string{"em", "estimated-mbps"} {
		f.Float64Var(&o.mbps, name, 0, "")
	}
	for _, name := range []string{"pt", "part-size"} {
		f.Int64Var(&o.partSize, name, 4<<20, "")
	}
	for _, name := range []string{"r", "region"} {
		f.StringVar(&o.region, name, "us-east-1", "")
	}
	var words, plain []string // plain: the words after "--"
	if i := slices.Index(args, "--"); i >= 0 {
		args, plain = args[:i], args[i+1:]
	}
	for rest := args; ; {
		if err := f.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return o, err
			}
			return o, cli.UsageError("%w", err)
		}
		if f.NArg() == 0 {
			break
		}
		words = append(words, f.Arg(0))
		rest = f.Args()[1:]
	}
	return o, o.take(append(words, plain...), f)
}

// take checks the options and takes the three arguments.
func (o *oldUpload) take(words []string, f *flag.FlagSet) error {
	estimate := false
	f.Visit(func(f *flag.Flag) { estimate = estimate || f.Name == "em" || f.Name == "estimated-mbps" })
	switch {
	case len(words) != 3:
		return cli.UsageError("vault_name, filepath and description are needed, and nothing else; %d arguments were given", len(words))
	case estimate && !(o.mbps > 0 && o.mbps < math.MaxInt32):
		return cli.UsageError("the estimated rate must be more than 0 Mbps")
	case o.partSize < 1<<20 || o.partSize > 4<<30 || o.partSize&(o.partSize-1) != 0:
		return cli.UsageError("the part size %d is not 1 MiB (1048576) times a power of two, up to 4 GiB", o.partSize)
	}
	o.vault, o.filepath, o.description = words[0], words[1], words[2]
	return nil
}
