//go:build linux

// Command bench measures what our side of a scan costs, in CPU time of the
// process that does it, against real servers on loopback: NSD, nginx, Postfix.
//
// It knows how to set up those servers, the names they serve, and the programs
// to run against them, each as a process of its own whose user and system time
// and peak memory the kernel accounts for. A run whose rows are not the truth
// ends it: the cost of failures is worth nothing. It judges no figure.
// deploy/bench/run.sh calls it, in a network namespace without a way out.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case lookupsCommand:
			return lookups(ctx, args[1:], out)
		case bareCommand:
			return bare(ctx, args[1:], out)
		}
	}
	var p plan
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&p.dir, "work", "", "folder with the programs scan, bench and sinks.test, in which all is written")
	fs.IntVar(&p.runs, "runs", 5, "runs of each measurement")
	fs.IntVar(&p.silent, "names", 100_000, "names that signal nothing")
	fs.IntVar(&p.signalling, "deployments", 2_000, "names with a policy host and a mail host of their own")
	fs.StringVar(&p.only, "only", "", "measure this alone: "+strings.Join(works(), ", "))
	fs.BoolVar(&p.hold, "hold", false, "start the servers and measure nothing, for a look by hand: nsenter into the namespace")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if p.dir == "" || p.runs < 1 || p.silent < 100 || p.signalling < 1 || p.signalling > maxHosts {
		return fmt.Errorf("want -work DIR, -runs 1 or more, -names 100 or more, -deployments 1 to %d", maxHosts)
	}
	return p.measure(ctx, out)
}
