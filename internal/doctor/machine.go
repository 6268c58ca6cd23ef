package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// ReadMachine reads what this machine gives; out is the folder in which
// snapshots are to be kept, which need not exist yet. A file is made there, or in the
// folder above it that does, and taken away again.
func ReadMachine(out string) Machine {
	m := Machine{OpenFiles: openFiles(), CPUs: runtime.GOMAXPROCS(0), Out: out}
	m.readKernel(os.DirFS("/"))
	there := existing(out)
	m.Unwriting = tryWriting(there)
	m.Disk = freeDisk(there)
	return m
}

// readKernel reads what Linux tells in files. What is not there stays unknown.
func (m *Machine) readKernel(root fs.FS) {
	if f := fieldsOf(root, "proc/sys/net/ipv4/ip_local_port_range"); len(f) == 2 {
		if first, last := number(f[0]), number(f[1]); first > 0 && last >= first {
			m.Ports = int(last - first + 1)
		}
	}
	if f := fieldsOf(root, "proc/sys/net/core/rmem_max"); len(f) == 1 {
		m.Receive = number(f[0])
	}
	m.Memory = least(availableMemory(root), groupMemory(root))
}

// availableMemory is what the kernel thinks it can give without swapping (proc(5)).
func availableMemory(root fs.FS) int64 {
	for line := range strings.Lines(textOf(root, "proc/meminfo")) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemAvailable:" {
			return number(f[1]) << 10
		}
	}
	return 0
}

// groupMemory is what the control groups of the process leave it, those above it
// too (cgroups(7)): the least of limit less usage.
func groupMemory(root fs.FS) (free int64) {
	for line := range strings.Lines(textOf(root, "proc/self/cgroup")) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		folder, limit, usage := "", "", ""
		switch {
		case part[1] == "":
			folder, limit, usage = "sys/fs/cgroup", "memory.max", "memory.current"
		case part[1] == "memory":
			folder, limit, usage = "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
		default:
			continue
		}
		for at := part[2]; ; at = filepath.Dir(at) {
			group := strings.TrimSuffix(folder+filepath.Clean("/"+at), "/")
			if most := numberIn(root, group+"/"+limit); most > 0 {
				free = least(free, max(1, most-numberIn(root, group+"/"+usage)+reclaimable(root, group)))
			}
			if at == "/" || at == "." || at == "" {
				break
			}
		}
	}
	return free
}

// reclaimable is what a group holds of files that nobody reads at the moment: it
// counts as used, and is given up as soon as somebody wants it.
func reclaimable(root fs.FS, group string) int64 {
	for line := range strings.Lines(textOf(root, group+"/memory.stat")) {
		if f := strings.Fields(line); len(f) == 2 && strings.TrimPrefix(f[0], "total_") == "inactive_file" {
			return number(f[1])
		}
	}
	return 0
}

func numberIn(root fs.FS, name string) int64 { return number(strings.TrimSpace(textOf(root, name))) }

// least is the lesser of two amounts of which 0 = not known.
func least(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// maxFile bounds what is read of one of these files: the longest, meminfo, has 2 kB.
const maxFile = 64 << 10

func textOf(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil || len(b) > maxFile {
		return ""
	}
	return string(b)
}

func fieldsOf(root fs.FS, name string) []string { return strings.Fields(textOf(root, name)) }

// number is 0 for what is none, such as "max".
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// existing is dir, or the nearest folder above it that is there.
func existing(dir string) string {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, missing := os.Stat(dir); !errors.Is(missing, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, ".scan-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
