//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"

	"stscan/internal/evidence"
	"stscan/resolver"
)

// lookupsCommand has this program ask for TXT at _mta-sts of the names of a list,
// with our resolver and nothing else: there is no command of scan that does.
const lookupsCommand = "lookups"

// asked is what came of the questions.
type asked struct {
	Names   int            `json:"names"`
	Queries int64          `json:"queries"`
	RCodes  map[string]int `json:"rcodes"` // "" = no answer
}

func lookups(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet(lookupsCommand, flag.ContinueOnError)
	server := fs.String("server", "", "address and port")
	list := fs.String("list", "", "file of names")
	inFlight := fs.Int("in-flight", 1000, "names at once")
	if err := fs.Parse(args); err != nil {
		return err
	}
	addr, err := netip.ParseAddrPort(*server)
	if err != nil {
		return fmt.Errorf("-server: %w", err)
	}
	f, err := os.Open(*list)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := resolver.New(resolver.Config{Servers: []netip.AddrPort{addr}})
	if err != nil {
		return err
	}
	result := askAll(ctx, r, bufio.NewScanner(f), *inFlight)
	result.Queries = r.Queries()
	if err := r.Close(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// askAll asks as a scan does: each name in a goroutine of its own.
func askAll(ctx context.Context, r *resolver.Resolver, names *bufio.Scanner, inFlight int) asked {
	result := asked{RCodes: map[string]int{}}
	var mu sync.Mutex
	var open sync.WaitGroup
	slots := make(chan struct{}, inFlight)
	for names.Scan() {
		name := "_mta-sts." + names.Text()
		result.Names++
		slots <- struct{}{}
		open.Go(func() {
			l := r.Probe(ctx, evidence.Question{Name: name, Type: evidence.TypeTXT})
			mu.Lock()
			if l.Answered() {
				result.RCodes[l.RCode]++
			} else {
				result.RCodes[""]++
			}
			mu.Unlock()
			<-slots
		})
	}
	open.Wait()
	return result
}
