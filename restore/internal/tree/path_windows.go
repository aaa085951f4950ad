package tree

import (
	"fmt"
	"strings"
)

// invalidHere says why this system cannot have a name; empty: it can, as far as is known. The
// characters are those of "Naming Files, Paths, and Namespaces" in Microsoft's documentation.
func invalidHere(name string) string {
	for i := range len(name) {
		if c := name[i]; c < ' ' || strings.IndexByte(`<>:"\|?*`, c) >= 0 {
			return fmt.Sprintf("has the character %q, which Windows does not allow", c)
		}
	}
	if last := name[len(name)-1]; last == '.' || last == ' ' {
		return "ends with a dot or a space, which Windows does not allow"
	}
	return ""
}
