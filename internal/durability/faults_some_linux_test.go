//go:build !torture

package durability_test

// step is the distance to the next call that fails.
func (f fault) step() int {
	if f.kind == "flush" && !f.onward {
		return 1
	}
	return 3
}
