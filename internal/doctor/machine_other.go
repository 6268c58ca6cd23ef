//go:build !linux && !darwin

package doctor

// openFiles and freeDisk are not known of this system.
func openFiles() int { return 0 }

func freeDisk(string) int64 { return 0 }
