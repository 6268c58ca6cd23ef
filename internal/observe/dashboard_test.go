package observe

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is what the tests read of Grafana's format.
type dashboard struct {
	Panels []struct {
		ID      int
		Type    string
		Title   string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ Expr, LegendFormat string }
	}
	Templating struct {
		List []struct{ Definition string }
	}
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "grafana", "stscan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	metricName  = regexp.MustCompile(`\b(?:stscan|go|process)_[a-z_]+\b`)
	legendLabel = regexp.MustCompile(`{{(\w+)}}`)
)

// Every metric that the dashboard asks for is served with the labels that it
// shows, and every metric of a run is on the dashboard.
func TestDashboardShowsWhatIsServed(t *testing.T) {
	answer := httptest.NewRecorder()
	handler(everything).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body := answer.Body.String()
	labels := map[string][]string{}
	for _, m := range Metrics() {
		labels[m.Name] = m.Labels
	}
	shown := map[string]bool{}
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			names := metricName.FindAllString(target.Expr, -1)
			if len(names) == 0 {
				t.Errorf("%s: %q asks for nothing", p.Title, target.Expr)
			}
			for _, name := range names {
				shown[name] = true
				if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(body) {
					t.Errorf("%s: %s is not served", p.Title, name)
				}
			}
			for _, label := range legendLabel.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !slices.Contains(labels[names[0]], label[1]) {
					t.Errorf("%s: %s has no label %q", p.Title, names[0], label[1])
				}
			}
		}
	}
	for name := range labels {
		if !shown[name] {
			t.Errorf("%s is on no panel", name)
		}
	}
}

// A panel has a place and a number of its own.
func TestDashboardIsLaidOut(t *testing.T) {
	d := readDashboard(t)
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %d %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q lies over %q at %d, %d", p.Title, other, x, y)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	if len(d.Templating.List) != 3 || !strings.Contains(d.Templating.List[2].Definition, "$job") {
		t.Errorf("variables %+v", d.Templating.List)
	}
}
