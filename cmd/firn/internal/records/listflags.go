package records

import (
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/suggest"
	"firn/record"
)

// stateFlag is an option that takes the state of an archive. It is empty if it was not given.
type stateFlag record.ArchiveState

func (f *stateFlag) String() string { return string(*f) }

func (f *stateFlag) Set(s string) error {
	if !slices.Contains(record.ArchiveStates(), record.ArchiveState(s)) {
		return suggest.OneOf(s, stateNames())
	}
	*f = stateFlag(s)
	return nil
}

func (f *stateFlag) Type() string { return "STATE" }

// Choices returns the words that a shell offers.
func (f *stateFlag) Choices() []string { return stateNames() }

func stateNames() (names []string) {
	for _, state := range record.ArchiveStates() {
		names = append(names, string(state))
	}
	return names
}

// addState adds the option.
func addState(cmd *cobra.Command, state *stateFlag) {
	cmd.Flags().Var(state, "state", "only archives in `STATE`")
}

// orderFlag is an option that takes an order of archives. It is empty if it was not given.
type orderFlag catalog.Order

func (f *orderFlag) String() string { return string(*f) }

func (f *orderFlag) Set(s string) error {
	if !slices.Contains(catalog.Orders(), catalog.Order(s)) {
		return suggest.OneOf(s, orderNames())
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

// Choices returns the orders, for completion.
func (f *orderFlag) Choices() []string { return orderNames() }

// addOrder adds the option.
func addOrder(cmd *cobra.Command, order *orderFlag) {
	cmd.Flags().Var(order, "sort", "sort by `COLUMN`: name, size, created or state (default: created)")
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
