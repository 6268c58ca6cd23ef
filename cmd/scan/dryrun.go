package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/pipeline/dryrun"
	"stscan/sinks"
)

// sampleNames are asked in a dry run: enough to tell a share of 1% to within
// 0.6%, and at the default rate of questions done in half a minute.
const sampleNames = 1000

// dryRunResult is what `scan run --dry-run` prints.
type dryRunResult struct {
	dryrun.Estimate
	Spool      int64   `json:"spool_bytes"` // on disk, until the scan is complete
	RetryAfter float64 `json:"retry_after_seconds"`
}

func showDryRun(cmd *cobra.Command, j *job, asJSON bool) error {
	result, err := j.dryRun(cmd.Context(), sampleNames)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(cmd.OutOrStdout(), result)
	}
	result.print(cmd.OutOrStdout())
	return nil
}

// dryRun reads the lists as a run does, asks the DNS about a sample of so many
// names, and estimates the rest. What it writes below --out is gone when it returns.
func (j *job) dryRun(ctx context.Context, names int) (result dryRunResult, err error) {
	folder, remove, err := temporaryFolder(j.out)
	if err != nil {
		return result, failf("--out: %v", err)
	}
	defer func() { err = errors.Join(err, remove()) }()
	if j.network.servers, err = answering(ctx, j.network.servers, j.network.dialDNS, j.log); err != nil {
		return result, err
	}
	t := target{dir: folder}
	spool, err := j.spool(ctx, t)
	if err != nil {
		return result, err
	}
	defer spool.Close()
	store, err := sinks.Create(t.dir, j.manifest(t, spool), optionsFor(j.rules))
	if err != nil {
		return result, failf("%v", err)
	}
	defer store.Close()
	return j.estimate(ctx, store, spool, names)
}

// temporaryFolder makes a folder below out, where there must be room for the
// scan; remove takes away what was made.
func temporaryFolder(out string) (folder string, remove func() error, err error) {
	_, err = os.Stat(out)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", nil, err
	}
	if folder, err = os.MkdirTemp(out, ".dry-run-*"); err != nil {
		return "", nil, err
	}
	return folder, func() error {
		err := os.RemoveAll(folder)
		if made && err == nil {
			err = os.Remove(out)
		}
		return err
	}, nil
}

// estimate collects the sample through the very pipeline of a scan, in which
// only the resolver is real.
func (j *job) estimate(ctx context.Context, store *sinks.Snapshot, spool *inputs.Spool, names int) (dryRunResult, error) {
	s, err := newScanner(j.network, j.conduct, j.inFlight, j.probeMX, j.fetchPolicy, j.checks)
	if err != nil {
		return dryRunResult{}, failf("%v", err)
	}
	defer s.Close()
	s.collector.Policy, s.collector.MX = dryrun.Stubs()
	sum := spool.Summary()
	names = min(names, sum.Names)
	sampled := &sampling{Snapshot: store, sample: dryrun.NewSample()}
	progress := pipeline.NewProgress(names)
	run := &pipeline.Run{
		Source: firstNames{spool, names}, Snapshot: sampled, Collector: s.collector, Rules: j.rules, Slots: s.slots, Progress: progress,
		NoRetry: true, ChunkSize: names, Grace: j.grace, Contacts: s.contacts,
	}
	stopWatching := watch(progress, j.forecaster(), j.progress, j.stderr, j.log)
	outcome, err := run.Do(ctx)
	stopWatching()
	if err != nil {
		return dryRunResult{}, failf("%v", err)
	}
	if !outcome.Complete {
		return dryRunResult{}, &exitError{code: exitPartial, err: errors.New("stopped before the sample was asked")}
	}
	written, err := sizeBelow(store.Dir(), "_work")
	if err != nil {
		return dryRunResult{}, failf("%v", err)
	}
	spooled, err := sizeBelow(workDir(store.Dir()), "")
	if err != nil {
		return dryRunResult{}, failf("%v", err)
	}
	result := dryRunResult{Spool: spooled, Estimate: sampled.sample.Estimate(dryrun.Plan{
		Names: sum.Names, Limits: j.conduct.limits, InFlight: j.inFlight, Chunks: sum.Chunks,
		Tries: float64(s.resolver.Queries()) / float64(max(s.lookups.Made(), 1)), Bytes: float64(written) / float64(names),
	})}
	if !j.noRetry {
		result.RetryAfter = j.retryAfter.Seconds()
	}
	return result, nil
}

// sizeBelow is what the files below dir take, in bytes, but for one folder.
func sizeBelow(dir, but string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && but != "" && entry.Name() == but {
				return fs.SkipDir
			}
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// firstNames are the first names of a spool, which is in hash order: a random
// sample of the list, that the shuffle seed chooses.
type firstNames struct {
	spool *inputs.Spool
	names int
}

// Chunks implements pipeline.Source.
func (f firstNames) Chunks() int { return 1 }

// Targets implements pipeline.Source.
func (f firstNames) Targets(int) ([]evidence.Target, error) {
	var all []evidence.Target
	for n := 0; n < f.spool.Chunks() && len(all) < f.names; n++ {
		targets, err := f.spool.Targets(n)
		if err != nil {
			return nil, err
		}
		all = append(all, targets[:min(len(targets), f.names-len(all))]...)
	}
	return all, nil
}

// sampling is a snapshot whose rows are counted on their way.
type sampling struct {
	*sinks.Snapshot
	mu     sync.Mutex
	sample *dryrun.Sample
}

// Begin implements pipeline.Snapshot.
func (s *sampling) Begin(id evidence.ChunkID) (pipeline.Part, error) {
	part, err := s.Snapshot.Begin(id)
	return sampledPart{part, s}, err
}

type sampledPart struct {
	*sinks.Part
	of *sampling
}

// Write implements pipeline.Part.
func (p sampledPart) Write(c evidence.Case, v analysis.Verdict) error {
	p.of.mu.Lock()
	p.of.sample.Add(c, v)
	p.of.mu.Unlock()
	return p.Part.Write(c, v)
}

// print writes the result for a person.
func (r dryRunResult) print(w io.Writer) {
	fmt.Fprintf(w, "dry run: %s of %s names were looked up; nobody but the resolvers was asked\n\n", thousands(r.Sample), thousands(r.Names))
	fmt.Fprintf(w, "%-22s %14s   %s\n", "the whole scan", "about", "between")
	for _, row := range []struct {
		what string
		n    dryrun.Count
	}{{"names that signal", r.Signalling}, {"DNS queries", r.Queries}, {"policy fetches", r.Policies}, {"SMTP sessions", r.Sessions}} {
		fmt.Fprintf(w, "%-22s %14s   %s and %s\n", row.what, thousands(int(row.n.Estimate)), thousands(int(row.n.Low)), thousands(int(row.n.High)))
	}
	fmt.Fprintf(w, "\n%-22s %14s\n", "whom it contacts", "contacts")
	for _, o := range r.Operators {
		name := o.Name
		if name == "" {
			name = "the names' own hosts"
		}
		fmt.Fprintf(w, "%-22s %14s\n", name, thousands(int(o.Contacts)))
	}
	r.printTime(w)
	fmt.Fprintf(w, "\nnetwork  %s\ndisk     %s of evidence, %s of spool until it is complete\n", humanize.Bytes(uint64(r.Network)), humanize.Bytes(uint64(r.Evidence)), humanize.Bytes(uint64(r.Spool)))
	fmt.Fprintln(w, "\nThe second pass, over what fails, is not in these figures: nobody can tell it without asking.")
}

func (r dryRunResult) printTime(w io.Writer) {
	if len(r.Bounds) == 0 {
		fmt.Fprintln(w, "\ntime     no budget makes it last")
		return
	}
	fmt.Fprintf(w, "\n%-22s %14s   %s\n", "what makes it last", "at least", "why")
	for i, b := range r.Bounds {
		why := fmt.Sprintf("%s contacts at %g a second", thousands(int(b.Contacts)), b.Limit)
		if b.Budget == "in-flight" {
			why = fmt.Sprintf("%s names wait for answers, %g at once", thousands(int(b.Contacts)), b.Limit)
		}
		if b.Who != "" {
			why += " with " + b.Who
		}
		if i == 0 {
			why += "  <- this one"
		}
		fmt.Fprintf(w, "%-22s %14s   %s\n", b.Budget, coarse(seconds(b.Seconds)), why)
	}
	if r.RetryAfter > 0 {
		fmt.Fprintf(w, "%-22s %14s   before the second pass, if anything fails\n", "retry-after", coarse(seconds(r.RetryAfter)))
	}
}
