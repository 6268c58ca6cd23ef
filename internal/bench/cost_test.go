//go:build linux

package main

import (
	"slices"
	"testing"
)

// Figures of one round belong together: a machine that is slower in one round is
// slower for all that is measured in it, and what is compared is not.
func TestFiguresAreComparedByRound(t *testing.T) {
	whole, part := figures{5, 9, 3}, figures{2, 4, 1}
	if got := whole.beyond(part); !slices.Equal(got, figures{3, 5, 2}) || got.median() != 3 {
		t.Errorf("beyond = %v, median %v; want [3 5 2], 3", got, got.median())
	}
	if got := whole.over(part); !slices.Equal(got, figures{2.5, 2.25, 3}) || got.median() != 2.5 {
		t.Errorf("over = %v, median %v; want [2.5 2.25 3], 2.5", got, got.median())
	}
	if !slices.Equal(whole, figures{5, 9, 3}) {
		t.Errorf("the order of the runs is lost: %v", whole)
	}
}
