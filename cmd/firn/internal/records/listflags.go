package records

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/record"
)

// stateFlag is an option that takes the state of an archive. It is empty if it was not given.
type stateFlag record.ArchiveState

func (f *stateFlag) String() string { return string(*f) }

func (f *stateFlag) Set(s string) error {
	if !slices.Contains(record.ArchiveStates(), record.ArchiveState(s)) {
		return fmt.Errorf("a state is one of %s", strings.Join(stateNames(), ", "))
	}
	*f = stateFlag(s)
	return nil
}

func (f *stateFlag) Type() string { return "STATE" }

func stateNames() (names []string) {
	for _, state := range record.ArchiveStates() {
		names = append(names, string(state))
	}
	return names
}

// addState adds the option, with completion of its values.
func addState(cmd *cobra.Command, state *stateFlag) {
	cmd.Flags().Var(state, "state", "only archives in `STATE`")
	_ = cmd.RegisterFlagCompletionFunc("state", // fails only for an option that does not exist
		cobra.FixedCompletions(stateNames(), cobra.ShellCompDirectiveNoFileComp))
}

// orderFlag is an option that takes an order of archives. It is empty if it was not given.
type orderFlag catalog.Order

func (f *orderFlag) String() string { return string(*f) }

func (f *orderFlag) Set(s string) error {
	if !slices.Contains(catalog.Orders(), catalog.Order(s)) {
		return fmt.Errorf("archives are sorted by one of %s", strings.Join(orderNames(), ", "))
	}
	*f = orderFlag(s)
	return nil
}

func (f *orderFlag) Type() string { return "COLUMN" }

func orderNames() (names []string) {
	for _, order := range catalog.Orders() {
		names = append(names, string(order))
	}
	return names
}

// addOrder adds the option, with completion of its values.
func addOrder(cmd *cobra.Command, order *orderFlag) {
	cmd.Flags().Var(order, "sort", "sort by `COLUMN`: name, size, created or state (default: created)")
	_ = cmd.RegisterFlagCompletionFunc("sort", // fails only for an option that does not exist
		cobra.FixedCompletions(orderNames(), cobra.ShellCompDirectiveNoFileComp))
}

// statesHelp explains the states of archives.
const statesHelp = `STATE is the state of an archive in the catalog:

  stored     the vault has accepted the archive
  unproved   the vault has accepted it, but reported another checksum
  confirmed  an inventory lists it as the catalog has it
  differing  an inventory lists it with another size or tree hash
  missing    two inventories in a row do not list it
  deleting   firn has asked the vault to delete it; the answer is not recorded
  deleted    the vault has deleted it`
