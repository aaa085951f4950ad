package backup_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"

	"firn/server"
	"firn/vault/dirvault"
)

// At a Glacier vault, with part sizes and without names, a backup fails at steps and continues, too.
func TestGlacierVault(t *testing.T) {
	r := newRig(t)
	vaults := t.TempDir()
	r.cold = filepath.Join(vaults, "cold")
	must(t, dirvault.Create(r.cold, dirvault.Options{}))
	root, err := dirvault.OpenRoot(vaults, dirvault.Options{})
	must(t, err)
	defer root.Close()
	const account = "012345678901"
	handler, err := server.New(map[string]server.Store{account: root}, server.Options{
		Region: "us-east-1", Credentials: server.Keys{"AKIDEXAMPLE": {Secret: "secret", Account: account}},
	})
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- handler.Serve(ctx, listener) }()
	defer func() {
		stop()
		must(t, <-served)
	}()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	r.url = "glacier://cold?region=us-east-1&endpoint=http://" + listener.Addr().String()
	r.fill(0)
	r.o.PackSize = 1_500_000
	r.write("large", noise(99, 3_000_000))
	for step := 1; ; step += 3 {
		s := &steps{left: step, isDone: step%2 == 0, stop: func() error { return errStopped }}
		r.wrap = s.wrap
		_, err := r.run(t.Context())
		r.wrap = nil
		if err == nil {
			break
		}
		if !errors.Is(err, errStopped) {
			t.Fatalf("step %d: %v", step, err)
		}
	}
	r.mustRun()
	r.fill(1)
	if report := r.mustRun(); report.Sent == 0 || report.Packs[0].Archive == "" {
		t.Errorf("the second: %s", text(report))
	}
}
