package main

// Exit codes, fixed by the contract of the command line.
const (
	exitDone    = 0
	exitFailure = 1 // a failure of ours: disk, config, no resolver
	exitUsage   = 2 // bad usage
	exitPartial = 3 // finished, but rows are missing
	exitFound   = 4 // check or lint found an error; verify or doctor a failure
)

// exitError carries an exit code out of a command. Without err everything that
// is to be said has been printed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }
