package neterr

import (
	"net"
	"os"
	"syscall"
	"testing"

	"stscan/internal/evidence"
)

// TestNoDescriptors takes away the right to open descriptors for one dial.
func TestNoDescriptors(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	_, err := net.Dial("tcp", "127.0.0.1:9")
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if got := Failure(evidence.OpDial, err); got.Kind != evidence.KindLocal {
		t.Errorf("%+v", got)
	}
}

// TestErrnos are the numbers that no peer on loopback makes: of ICMP, of
// routes and of firewalls. The kernel's meaning of each is in connect(2).
func TestErrnos(t *testing.T) {
	for errno, want := range map[syscall.Errno]evidence.Kind{
		syscall.EHOSTUNREACH:    evidence.KindUnreachable,
		syscall.EHOSTDOWN:       evidence.KindUnreachable,
		syscall.ENETUNREACH:     evidence.KindNoRoute,
		syscall.ENETDOWN:        evidence.KindNoRoute,
		syscall.EAFNOSUPPORT:    evidence.KindNoRoute,
		syscall.ETIMEDOUT:       evidence.KindTimeout,
		syscall.EPIPE:           evidence.KindReset,
		syscall.ECONNABORTED:    evidence.KindReset,
		syscall.EPERM:           evidence.KindLocal,
		syscall.EACCES:          evidence.KindLocal,
		syscall.ENFILE:          evidence.KindLocal,
		syscall.ENOBUFS:         evidence.KindLocal,
		syscall.ENOMEM:          evidence.KindLocal,
		syscall.EPROTONOSUPPORT: evidence.KindOther,
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
		if got := Failure(evidence.OpDial, err); got.Kind != want {
			t.Errorf("%v: %+v, want %s", errno, got, want)
		}
	}
}
