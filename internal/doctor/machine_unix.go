//go:build linux || darwin

package doctor

import "syscall"

// openFiles is how many descriptors the process may have. The Go runtime raises
// the soft limit to the hard one when a program starts.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	const enough = 1 << 30 // RLIM_INFINITY does not fit into an int
	return int(min(limit.Cur, enough))
}

// freeDisk is what a user may still write in a folder.
func freeDisk(dir string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
