package uploads

import (
	"fmt"
	"slices"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/upload"
	"firn/vault/vaulturl"
)

// partSizeHints returns hints how to upload a source in parts that the vault accepts.
func (s *uploadSession) partSizeHints(e *upload.PartSizeError, path string) (hints []string) {
	if e.Otherwise != "" { // to try first
		hints = append(hints, e.Otherwise)
	}
	size := strings.ReplaceAll(humane.Bytes(e.Fits), " ", "") // a power of two of MiB
	switch {
	case e.Fits != 0 && path == "-":
		how := "larger parts and with --expected-size if you know about how much will come"
		if e.MaxParts == 0 {
			how = "smaller parts"
		}
		hints = append(hints, "feed it again, in "+how+", to: "+typedInstead(s.program, "--part-size", size))
	case e.Fits != 0:
		hints = append(hints, "in parts that fit, from the beginning: "+typedInstead(s.program, "--part-size", size))
	case e.MaxParts != 0:
		hints = append(hints, "no part size fits: cut the file into several")
	default:
		hints = append(hints, "smaller parts cannot hold this file: let the proxy pass requests of "+humane.Bytes(e.PartSize)+
			", or go around it (NO_PROXY)")
	}
	if e.MaxParts != 0 && !e.Guessed && vaulturl.IsBucket(s.vaultArg) {
		hints = append(hints, fmt.Sprintf("to avoid this in other uploads: add max-parts=%d to the vault's URL", e.MaxParts))
	}
	if e.Otherwise != "" { // the upload may still be completed, so no hint removes it
		return hints
	}
	left := "its parts stay in the vault until you abort it: "
	if e.MaxParts != 0 {
		left = "this unfinished upload can never be completed; to remove it: "
	}
	return append(hints, left+term.ShellCommand("firn", "multipart", "abort", s.vaultArg, "--", cli.ShortID(string(e.Upload))))
}

// typedInstead returns the command line as it was typed, with another value of an option.
func typedInstead(p *cli.Program, option, value string) string {
	before, after := p.Args, []string(nil)
	if i := slices.Index(p.Args, "--"); i >= 0 {
		before, after = p.Args[:i], p.Args[i:]
	}
	var args []string
	for i := 0; i < len(before); i++ {
		switch {
		case before[i] == option:
			i++ // and its value
		case strings.HasPrefix(before[i], option+"="):
		default:
			args = append(args, before[i])
		}
	}
	return term.ShellCommand(slices.Concat(args, []string{option, value}, after)...)
}
