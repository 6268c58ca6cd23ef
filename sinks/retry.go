package sinks

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"stscan/internal/evidence"
)

// PlanRetry writes the plan if there is none yet, and returns the one that
// holds.
func (s *Snapshot) PlanRetry(plan evidence.RetryPlan) (evidence.RetryPlan, error) {
	data, err := encode(plan)
	if err != nil {
		return plan, err
	}
	won, err := s.createOnce(filepath.Join(s.dir, chunksDir, retryPlanName), data)
	if err != nil {
		return plan, fmt.Errorf("write retry plan: %w", cause(err))
	}
	if won {
		return plan, nil
	}
	standing, err := ReadRetryPlan(s.dir)
	if err != nil {
		return plan, err
	}
	return *standing, nil
}

// RetryPlan returns the plan of the second pass, nil while there is none.
func (s *Snapshot) RetryPlan() (*evidence.RetryPlan, error) { return ReadRetryPlan(s.dir) }

// ReadRetryPlan reads the plan of the snapshot in dir, nil without one.
func ReadRetryPlan(dir string) (*evidence.RetryPlan, error) {
	var plan evidence.RetryPlan
	err := readJSON(filepath.Join(dir, chunksDir, retryPlanName), &plan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &plan, nil
}
