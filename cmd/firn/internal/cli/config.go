package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/config"
	"firn/cmd/firn/internal/suggest"
	"firn/internal/home"
	"firn/internal/vaultname"
	"firn/vault/vaulturl"
)

// withoutConfig marks a command that does not read the configuration.
const withoutConfig = "without-config"

// WithoutConfig marks a command, and those below it, as working with a configuration that cannot
// be read.
func WithoutConfig(cmd *cobra.Command) *cobra.Command {
	annotate(cmd, withoutConfig, "true")
	return cmd
}

func isWithoutConfig(cmd *cobra.Command) bool {
	return cmd.Annotations[withoutConfig] != "" || cmd.HasParent() && isWithoutConfig(cmd.Parent())
}

// PlaceConfig sets the path of the configuration. Without a home directory there is none.
func (p *Program) PlaceConfig(cmd *cobra.Command) error {
	if p.ConfigPath == "" && cmd.Flags().Changed("config") {
		return WithHint(UsageError("--config names no file"), HelpHint(cmd))
	}
	if p.ConfigPath != "" {
		p.configNamed = true
		return nil
	}
	if dir, err := home.Config(); err == nil {
		p.ConfigPath = filepath.Join(dir, "firn", "config.toml")
	}
	return nil
}

// NeedConfigPath returns an error if the configuration has no path.
func (p *Program) NeedConfigPath() error {
	if p.ConfigPath != "" {
		return nil
	}
	_, err := home.Config()
	return fmt.Errorf("the location of the configuration is unknown: %w; give it with --config FILE or the variable FIRN_CONFIG", err)
}

// Config reads the configuration, once, and checks the names of its options, without their values.
func (p *Program) Config() (config.File, error) {
	if p.config == nil || p.config.path != p.ConfigPath {
		file, err := p.loadConfig()
		p.config = &loadedConfig{p.ConfigPath, file, err}
	}
	return p.config.file, p.config.err
}

// loadedConfig is the configuration as it was read.
type loadedConfig struct {
	path string
	file config.File
	err  error
}

func (p *Program) loadConfig() (config.File, error) {
	if p.ConfigPath == "" {
		return config.File{}, nil
	}
	if _, err := os.Stat(p.ConfigPath); p.configNamed && errors.Is(err, fs.ErrNotExist) {
		return config.File{}, UsageError("there is no configuration %q", p.ConfigPath)
	}
	file, err := p.readConfig(p.ConfigPath)
	if err != nil {
		err = UsageError("the configuration %q: %w", p.ConfigPath, err)
	}
	return file, err
}

func (p *Program) readConfig(path string) (config.File, error) {
	file, err := config.Read(path)
	if err != nil {
		return config.File{}, err
	}
	if len(file.Defaults) == 0 && len(file.Vaults) == 0 { // the usual case: walk no tree of commands
		return file, nil
	}
	known := optionNames(p.Root)
	check := func(table string, settings []config.Setting, known []string) error {
		for _, s := range settings {
			if err := checkOption(s.Option, known); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	}
	ofVault := slices.Concat(known, config.URLKeys())
	errs := []error{check(config.DefaultsTable, file.Defaults, known)}
	for _, v := range file.Vaults {
		errs = append(errs, check(v.Table(), v.Settings, ofVault))
		if _, err := vaulturl.Parse(v.URL); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", v.Table(), err))
		}
	}
	return file, errors.Join(errs...)
}

// ApplyConfig replaces the short names of vaults among args by their URLs, and sets the options
// that neither the command line nor a variable has set: from the table of the vault, else from
// the defaults.
func (p *Program) ApplyConfig(cmd *cobra.Command, args []string) error {
	if isWithoutConfig(cmd) {
		return nil
	}
	file, err := p.Config()
	if err != nil && strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd) {
		return nil // a completion prints no error
	}
	if err != nil {
		return err
	}
	var settings []configured
	if v, ok := p.nameVaults(cmd, args, file); ok {
		settings = append(settings, configured{v.Table(), v.Settings})
	}
	settings = append(settings, configured{config.DefaultsTable, file.Defaults})
	done := map[string]bool{}
	for _, from := range settings {
		if err := from.apply(cmd.Flags(), done); err != nil {
			return UsageError("the configuration %q: %w", p.ConfigPath, err)
		}
		for option := range done {
			if p.setBy[option] == "" {
				p.setBy[option] = fmt.Sprintf("%s of the configuration %q", from.table, p.ConfigPath)
			}
		}
	}
	return nil
}

// errOneValue refuses an array for an option with one value.
var errOneValue = errors.New("the option takes one value, and not an array")

// configured is the settings of one table.
type configured struct {
	table    string
	settings []config.Setting
}

// apply sets the options of the command that neither the command line, nor a variable, nor a
// table before has set. done has those of the tables before.
func (c configured) apply(flags *pflag.FlagSet, done map[string]bool) error {
	here := map[string]bool{}
	for _, s := range c.settings {
		f := flags.Lookup(s.Option)
		if f == nil || f.Changed || done[s.Option] || os.Getenv(Variable(s.Option)) != "" {
			continue
		}
		err := flags.Set(s.Option, s.Value)
		if _, several := f.Value.(taker); here[s.Option] && !several {
			err = errOneValue
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", c.table, s.Option, valueError(err))
		}
		f.Changed = false // a setting is for many commands, so it contradicts no option of this one
		here[s.Option] = true
	}
	maps.Copy(done, here)
	return nil
}

// nameVaults replaces short names by URLs. It returns the table of the vault that the command
// works on, if there is one.
func (p *Program) nameVaults(cmd *cobra.Command, args []string, file config.File) (found config.Vault, ok bool) {
	vaults := vaultArgs(cmd, args)
	for i, arg := range vaults {
		if v, ok := file.Find(arg); ok {
			vaults[i] = v.URL
			p.names = append(p.names, v)
		}
	}
	if f := cmd.Flags().Lookup("vault"); f != nil && f.Changed {
		if v, ok := file.Find(f.Value.String()); ok && f.Value.Set(v.URL) == nil {
			p.names = append(p.names, v)
		}
	}
	if len(vaults) != 1 {
		return config.Vault{}, false
	}
	return p.FindVault(file, vaults[0])
}

// FindVault returns the named vault that an argument means: by its name, by its URL, or by
// another spelling of it.
func (p *Program) FindVault(file config.File, vaultArg string) (config.Vault, bool) {
	if v, ok := file.Find(vaultArg); ok {
		return v, true
	}
	same := sameVault(vaultArg)
	for _, v := range file.Vaults {
		if v.URL == vaultArg || same != "" && same == sameVault(v.URL) {
			return v, true
		}
	}
	return config.Vault{}, false
}

// sameVault returns a text that is the same for all spellings of a vault, or "" if it is no
// vault. It does not look at the AWS configuration, so a vault whose region is only there differs
// from one whose URL has it.
func sameVault(raw string) string {
	ref, err := vaulturl.Parse(raw)
	switch {
	case err != nil:
		return ""
	case ref.Kind == vaulturl.Directory:
		return "file://" + vaultname.Directory(ref.Path)
	}
	return fmt.Sprintf("%v %q %q %q %q %q", ref.Kind, ref.Name, ref.Prefix, ref.Region, ref.Account, ref.Endpoint)
}

// VaultNames returns the short names of vaults. If the configuration cannot be read there are
// none.
func (p *Program) VaultNames() (names []string) {
	file, err := p.Config()
	if err != nil {
		return nil
	}
	for _, v := range file.Vaults {
		names = append(names, v.Name)
	}
	return names
}

// FullName returns the URL of a short name, and any other text unchanged.
func (p *Program) FullName(vaultArg string) string {
	file, err := p.Config()
	if v, ok := file.Find(vaultArg); err == nil && ok {
		return v.URL
	}
	return vaultArg
}

// vaultArgs returns the arguments that are vaults, by the name of the first argument in the
// command's form.
func vaultArgs(cmd *cobra.Command, args []string) []string {
	_, form, _ := strings.Cut(cmd.Use, " ")
	first, _, _ := strings.Cut(strings.TrimLeft(form, "[{"), " ")
	switch {
	case len(args) == 0:
		return nil
	case first == "VAULT...]":
		return args
	case strings.TrimRight(first, "]") == "VAULT", strings.Contains(form, "| VAULT "):
		return args[:1]
	}
	return nil
}

// optionNames returns the names of the options that the configuration can set, sorted.
func optionNames(root *cobra.Command) []string {
	names := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "config" && !slices.Contains(OneAct(), f.Name) {
				names[f.Name] = true
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	return slices.Sorted(maps.Keys(names))
}

// checkOption returns an error for a name that the configuration cannot set.
func checkOption(name string, known []string) error {
	switch {
	case slices.Contains(known, name):
		return nil
	case slices.Contains(OneAct(), name):
		return fmt.Errorf("%s is set for one command at a time, on its command line", name)
	}
	err := fmt.Errorf("there is no option %q", name)
	if near := suggest.Nearest(name, known); near != "" {
		err = fmt.Errorf("%w; did you mean %s?", err, near)
	}
	return err
}

// OptionSource is an option that the environment or the configuration sets.
type OptionSource struct {
	Option string `json:"option"`
	Value  string `json:"value"`
	From   string `json:"from"`
}

// Sources returns the options that are set for a vault, or for all vaults if v has no name, each
// with the place where its value comes from.
func (p *Program) Sources(file config.File, v config.Vault) []OptionSource {
	var found []OptionSource
	add := func(option, value, from string) {
		if !slices.ContainsFunc(found, func(s OptionSource) bool { return s.Option == option && s.From != from }) {
			found = append(found, OptionSource{option, value, from})
		}
	}
	if v.URL != "" {
		add("url", v.URL, v.Table())
	}
	for _, option := range optionNames(p.Root) {
		if value := os.Getenv(Variable(option)); value != "" {
			add(option, value, Variable(option))
		}
	}
	for _, s := range v.Settings {
		add(s.Option, s.Value, v.Table())
	}
	for _, s := range file.Defaults {
		add(s.Option, s.Value, config.DefaultsTable)
	}
	return found
}

// CheckConfig checks a file as if it were the configuration: the names of its options, and
// their values. It tries the values on the options of all commands, so no other command can run
// after it. Its errors do not name the file.
func (p *Program) CheckConfig(path string) (config.File, error) {
	asJSON, quiet := p.JSON, p.Quiet
	defer func() { p.JSON, p.Quiet = asJSON, quiet }()
	file, err := p.readConfig(path)
	if err != nil {
		return file, err
	}
	var errs []error
	try := func(from configured) {
		for i, s := range from.settings {
			isAnother := i > 0 && from.settings[i-1].Option == s.Option
			if err := p.tryValue(s, isAnother); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", from.table, s.Option, err))
			}
		}
	}
	try(configured{config.DefaultsTable, file.Defaults})
	for _, v := range file.Vaults {
		try(configured{v.Table(), v.Settings})
	}
	return file, errors.Join(errs...)
}

// tryValue returns the error of the commands if none takes the value. isAnother: it is not the
// first value of the option.
func (p *Program) tryValue(s config.Setting, isAnother bool) (err error) {
	taken := false
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		flags := cmd.LocalFlags()
		if f := flags.Lookup(s.Option); f != nil {
			changed := f.Changed
			_, several := f.Value.(taker)
			if refused := flags.Set(s.Option, s.Value); refused != nil {
				err = valueError(refused)
			} else if isAnother && !several {
				err = errOneValue
			} else {
				taken = true
			}
			f.Changed = changed
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(p.Root)
	if taken {
		return nil
	}
	return err
}
