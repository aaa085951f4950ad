//go:build !race || torture

package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/internal/coldfront"
)

// scripts are the scripts that run: all of them.
func scripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestServices runs testdata/services/*.txtar at each kind of S3 service. $SERVICE is its name.
func TestServices(t *testing.T) {
	names := []string{another}
	for _, s := range coldfront.Services() {
		names = append(names, s.Name)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("testdata", "services"),
				Setup: func(env *testscript.Env) error {
					env.Setenv("SERVICE", name)
					return setupScript(env)
				},
				Cmds:      watched(scriptCommands()),
				Condition: scriptCondition,
			})
		})
	}
}
