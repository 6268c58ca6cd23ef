package admission

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// reloadEvery is how often the file is looked at: soon enough for whoever
	// asks not to be contacted, seldom enough to cost nothing.
	reloadEvery = 5 * time.Second
	// maxOptOutFile bounds the file, in bytes: a million entries.
	maxOptOutFile = 64 << 20
)

// OptOut is the list of those never to be contacted. The file holds one entry a
// line: a name, which stands for itself and all below it (a domain, a policy
// host, an MX host); an address; or a block in CIDR notation. "#" begins a
// comment. It is read again while in use, when it has changed; a list that
// became unreadable or wrong leaves the one before in force.
type OptOut struct {
	// Report, if set before the first use, is told of each re-reading that
	// changed the list (err is nil) or failed.
	Report func(sha256 string, err error)

	path    string
	current atomic.Pointer[optOuts]
	next    atomic.Int64 // when to look at the file again, Unix nanoseconds

	mu      sync.Mutex // held while the file is looked at
	taken   stamp      // of the file in force, or of the one that failed
	pending stamp      // seen once: taken when it is still so at the next look
	failed  string     // text of the failure last reported
}

// stamp tells one version of the file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// optOuts is one version of the list. It is never changed.
type optOuts struct {
	names      map[string]struct{}
	blocks     map[netip.Prefix]struct{}
	bits4      []int // lengths of the blocks, each once
	bits6      []int
	fileSHA256 string
}

// LoadOptOut reads the list. A line that is no entry is an error that names file,
// line and text.
func LoadOptOut(path string) (*OptOut, error) {
	o := &OptOut{path: path}
	if err := o.Reload(); err != nil {
		return nil, err
	}
	return o, nil
}

// SHA256 returns the digest of the file in force, in lower-case hex.
func (o *OptOut) SHA256() string { return o.current.Load().fileSHA256 }

// Reload reads the file at once. On an error the list before stays in force.
func (o *OptOut) Reload() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.load()
}

func (o *OptOut) load() error {
	o.next.Store(time.Now().Add(reloadEvery).UnixNano())
	f, err := os.Open(o.path)
	if err != nil {
		return fmt.Errorf("opt-out list: %w; mend the path or its permissions", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("opt-out list: %w", err)
	}
	o.taken = stamp{info.ModTime(), info.Size()}
	o.pending = o.taken
	data, err := io.ReadAll(io.LimitReader(f, maxOptOutFile+1))
	if err != nil {
		return fmt.Errorf("opt-out list: %w", err)
	}
	if len(data) > maxOptOutFile {
		return fmt.Errorf("opt-out list %s: more than %d MiB; use blocks and parent names", o.path, maxOptOutFile>>20)
	}
	list, err := parseOptOuts(string(data))
	if err != nil {
		return fmt.Errorf("opt-out list %s: %w", o.path, err)
	}
	sum := sha256.Sum256(data)
	list.fileSHA256 = hex.EncodeToString(sum[:])
	o.current.Store(list)
	return nil
}

// list returns the version in force, after a look at the file if one is due.
func (o *OptOut) list() *optOuts {
	if time.Now().UnixNano() >= o.next.Load() && o.mu.TryLock() {
		o.refresh()
		o.mu.Unlock()
	}
	return o.current.Load()
}

// refresh takes a changed file once it has stayed the same between two looks:
// one that is just being written may lack entries without being wrong.
func (o *OptOut) refresh() {
	o.next.Store(time.Now().Add(reloadEvery).UnixNano())
	before := o.SHA256()
	info, err := os.Stat(o.path)
	switch {
	case err != nil:
		err = fmt.Errorf("opt-out list: %w; the list read before stays in force", err)
	case o.same(o.taken, info):
		return
	case !o.same(o.pending, info):
		o.pending = stamp{info.ModTime(), info.Size()}
		return
	default:
		if err = o.load(); err != nil {
			err = fmt.Errorf("%w; the list read before stays in force", err)
		}
	}
	o.tell(before, err)
}

func (o *OptOut) same(s stamp, info os.FileInfo) bool {
	return s.modified.Equal(info.ModTime()) && s.size == info.Size()
}

// tell reports a change, or a failure once.
func (o *OptOut) tell(before string, err error) {
	text := ""
	if err != nil {
		text = err.Error()
		o.taken = stamp{} // look at it again even if it comes back as it was
	}
	known := text == o.failed
	o.failed = text
	if o.Report == nil || err != nil && known || err == nil && before == o.SHA256() && known {
		return
	}
	o.Report(o.SHA256(), err)
}

// Name returns the entry under which a name falls, "" if none does.
func (o *OptOut) Name(host string) string {
	if o == nil || host == "" {
		return ""
	}
	l := o.list()
	name, err := optOutName(host)
	if err != nil {
		name = strings.ToLower(strings.TrimSuffix(host, "."))
	}
	for {
		if _, ok := l.names[name]; ok {
			return name
		}
		_, parent, ok := strings.Cut(name, ".")
		if !ok {
			return ""
		}
		name = parent
	}
}

// Addr returns the entry under which an address falls, "" if none does. An
// address that carries an IPv4 address falls under that one's entries, too.
func (o *OptOut) Addr(a netip.Addr) string {
	if o == nil || !a.IsValid() {
		return ""
	}
	l := o.list()
	if e := l.block(a.WithZone("").Unmap()); e != "" {
		return e
	}
	return l.block(IPv4(a))
}

func (l *optOuts) block(a netip.Addr) string {
	bits := l.bits6
	if a.Is4() {
		bits = l.bits4
	}
	for _, n := range bits {
		p, err := a.Prefix(n)
		if _, ok := l.blocks[p]; err == nil && ok {
			return p.String()
		}
	}
	return ""
}

// parseOptOuts reads the text of a list.
func parseOptOuts(text string) (*optOuts, error) {
	l := &optOuts{names: map[string]struct{}{}, blocks: map[netip.Prefix]struct{}{}}
	has4, has6 := [33]bool{}, [129]bool{}
	number := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\uFEFF"), "\n") {
		number++
		entry, _, _ := strings.Cut(line, "#")
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		p, isBlock, err := optOutBlock(entry)
		if err == nil && !isBlock {
			var name string
			name, err = optOutName(entry)
			l.names[name] = struct{}{}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w; write a name, an address or a block such as 192.0.2.0/24, or put # in front", number, clip(entry), err)
		}
		switch {
		case !isBlock:
		case p.Addr().Is4():
			l.blocks[p], has4[p.Bits()] = struct{}{}, true
		default:
			l.blocks[p], has6[p.Bits()] = struct{}{}, true
		}
	}
	l.bits4, l.bits6 = lengths(has4[:]), lengths(has6[:])
	return l, nil
}

func lengths(has []bool) []int {
	var out []int
	for n, ok := range has {
		if ok {
			out = append(out, n)
		}
	}
	return out
}

var (
	errZone  = errors.New("an address with a zone")
	errBlock = errors.New("no address and no block")
)

// optOutBlock reads an address or a block, and says whether the entry is meant as one. Host
// bits are cleared: who writes 192.0.2.1/24 means the block.
func optOutBlock(entry string) (p netip.Prefix, isBlock bool, err error) {
	if a, err := netip.ParseAddr(entry); err == nil {
		if a.Zone() != "" {
			return p, true, errZone
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true, nil
	}
	if !strings.ContainsAny(entry, "/:") {
		return p, false, nil
	}
	p, err = netip.ParsePrefix(entry)
	if err != nil {
		return p, true, errBlock
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), true, nil
}

// clip bounds what an error says of a line.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
