package figure

import (
	_ "embed"
	"strings"
)

// The scripts as published; js/README.md says where they are from.
var (
	//go:embed js/vega.min.js
	vegaJS string
	//go:embed js/vega-lite.min.js
	vegaLiteJS string
	//go:embed js/vega-interpreter.js
	interpreterJS string
	//go:embed js/vega-embed.min.js
	vegaEmbedJS string

	//go:embed js/LICENSE
	licence string
)

// Script is one file that a page has to run before it can draw.
type Script struct {
	Name    string // of the npm package
	Version string
	Code    string // for a classic <script>, not a module; holds no "</script"
}

// Scripts are what a page needs that draws these specifications itself, in the
// order to run them. They define the globals vega, vegaLite, vegaInterpreter and
// vegaEmbed. Under a policy without unsafe-eval, embed with
//
//	vegaEmbed(element, spec, {ast: true, expr: vegaInterpreter.expressionInterpreter})
func Scripts() []Script {
	return []Script{
		{"vega", "6.4.0", vegaJS},
		{"vega-lite", "6.4.3", vegaLiteJS},
		{"vega-interpreter", "2.3.2", classic(interpreterJS)},
		{"vega-embed", "7.3.0", vegaEmbedJS},
	}
}

// ScriptLicence is the text that goes wherever the scripts go.
func ScriptLicence() string { return licence }

// classic makes the interpreter, which is published as a module only, a
// classic script: its one import comes from the global vega, which re-exports
// vega-util, and its one export becomes the global vegaInterpreter.
func classic(module string) string {
	_, body, _ := strings.Cut(module, "import { ")
	names, body, _ := strings.Cut(body, " } from 'vega-util';")
	body, exported, _ := strings.Cut(body, "export { ")
	inner, outer, _ := strings.Cut(strings.TrimSuffix(exported, " };\n"), " as ")
	return "var vegaInterpreter = (function () {\nconst { " + names + " } = vega;" + body + "return { " + outer + ": " + inner + " };\n})();\n"
}
