package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"

	"golang.org/x/sync/errgroup"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/server"
)

// listen serves the API, and with --admin also health and metrics, until ctx ends.
func listen(ctx context.Context, p *cli.Program, o serveOptions, s *server.Server, log *slog.Logger, shown keyPair) error {
	config, err := o.tls.config(p.Now, log)
	if err != nil {
		return err
	}
	listener, err := listenAt(ctx, o.listen)
	if err != nil {
		return err
	}
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	var admin net.Listener
	if o.admin != "" {
		if admin, err = listenAt(ctx, o.admin); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	if err := tellServer(p, listener.Addr(), admin, o, shown, log); err != nil {
		if admin != nil {
			err = errors.Join(err, admin.Close())
		}
		return errors.Join(err, listener.Close())
	}
	p.SetBusy()
	// If one fails, the other ends.
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.Serve(ctx, listener) })
	if admin != nil {
		group.Go(func() error { return s.ServeAdmin(ctx, admin) })
	}
	return group.Wait()
}

func listenAt(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening at %q: %w", address, err)
	}
	return listener, nil
}

// checkAddresses refuses to serve other machines without TLS, or with health and metrics.
func (o serveOptions) checkAddresses() error {
	local, err := isLoopback(o.listen)
	switch {
	case err != nil:
		return err
	case (o.tls.cert == "") != (o.tls.key == ""):
		return cli.UsageError("--tls-cert and --tls-key go together")
	case !local && o.tls.cert == "":
		return cli.WithHint(cli.RefusedError("the address %q is not on the loopback interface, and without TLS archives would "+
			"cross the network in the clear", o.listen),
			"give a certificate with --tls-cert and --tls-key, or forward the port: ssh -L 8333:127.0.0.1:8333 HOST")
	case o.admin == "":
		return nil
	}
	if local, err = isLoopback(o.admin); err == nil && !local {
		return cli.RefusedError("the address %q of --admin is not on the loopback interface: it requires no key", o.admin)
	}
	return err
}

// isLoopback reports whether an address can be reached only from this machine.
func isLoopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, cli.UsageError("the address %q is not HOST:PORT, such as 127.0.0.1:8333", address)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

// reachable returns an address for clients. It replaces the address of all interfaces with the
// name of this machine.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	name, err := os.Hostname()
	if err != nil {
		return address.String()
	}
	return net.JoinHostPort(name, strconv.Itoa(tcp.Port))
}

// serverObject describes a server that is ready, on standard output.
type serverObject struct {
	MessageType string            `json:"message_type"`
	Endpoint    string            `json:"endpoint"`
	Admin       string            `json:"admin,omitempty"`
	Export      map[string]string `json:"export"`
}

// tellServer prints the address of the server and the variables for clients, and flushes them.
// It does not print a key pair of the environment. It prints a secret only when it was just
// created or with --show-secret: under a supervisor, others may read the output in a log.
func tellServer(p *cli.Program, address net.Addr, admin net.Listener, o serveOptions, keys keyPair, log *slog.Logger) error {
	endpoint := o.tls.scheme() + "://" + reachable(address)
	exports := [][2]string{{"AWS_ENDPOINT_URL_GLACIER", endpoint}, {"AWS_REGION", o.region}}
	isShown := keys.made || o.showSecret && keys.file != ""
	if isShown {
		exports = append([][2]string{{"AWS_SECRET_ACCESS_KEY", keys.SecretAccessKey}}, exports...)
	}
	if isShown || keys.file != "" {
		exports = append([][2]string{{"AWS_ACCESS_KEY_ID", keys.AccessKeyID}}, exports...)
	}
	if keys.file != "" && !isShown {
		log.Info("the secret key is not shown again; it is kept in a file, and --show-secret shows it", "file", keys.file)
	}
	adminURL := ""
	if admin != nil {
		adminURL = "http://" + admin.Addr().String()
	}
	if p.JSON {
		object := serverObject{"server", endpoint, adminURL, make(map[string]string)}
		for _, e := range exports {
			object.Export[e[0]] = e[1]
		}
		return errors.Join(p.Out.Object(object), p.Out.Flush())
	}
	p.Out.Line("listening on %s", endpoint)
	if adminURL != "" {
		p.Out.Line("health and metrics on %s", adminURL)
	}
	for _, e := range exports {
		p.Out.Line("%s", term.ExportLine(e[0], e[1]))
	}
	return p.Out.Flush()
}
