package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
)

func TestLimits(t *testing.T) {
	enough := Machine{OpenFiles: 2000, Ports: 28232, Receive: 4 << 20, Memory: 1e9, CPUs: 2, Out: "data", Disk: 10e9}
	need := Need{InFlight: 1000, OpenFiles: 1260, Receive: 4 << 20, Memory: 5e8, Names: 1e6, Disk: 1e9}
	for _, f := range limits(enough, need) {
		expect(t, f, StateOK)
	}
	for _, c := range []struct {
		name   string
		change func(*Machine)
		check  Check
		state  State
		says   []string
	}{
		{"open files", func(m *Machine) { m.OpenFiles = 1024 }, CheckOpenFiles, StateFailure, []string{"1024 open files", "1260", "ulimit -n 1260", "--in-flight"}},
		{"open files, not known", func(m *Machine) { m.OpenFiles = 0 }, CheckOpenFiles, StateUnknown, []string{"1260"}},
		{"ports", func(m *Machine) { m.Ports = 500 }, CheckPorts, StateWarning, []string{"ip_local_port_range"}},
		{"receive buffer", func(m *Machine) { m.Receive = 212992 }, CheckReceive, StateWarning, []string{"213 kB", "rmem_max=4194304"}},
		{"memory", func(m *Machine) { m.Memory = 4e8 }, CheckMemory, StateFailure, []string{"400 MB", "500 MB"}},
		{"one processor", func(m *Machine) { m.CPUs = 1 }, CheckCPUs, StateWarning, nil},
		{"a small disk", func(m *Machine) { m.Disk = 9e8 }, CheckDisk, StateWarning, []string{"900 MB free", "1000000 names takes about 1.0 GB"}},
		{"a full disk", func(m *Machine) { m.Disk = 1e6 }, CheckDisk, StateFailure, []string{"--out"}},
		{"a disk of unknown size", func(m *Machine) { m.Disk = 0 }, CheckDisk, StateUnknown, nil},
		{"read only", func(m *Machine) { m.Unwriting = errors.New("read-only file system") }, CheckDisk, StateFailure, []string{"read-only file system"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := enough
			c.change(&m)
			expect(t, the(t, limits(m, need), c.check, ""), c.state, c.says...)
		})
	}
}

// What Linux tells of itself, in the words of proc(5) and cgroups(7).
func TestReadKernel(t *testing.T) {
	const gb = 1 << 30
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  Machine
	}{
		{"nothing", fstest.MapFS{}, Machine{}},
		{"a plain machine", fstest.MapFS{
			"proc/sys/net/ipv4/ip_local_port_range": file("32768\t60999\n"),
			"proc/sys/net/core/rmem_max":            file("212992\n"),
			"proc/meminfo":                          file("MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:    4194304 kB\n"),
			"proc/self/cgroup":                      file("0::/user.slice\n"),
			"sys/fs/cgroup/user.slice/memory.max":   file("max\n"),
		}, Machine{Ports: 28232, Receive: 212992, Memory: 4 * gb}},
		{"a group below one with a limit", fstest.MapFS{
			"proc/meminfo":                         file("MemAvailable: 8388608 kB\n"),
			"proc/self/cgroup":                     file("0::/box/scan\n"),
			"sys/fs/cgroup/box/scan/memory.max":    file("max\n"),
			"sys/fs/cgroup/box/memory.max":         file("2147483648\n"),
			"sys/fs/cgroup/box/memory.current":     file("1610612736\n"),
			"sys/fs/cgroup/box/memory.stat":        file("anon 1\ninactive_file 536870912\n"),
			"sys/fs/cgroup/elsewhere/memory.max":   file("1\n"),
			"sys/fs/cgroup/box/scan/memory.events": file("low 0\n"),
		}, Machine{Memory: gb}},
		{"a container of version 1", fstest.MapFS{
			"proc/meminfo":     file("MemAvailable: 8388608 kB\n"),
			"proc/self/cgroup": file("5:memory:/\n3:cpu:/\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": file("1073741824\n"),
			"sys/fs/cgroup/memory/memory.usage_in_bytes": file("2147483648\n"),
		}, Machine{Memory: 1}},
		{"nonsense", fstest.MapFS{
			"proc/sys/net/ipv4/ip_local_port_range": file("60999 32768"), "proc/sys/net/core/rmem_max": file("-1"),
			"proc/meminfo": file("MemAvailable: much kB"), "proc/self/cgroup": file("0\n"),
		}, Machine{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m Machine
			if m.readKernel(c.files); m != c.want {
				t.Errorf("%+v, want %+v", m, c.want)
			}
		})
	}
}

// The folder need not be there; nothing is left of the trial.
func TestReadMachine(t *testing.T) {
	dir := t.TempDir()
	m := ReadMachine(filepath.Join(dir, "not", "yet"))
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v %v", left, err)
	}
	if m.Unwriting != nil || m.CPUs < 1 || runtime.GOOS == "linux" && (m.OpenFiles == 0 || m.Disk == 0) {
		t.Errorf("%+v", m)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if m := ReadMachine(file); m.Unwriting == nil {
		t.Error("a file can be written into as a folder")
	}
}
