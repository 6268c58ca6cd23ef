// Runs between vega and the renderer of package figure, which defines the host
// functions hostWarn(message) and hostWidth(text, bold, size).

// What vega expects of its surroundings and does not use here.
var console = {log() {}, info() {}, debug() {}, warn: hostWarn, error: hostWarn};
var setTimeout = () => 0, clearTimeout = () => {}, setInterval = () => 0, clearInterval = () => {};
var structuredClone = v => (v === undefined ? undefined : JSON.parse(JSON.stringify(v)));

// prepare is run once vega is there: text is as wide as the font says.
function prepare() {
  const bold = w => w === "bold" || w >= 600;
  vega.textMetrics.width = (item, text) => {
    const line = text == null ? "" : String(text);
    return line === "" ? 0 : hostWidth(line, bold(item.fontWeight), vega.textMetrics.height(item));
  };
}

const refuse = what => () => Promise.reject(new Error("a figure may not " + what));
const logger = {
  level() { return this; }, info() { return this; }, debug() { return this; },
  warn(...words) { hostWarn(words.join(" ")); return this; },
  error(...words) { hostWarn(words.join(" ")); return this; },
};

// drawn counts the marks that show a datum, below a mark of the scene.
function drawn(mark) {
  if (mark.marktype !== "group") {
    return mark.role === "mark" ? mark.items.filter(item => item.defined !== false).length : 0;
  }
  let count = 0;
  for (const group of mark.items) {
    for (const inner of group.items) count += drawn(inner);
  }
  return count;
}

function view(spec) {
  vega.resetSVGDefIds();
  const compiled = vegaLite.compile(spec, {logger}).spec;
  const loader = {load: refuse("load"), sanitize: refuse("link"), http: refuse("load"), file: refuse("load")};
  return new vega.View(vega.parse(compiled), {renderer: "none", logger, loader});
}

// width is the one of the whole picture in a text of SVG.
const width = svg => +/ width="([0-9.]+)"/.exec(svg)[1];

// draw leaves its answer in the global result. vega fits one panel into a width,
// but not several: the panels of those share what was left over.
var result;
async function draw(text) {
  result = undefined;
  let spec = JSON.parse(text);
  const want = spec.usermeta && spec.usermeta.width;
  for (let tries = 0; ; tries++) {
    const v = view(spec);
    const svg = await v.toSVG();
    const marks = drawn(v.scenegraph().root);
    v.finalize();
    const panels = spec.columns || 1, left = want - width(svg), each = Math.floor(left / panels);
    if (!spec.facet || !want || left === 0 || tries === 2) {
      result = {svg, marks};
      return;
    }
    spec = JSON.parse(text);
    spec.spec.width = Math.max(40, spec.spec.width + each);
    spec.padding.right += left - each * panels; // what cannot be shared out
    text = JSON.stringify(spec);
  }
}
