package complete

import "strings"

// forms are the ways to write the arguments of a command. A form has the names of each
// argument: several if it may be one of several things.
type forms [][]argument

type argument struct {
	names    []string
	repeated bool // it may be followed by others like it
}

// parseUse reads the usage of a command, such as "retrieve SIZE | VAULT ARCHIVE...".
func parseUse(use string) forms {
	_, rest, _ := strings.Cut(use, " ")
	var all forms
	for form := range strings.SplitSeq(rest, " | ") {
		var arguments []argument
		isValue := false // of the option before
		for word := range strings.FieldsSeq(form) {
			word = strings.Trim(word, "{}[]")
			switch isOption := strings.HasPrefix(word, "-"); {
			case isOption:
				isValue = true
			case isValue:
				isValue = false
			default:
				name, repeated := strings.CutSuffix(word, "...")
				arguments = append(arguments, argument{strings.Split(name, "|"), repeated})
			}
		}
		all = append(all, arguments)
	}
	return all
}

// next returns the names of the argument that follows args.
func (f forms) next(args []string) (names []string) {
	for _, arguments := range f {
		n := len(args)
		if last := len(arguments) - 1; last >= 0 && n > last && arguments[last].repeated {
			n = last
		}
		if n < len(arguments) {
			names = append(names, arguments[n].names...)
		}
	}
	return names
}
