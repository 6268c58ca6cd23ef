package sinks

import (
	"path/filepath"
	"strings"

	"stscan/internal/evidence"
)

// Names in a snapshot (CONTRACT section 2).
const (
	snapshotPrefix = "snapshot="
	rulesetPrefix  = "ruleset="
	manifestName   = "manifest.json"
	rejectedName   = "rejected.jsonl.zst"
	eventsName     = "events.jsonl"
	chunksDir      = "chunks"
	retryPlanName  = "retry-plan.json"
	checksumsName  = "_checksums.json"
	workDir        = "_work"
	spoolDir       = "spool"
	lockName       = "lock"
	recordExt      = ".json"
)

// Dir is the folder of the snapshot id below out.
func Dir(out, id string) string { return filepath.Join(out, snapshotPrefix+id) }

// PartPath is where the part of an evidence table is published.
func PartPath(dir, table string, id evidence.ChunkID, f Format) string {
	return filepath.Join(dir, table, string(id)+f.ext())
}

// VerdictPath is where the verdicts of a chunk under a ruleset are published.
func VerdictPath(dir, ruleset string, id evidence.ChunkID, f Format) string {
	return filepath.Join(verdictDir(dir, ruleset), string(id)+f.ext())
}

func verdictDir(dir, ruleset string) string {
	return filepath.Join(dir, TableVerdicts, rulesetPrefix+ruleset)
}

func recordPath(dir string, id evidence.ChunkID) string {
	return filepath.Join(dir, chunksDir, string(id)+recordExt)
}

// attemptDir holds the parts of one attempt until they are published.
func attemptDir(dir string, id evidence.ChunkID, attempt string) string {
	return filepath.Join(dir, workDir, string(id)+"."+attempt)
}

func attemptPart(folder, table string, f Format) string {
	return filepath.Join(folder, table+f.ext())
}

func attemptVerdicts(folder, ruleset string, f Format) string {
	return filepath.Join(folder, TableVerdicts+"-"+ruleset+f.ext())
}

// chunkOf is the chunk whose file name is base, and whether it is one.
func chunkOf(base, ext string) (evidence.ChunkID, bool) {
	name, ok := strings.CutSuffix(base, ext)
	if !ok {
		return "", false
	}
	pass, number, _ := strings.Cut(name, "-")
	if pass != "chunk" && pass != "retry" || number == "" || strings.Trim(number, "0123456789") != "" {
		return "", false
	}
	return evidence.ChunkID(name), true
}
