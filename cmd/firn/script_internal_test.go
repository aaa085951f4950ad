package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/cmd/firn/internal/uploads"
)

// TestMain makes the test binary act as firn under that name: the scripts run real processes,
// which can be signalled and killed.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"firn": scriptMain, uploads.OldName: scriptMain})
}

var update = flag.Bool("update", false, "rewrite the golden files")

// TestScripts runs testdata/*.txtar. Their commands in addition to those of testscript are in
// script_commands_internal_test.go.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Files:         scripts(t),
		UpdateScripts: *update,
		Setup:         setupScript,
		Cmds:          watched(scriptCommands()),
		Condition:     scriptCondition,
	})
}

// setupScript gives a script a home of its own.
func setupScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	env.Setenv("HOME", home)
	env.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	env.Setenv("FIRN_CATALOG", filepath.Join(env.WorkDir, "catalog.db"))
	env.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "none"))
	env.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "none"))
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("TZ", "UTC")
	env.Setenv(clockEnv, filepath.Join(env.WorkDir, ".clock"))
	env.Setenv("GORACE", "atexit_sleep_ms=0") // else each process waits a second at its end
	watchScript(env, stalled)
	return os.Mkdir(home, 0o700)
}
