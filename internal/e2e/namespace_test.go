//go:build e2e && linux

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// insideVar tells the second process that it is in its own namespaces, and which folder is its.
const insideVar = "STSCAN_E2E_INSIDE"

// TestMain runs the tests in a process that is the first of its own namespaces:
// when it ends, however it ends, the kernel kills all daemons and drops the
// mounts, the files of the test among them.
func TestMain(m *testing.M) {
	if dir := os.Getenv(insideVar); dir != "" {
		if err := enter(dir); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	code, err := outside()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// outside builds the program, and starts the tests in namespaces.
func outside() (code int, err error) {
	if os.Geteuid() != 0 {
		fmt.Println("SKIP e2e: not root, so that no network namespace can be made")
		return 0, nil
	}
	dir, err := os.MkdirTemp("", "stscan-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // the daemons are several users
		return 0, err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "scan"), "stscan/cmd/scan")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("building the program: %w\n%s", err, out)
	}
	signals := make(chan os.Signal, 1) // a terminal sends them to both processes; this one has to clean up
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	runtime.LockOSThread() // Pdeathsig is sent when the thread ends that started the process
	inner := exec.Command(os.Args[0], os.Args[1:]...)
	inner.Env = append(os.Environ(), insideVar+"="+dir)
	inner.Stdout, inner.Stderr = os.Stdout, os.Stderr
	inner.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
	}
	if err := inner.Start(); err != nil {
		return 0, fmt.Errorf("starting in namespaces: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- inner.Wait() }()
	select {
	case err = <-done:
	case s := <-signals:
		return 0, errors.Join(fmt.Errorf("%v", s), inner.Process.Kill(), <-done)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// enter makes the namespaces usable: private mounts, a file system in memory
// for all that is written, loopback up, and our own resolver and users.
func enter(dir string) error {
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o755); err != nil {
		return err
	}
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""}, // first: what is mounted here stays here
		{"proc", "/proc", "proc", 0, ""},
		{"tmpfs", run, "tmpfs", 0, "mode=755"},
	} {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mounting %s: %w", m.target, err)
		}
	}
	if err := syscall.Sethostname([]byte("scanner.example")); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	if err := network(); err != nil {
		return err
	}
	// trust-ad: Postfix believes the AD bit of this resolver, which DANE needs.
	if err := replace(run, "/etc/resolv.conf", "nameserver "+resolverAddress+"\noptions trust-ad edns0\n"); err != nil {
		return err
	}
	// Exim, which is unpacked and not installed, looks for the user and group of its package.
	return errors.Join(
		extend(run, "/etc/passwd", eximUser, ":x:65533:65533::/nonexistent:/usr/sbin/nologin"),
		extend(run, "/etc/group", eximUser, ":x:65533:"))
}

const (
	ipv6Net      = "fd00:e2e::/64" // all ours: whatever has no listener there refuses
	mail6Address = "fd00:e2e::1:1"
)

// network makes a machine of loopback alone that takes itself for one with IPv4 and
// IPv6; the default routes lead nowhere.
func network() error {
	for _, args := range []string{
		"link set lo up",
		"address add " + mail6Address + "/128 dev lo nodad", // listeners want an address, a route will not do
		"address add " + web6Address + "/128 dev lo nodad",
		"address add 192.0.2.1/32 dev lo", // without one, getaddrinfo takes this for a machine of IPv6 alone (AI_ADDRCONFIG)
		"-6 route add local " + ipv6Net + " dev lo",
		"-6 route add default dev lo",
		"-4 route add default dev lo",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return nil
}

// extend adds an entry to a list of users or groups that has none of that name.
func extend(dir, file, name, entry string) error {
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains("\n"+string(text), "\n"+name+":") {
		return err
	}
	return replace(dir, file, string(text)+name+entry+"\n")
}

// eximUser is the user that Debian's Exim is built to run as.
const eximUser = "Debian-exim"

// replace puts a file of ours in the place of one of the system, for these namespaces alone.
func replace(dir, file, text string) error {
	ours := filepath.Join(dir, filepath.Base(file))
	if err := os.WriteFile(ours, []byte(text), 0o644); err != nil {
		return err
	}
	if err := syscall.Mount(ours, file, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mounting over %s: %w", file, err)
	}
	return nil
}

// world is where everything of one run stands.
type world struct {
	dir  string // of this run, in memory
	scan string // the program
}

func newWorld() world {
	dir := os.Getenv(insideVar)
	return world{dir: filepath.Join(dir, "run"), scan: filepath.Join(dir, "scan")}
}

// sub makes a folder that only the named user may write, or root without one.
func (w world) sub(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(w.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
