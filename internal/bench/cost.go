//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// cost is what the kernel accounts to one process: what /usr/bin/time -v prints.
type cost struct {
	cpu  time.Duration // user and system
	peak int64         // resident memory, bytes
}

// spend runs a program to its end.
func spend(ctx context.Context, program string, args ...string) (cost, []byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var out, diagnosis bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnosis
	if err := cmd.Run(); err != nil {
		return cost{}, nil, fmt.Errorf("%s %v: %w\n%s", filepath.Base(program), args, err, diagnosis.Bytes())
	}
	c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = usage.Maxrss << 10
	}
	return c, out.Bytes(), nil
}

// series is the costs of several runs of the same work.
type series struct {
	units int // done by one run
	costs []cost
}

func (s *series) add(c cost) { s.costs = append(s.costs, c) }

// figures is CPU-seconds for 1,000 units, one a run, in the order of the runs.
func (s *series) figures() figures {
	var out figures
	for _, c := range s.costs {
		out = append(out, c.cpu.Seconds()*1000/float64(s.units))
	}
	return out
}

func (s *series) peak() int64 {
	var most int64
	for _, c := range s.costs {
		most = max(most, c.peak)
	}
	return most
}

// figures are measured one a run; what stands at the same place in two of them was
// measured in the same round.
type figures []float64

func (f figures) sorted() figures { return slices.Sorted(slices.Values(f)) }

func (f figures) median() float64 { return f.sorted()[len(f)/2] }

// beyond is, round by round, what f took beyond base: the part of the work that f
// has and base has not.
func (f figures) beyond(base figures) figures {
	out := slices.Clone(f)
	for i := range out {
		out[i] -= base[i]
	}
	return out
}

// over is, round by round, f as a multiple of base.
func (f figures) over(base figures) figures {
	out := slices.Clone(f)
	for i := range out {
		out[i] /= base[i]
	}
	return out
}

func removeAll(dirs ...string) error {
	for _, d := range dirs {
		if err := os.RemoveAll(d); err != nil {
			return err
		}
	}
	return nil
}
