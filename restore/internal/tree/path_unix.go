//go:build !windows

package tree

// invalidHere says why this system cannot have a name; empty: it can, as far as is known.
func invalidHere(string) string { return "" }
