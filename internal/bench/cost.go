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

// perThousand is CPU-seconds for 1,000 units, ascending.
func (s *series) perThousand() []float64 {
	var out []float64
	for _, c := range s.costs {
		out = append(out, c.cpu.Seconds()*1000/float64(s.units))
	}
	slices.Sort(out)
	return out
}

func (s *series) peak() int64 {
	var most int64
	for _, c := range s.costs {
		most = max(most, c.peak)
	}
	return most
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }

// beyond is what each run of s took beyond the median of base: the part of the
// work that s has and base has not.
func (s *series) beyond(base *series) []float64 {
	least := median(base.perThousand())
	var out []float64
	for _, v := range s.perThousand() {
		out = append(out, v-least)
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
