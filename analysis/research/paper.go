package research

import (
	"fmt"
	"strings"
)

// Paper is a study whose tables and figures are shown in its order, with its
// values beside ours.
type Paper struct {
	Name    string
	Title   string
	Metrics []string // ids, in the order of the paper
	Notes   []string // where its own numbers do not add up
}

// Papers are those of --paper.
func Papers() []Paper {
	return []Paper{imc25()}
}

// PaperOf is the paper of this name.
func PaperOf(name string) (Paper, error) {
	var names []string
	for _, p := range Papers() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Paper{}, fmt.Errorf("no paper is called %q; there is %s", name, strings.Join(names, ", "))
}

func imc25() Paper {
	p := Paper{
		Name:  "imc25",
		Title: "Ashiq, Fiebig, Chung: Unraveling the Complexities of MTA-STS Deployment and Management in Securing Email (IMC 2025)",
		Notes: []string{
			"Length: the abstract says 31 months, section 3 says 36 months from 9 September 2021, Table 1 starts on 20 September 2021.",
			"The 3.2 % of expected failures are of the 20,144 misconfigured domains, not of the 68,030 (0.94 %). 640 is also the count of inconsistent domains at different third parties: the same number, another set. 269 + 406 = 675, so that 640 is their union if 35 domains are in both, which the paper does not say.",
			"Figure 5: the layers add to 9,538 self and 1,443 third, against 9,588 and 1,393 as stated; the sum of both is 10,981 either way. 463 of 1,113 is 41.6 %, printed 43.6 %, which is 463 of 1,063: both would follow if 50 domains were counted as third in one place and as self in the other.",
			"17,184 - 10,981 = 6,203 policy errors fall on the 14,095 hosts that are neither self nor third (44 %): the worst class is the one that Figure 5 leaves out. Every table here has the unclassified bucket.",
			"The record errors listed add to 322 of 331. Of 1,336 HTTP errors 377 + 215 = 592 are of a class that is shown.",
			"The shares of Table 1 are cut off, not rounded (6,183 of 6,248,969 is 0.099 %, printed 0.09 %), and .org is 0.13 % there and 0.12 % in the text. Counts stand beside every share here.",
			"Figure 6 is of a class of manager, Figures 7 and 8 are of all 68,030.",
			"The published populations differ from a scan's: 86.8 million names below four top-level domains on 29 September 2024.",
		},
	}
	for _, id := range []string{"t1", "f2", "f3", "f4", "rec", "f5", "tls", "http", "syn", "f6", "f7", "f8", "f9", "f10", "fail", "t2", "optout", "f12", "disc", "sender"} {
		p.Metrics = append(p.Metrics, p.Name+"_"+id)
	}
	return p
}
