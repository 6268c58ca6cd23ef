package doctor

import (
	"fmt"

	"github.com/dustin/go-humanize"
)

// Need is what a scan takes of the machine. Sizes are in bytes.
type Need struct {
	InFlight  int   // names worked on at once
	OpenFiles int   // sockets and files, at most
	Receive   int64 // receive buffer that each socket to a resolver asks for
	Memory    int64 // at its peak
	Names     int   // in the list
	Disk      int64 // for so many
}

// Machine is what the machine gives, as far as it says so. Sizes are in bytes; 0 = not known.
type Machine struct {
	OpenFiles int
	Ports     int   // local ports given to connections
	Receive   int64 // largest receive buffer that the kernel gives
	Memory    int64 // free for this process: of the machine and of its control group
	CPUs      int

	Out       string // folder in which snapshots are kept
	Unwriting error  // why nothing can be written there; nil = it can
	Disk      int64  // free there
}

// leastDisk is what not even a short list does without.
const leastDisk = 100e6

// limits compares what a scan takes with what there is.
func limits(m Machine, n Need) []Finding {
	return []Finding{
		short(CheckOpenFiles, StateFailure, count(m.OpenFiles), count(n.OpenFiles), "open files", fmt.Sprintf("raise it (ulimit -n %d, LimitNOFILE= of a service), or give a lower --in-flight", n.OpenFiles)),
		short(CheckPorts, StateWarning, count(m.Ports), count(n.InFlight), "local ports", "widen net.ipv4.ip_local_port_range"),
		short(CheckReceive, StateWarning, bytes(m.Receive), bytes(n.Receive), "of receive buffer for a socket", fmt.Sprintf("sysctl net.core.rmem_max=%d: what a resolver answers in a burst is lost, and asked again", n.Receive)),
		short(CheckMemory, StateFailure, bytes(m.Memory), bytes(n.Memory), "of memory", "give it more, or give a lower --in-flight"),
		cpus(m.CPUs),
		disk(m, n),
	}
}

// amount is a number with its unit, and how it is written.
type amount struct {
	n    int64
	text string
}

func count(n int) amount { return amount{int64(n), fmt.Sprint(n)} }

func bytes(n int64) amount { return amount{n, humanize.Bytes(uint64(n))} }

// short compares one; worst is the state when there is too little.
func short(check Check, worst State, has, needs amount, what, do string) Finding {
	switch {
	case has.n == 0:
		return Finding{check, "", StateUnknown, "this system does not say; a scan takes " + needs.text + " " + what, do}
	case has.n < needs.n:
		return Finding{check, "", worst, fmt.Sprintf("%s %s; a scan takes %s", has.text, what, needs.text), do}
	}
	return ok(check, "", fmt.Sprintf("%s %s; a scan takes %s", has.text, what, needs.text))
}

func cpus(n int) Finding {
	if n == 1 {
		return Finding{CheckCPUs, "", StateWarning, "one processor", "give it two: answers are read late while rows are written"}
	}
	return ok(CheckCPUs, "", fmt.Sprintf("%d processors", n))
}

func disk(m Machine, n Need) Finding {
	says := func(state State, seen, do string) Finding { return Finding{CheckDisk, m.Out, state, seen, do} }
	const elsewhere = "free some, or keep snapshots elsewhere with --out"
	free, need := bytes(m.Disk), bytes(n.Disk)
	needs := fmt.Sprintf("%s free; a list of %d names takes about %s", free.text, n.Names, need.text)
	switch {
	case m.Unwriting != nil:
		return says(StateFailure, "cannot be written to: "+m.Unwriting.Error(), "let this user write there, or keep snapshots elsewhere with --out")
	case m.Disk == 0:
		return says(StateUnknown, "this system does not say how much is free", "look with df")
	case m.Disk < leastDisk:
		return says(StateFailure, needs, elsewhere)
	case m.Disk < n.Disk:
		return says(StateWarning, needs, elsewhere+"; scan run --dry-run tells what a list takes")
	}
	return ok(CheckDisk, m.Out, needs)
}
