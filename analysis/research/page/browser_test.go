package page

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"stscan/internal/escape"
)

// browserLimit ends a test whose browser hangs; no test is judged by it.
const browserLimit = 3 * time.Minute

// browser is a page in headless Chromium, with what it complained of.
type browser struct {
	ctx context.Context
	t   *testing.T

	mu         sync.Mutex
	complaints []string
	asked      []string // addresses that were requested
}

// open shows the report of dir in Chromium, from disk, and waits until every
// chart is drawn.
func open(t *testing.T, dir string) *browser {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no Chromium here; deploy/browser/install.sh installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	ctx, stop := context.WithTimeout(t.Context(), browserLimit)
	t.Cleanup(stop)
	ctx, stopBrowser := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stopBrowser)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx, t: t}
	chromedp.ListenTarget(ctx, b.listen)
	b.do(network.Enable(), log.Enable(), chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate("file://"+filepath.Join(dir, pageName)),
		chromedp.Poll(`document.documentElement.dataset.ready === "yes"`, nil, chromedp.WithPollingTimeout(browserLimit)))
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		said, _ := json.Marshal(e.Args)
		b.complaints = append(b.complaints, fmt.Sprintf("console %s: %s", e.Type, said))
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, "exception: "+e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, "log: "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

func (b *browser) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%v; the browser said: %q", err, b.said())
	}
}

func (b *browser) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.complaints
}

// number evaluates an expression that gives a number.
func (b *browser) number(js string) int {
	b.t.Helper()
	var n int
	b.do(chromedp.Evaluate(js, &n))
	return n
}

// shoot keeps a picture when STSCAN_SCREENSHOTS names a folder to look at.
func (b *browser) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("STSCAN_SCREENSHOTS")
	if dir == "" {
		return
	}
	var picture []byte
	b.do(chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// The page as a reader has it: from disk, with hostile names in it.
func TestPageInABrowser(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	if err := Write(dir, hostileReport()); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir)
	values := len(hostile) + 2
	if n := b.number(`document.querySelectorAll(".chart svg path[aria-roledescription='bar'], .chart svg .mark-rect path").length`); n < values-1 {
		t.Errorf("%d bars are drawn for %d values", n, values)
	}
	if n := b.number(`document.querySelectorAll("img, iframe, script[src]").length`); n != 0 {
		t.Errorf("%d elements that we did not write", n)
	}
	var cells []string
	b.do(chromedp.Evaluate(`Array.from(document.querySelectorAll("#m-by_tld .data tbody tr"), r => r.cells[0].textContent)`, &cells))
	for i, h := range hostile {
		if want := escape.String(h); cells[i+2] != want {
			t.Errorf("%q is shown as %q", h, cells[i+2])
		}
	}
	b.filters(t, values)
	b.sorts(t)
	if said := b.said(); len(said) != 0 {
		t.Errorf("the browser complains: %q", said)
	}
	for _, url := range b.asked {
		if !strings.HasPrefix(url, "file://") && !strings.HasPrefix(url, "data:") {
			t.Errorf("the page asks for %s", url)
		}
	}
}

const visibleRows = `document.querySelectorAll("#m-by_tld .data tbody tr:not(.hidden)").length`

// filters chooses a value of an axis, then searches.
func (b *browser) filters(t *testing.T, values int) {
	t.Helper()
	if n := b.number(visibleRows); n != values {
		t.Errorf("%d rows, want %d", n, values)
	}
	choose := func(value string) {
		b.do(chromedp.Evaluate(`(() => { const s = document.querySelector("#m-by_tld select"); s.value = `+value+`; s.dispatchEvent(new Event("change")); })()`, nil))
	}
	choose(`"com"`)
	b.do(chromedp.Poll(`document.querySelector("#m-by_tld .chart").dataset.drawn === "1"`, nil, chromedp.WithPollingTimeout(browserLimit)))
	if n := b.number(visibleRows); n != 1 {
		t.Errorf("%d rows for com", n)
	}
	choose(`""`)
	b.do(chromedp.Poll(fmt.Sprintf(`document.querySelector("#m-by_tld .chart").dataset.drawn === "%d"`, values), nil, chromedp.WithPollingTimeout(browserLimit)))
	search := func(words string) {
		quoted, _ := json.Marshal(words)
		b.do(chromedp.Evaluate(fmt.Sprintf(`(() => { const s = document.querySelector("#m-by_tld .search"); s.value = %s; s.dispatchEvent(new Event("input")); })()`, quoted), nil))
	}
	search("</SCRIPT><script>")
	if n := b.number(visibleRows); n != 1 {
		t.Errorf("%d rows hold what was searched", n)
	}
	search("")
}

// sorts orders the table by a count, both ways; what is not known stands last.
func (b *browser) sorts(t *testing.T) {
	t.Helper()
	first := func() (cells []string) {
		b.do(chromedp.Evaluate(`document.querySelectorAll("#m-by_tld .data th button")[2].click()`, nil),
			chromedp.Evaluate(`Array.from(document.querySelector("#m-by_tld .data tbody tr").cells, c => c.textContent)`, &cells))
		return cells
	}
	if up := first(); up[0] != "net" {
		t.Errorf("the least total is that of %q", up)
	}
	if down := first(); down[0] != "com" {
		t.Errorf("the greatest total is that of %q", down)
	}
}

// How the page looks is for people to see: light, dark, on a phone and printed.
// The test holds what a program can: nothing is wider than the window.
func TestPageFitsEveryScreen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	if err := Write(dir, hostileReport()); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir)
	for _, screen := range []struct {
		name, scheme string
		width        int64
	}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"phone", "light", 360}, {"phone-dark", "dark", 360}} {
		b.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: screen.scheme}}),
			chromedp.EmulateViewport(screen.width, 900), chromedp.Reload(),
			chromedp.Poll(`document.documentElement.dataset.ready === "yes"`, nil, chromedp.WithPollingTimeout(browserLimit)))
		if n := b.number(`document.documentElement.scrollWidth`); n > int(screen.width) {
			t.Errorf("%s: the page is %d pixels wide", screen.name, n)
		}
		b.shoot(screen.name + ".png")
	}
	var printed []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		printed, _, err = cdpage.PrintToPDF().Do(ctx)
		return err
	}))
	if !strings.HasPrefix(string(printed), "%PDF-") {
		t.Error("the page does not print")
	}
	if to := os.Getenv("STSCAN_SCREENSHOTS"); to != "" {
		if err := os.WriteFile(filepath.Join(to, "print.pdf"), printed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
