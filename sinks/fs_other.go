//go:build !unix

package sinks

import "os"

// flock does nothing: on this system nobody keeps two processes from one
// snapshot but their user.
func flock(*os.File) (taken bool, err error) { return false, nil }

// syncDir does nothing: this system makes names durable by itself, or not at all.
func syncDir(string) error { return nil }
