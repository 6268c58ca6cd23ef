//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"stscan/internal/evidence"
)

// scanned is what one scan cost and came to.
type scanned struct {
	cost
	Rows     int            `json:"rows"`
	State    string         `json:"state"`
	Snapshot string         `json:"snapshot"`
	Status   map[string]int `json:"status"`
	Delivery map[string]int `json:"delivery"`
	contacts evidence.Contacts
}

// scan runs the program over one list, with default settings but for what says
// where the servers are. Addresses opted out are not contacted.
func (p plan) scan(ctx context.Context, w world, list string, optOut ...string) (scanned, error) {
	out := w.path("data")
	if err := removeAll(out); err != nil {
		return scanned{}, err
	}
	args := []string{"run", "--out", out, "--resolver", fmt.Sprintf("127.0.0.1:%d", dnsPort), "--roots", w.path("roots.pem"),
		"--https-port", strconv.Itoa(httpsPort), "--smtp-port", strconv.Itoa(smtpPort), "--ehlo-name", "scanner.test",
		"--contact", "mailto:bench@scanner.test", "--allow-special-addresses", "--checks", "none", "--retry-after", "off", "--progress", "off", "--json"}
	if list == deployedList {
		args = append(args, "--in-flight", strconv.Itoa(contactsAtOnce))
	}
	if len(optOut) > 0 {
		if err := os.WriteFile(w.path("opt-out.txt"), []byte(strings.Join(optOut, "\n")+"\n"), 0o644); err != nil {
			return scanned{}, err
		}
		args = append(args, "--opt-out", w.path("opt-out.txt"))
	}
	c, text, err := spend(ctx, filepath.Join(p.dir, "scan"), append(args, w.path(list))...)
	if err != nil {
		return scanned{}, err
	}
	got := scanned{cost: c}
	if err := json.Unmarshal(text, &got); err != nil {
		return got, err
	}
	manifest, err := os.ReadFile(filepath.Join(got.Snapshot, "manifest.json"))
	if err != nil {
		return got, err
	}
	m := struct {
		Contacts *evidence.Contacts `json:"contacts"`
	}{&got.contacts}
	return got, json.Unmarshal(manifest, &m)
}

// want is an error unless all rows are as they must be. An empty status is not looked at.
func (s scanned) want(rows int, status, delivery string, fetches, probes int) error {
	if s.State != "complete" || s.Rows != rows || s.Delivery[delivery] != rows || status != "" && s.Status[status] != rows ||
		s.contacts.Policies != int64(fetches) || s.contacts.Sessions != int64(probes) {
		return fmt.Errorf("not the truth, which is %d rows %s, %s, %d fetches, %d sessions: %+v", rows, status, delivery, fetches, probes, s)
	}
	return nil
}

// questions is the list of the lookups as dnsperf reads it.
const questions = "questions.txt"

func (w world) writeQuestions() error {
	list, err := os.Open(w.path(lookupList))
	if err != nil {
		return err
	}
	defer list.Close()
	return w.write(questions, func(b *bufio.Writer) {
		for names := bufio.NewScanner(list); names.Scan(); {
			fmt.Fprintf(b, "_mta-sts.%s TXT\n", names.Text())
		}
	})
}

// urls is the list of the first policies as curl reads it.
const urls = "urls.txt"

func (w world) writeURLs(n int) error {
	return w.write(urls, func(b *bufio.Writer) {
		for i := range n {
			fmt.Fprintf(b, "url = \"https://mta-sts.%s:%d/.well-known/mta-sts.txt\"\nresolve = \"mta-sts.%[1]s:%[2]d:%s\"\noutput = \"/dev/null\"\n",
				deploymentName(i), httpsPort, policyAddress(i))
		}
	})
}
