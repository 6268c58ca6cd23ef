// Command scan measures the deployment of MTA-STS (RFC 8461): it reads lists of
// domains, observes records, policies and mail servers, and writes evidence and
// verdicts as Parquet. This package is flags, wiring and exit codes; it is the
// only one that imports all others.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"stscan/internal/escape"
)

func main() {
	// Who reads our output may leave early (| head): writing fails then, and the command
	// ends as it should, in place of being killed with its temporary files left behind.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var e *exitError
	if !errors.As(err, &e) {
		e = &exitError{code: exitUsage, err: err} // cobra's own: an unknown command, a flag that does not parse
	}
	if e.err != nil && !errors.Is(e.err, syscall.EPIPE) { // nobody is there to be told
		fmt.Fprintf(stderr, "scan: %s\n", escape.String(e.err.Error()))
	}
	return e.code
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "scan",
		Short: "Measure the deployment of MTA-STS (RFC 8461), from a list of domains to verdicts in Parquet",
		Example: `  scan demo
  scan run --resolver 127.0.0.1:53 --contact mailto:me@example.org tranco.csv.zip`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("no such command: %q; scan --help lists them", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newRunCommand(), newDemoCommand(), newCheckCommand(), newLintCommand(), newClassifyCommand(), newVerifyCommand(), newQueryCommand(), newReportCommand(), newDoctorCommand(), newLabCommand(), newSchemaCommand())
	return root
}
