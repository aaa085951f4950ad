//go:build torture

package durability_test

func (f fault) step() int { return 1 }
