// What the reader can do with the page: draw, filter, sort, search, copy. All
// text is set as text; nothing here makes HTML of data.
(function () {
  "use strict";
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // chosen is what the filters of a metric let through, by channel of its chart.
  function chosen(metric) {
    const out = {};
    for (const select of metric.querySelectorAll("select")) {
      if (select.value !== "" && select.dataset.channel !== "") out[select.dataset.channel] = select.value;
    }
    return out;
  }

  function draw(metric, printing) {
    const place = metric.querySelector(".chart");
    const spec = place && charts.specs[metric.dataset.metric];
    if (!spec) return Promise.resolve();
    const copy = structuredClone(spec);
    const only = chosen(metric);
    copy.data.values = copy.data.values.filter((point) => Object.keys(only).every((c) => point[c] === only[c]));
    const empty = copy.data.values.length === 0;
    metric.querySelector(".undrawn").classList.toggle("hidden", !empty);
    place.classList.toggle("hidden", empty);
    place.dataset.drawn = String(copy.data.values.length);
    if (empty) return Promise.resolve();
    copy.config = dark.matches && !printing ? charts.dark : charts.light;
    if (copy.spec) copy.spec.width = Math.max(160, place.clientWidth / (copy.columns || 1) - 160); // panels do not fit themselves
    const options = {
      mode: "vega-lite", actions: false, renderer: "svg", ast: true, expr: vegaInterpreter.expressionInterpreter,
      defaultStyle: false, tooltip: { disableDefaultStyle: true, theme: "custom" },
    };
    return vegaEmbed(place, copy, options).then((result) => {
      if (place.view) place.view.finalize();
      place.view = result;
    });
  }

  const metrics = Array.from(document.querySelectorAll(".metric"));
  function drawAll(printing) {
    return metrics.reduce((before, m) => before.then(() => draw(m, printing)), Promise.resolve());
  }
  // begin draws a metric for the first time, once.
  function begin(metric) {
    metric.begun = metric.begun || draw(metric, false);
    return metric.begun;
  }
  const watcher = new IntersectionObserver((entries) => {
    for (const e of entries) {
      if (!e.isIntersecting) continue;
      watcher.unobserve(e.target);
      begin(e.target);
    }
  }, { rootMargin: "600px" });
  metrics.forEach((m) => watcher.observe(m));
  // What was not scrolled to is drawn when there is time, so that a print has it.
  window.addEventListener("load", () => {
    const rest = metrics.filter((m) => m.querySelector(".chart"));
    (function next() {
      const m = rest.shift();
      if (!m) { document.documentElement.dataset.ready = "yes"; return; }
      const done = () => setTimeout(next, 0);
      begin(m).then(done, done);
    })();
  });
  dark.addEventListener("change", () => drawAll(false));
  window.addEventListener("beforeprint", () => drawAll(true));
  window.addEventListener("afterprint", () => drawAll(false));

  function showRows(metric) {
    const only = Array.from(metric.querySelectorAll("select")).filter((s) => s.value !== "");
    const words = metric.querySelector(".search").value.toLowerCase();
    for (const row of metric.querySelectorAll(".data tbody tr")) {
      const fits = only.every((s) => row.cells[s.dataset.column].textContent === s.value);
      row.classList.toggle("hidden", !fits || !row.textContent.toLowerCase().includes(words));
    }
  }

  function sortBy(metric, head) {
    const column = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const h of head.parentNode.cells) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = metric.querySelector(".data tbody");
    const number = head.classList.contains("num");
    const key = (row) => row.cells[column].dataset.v;
    const rows = Array.from(body.rows).sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === "" || y === "") return (x === "") - (y === ""); // what is not known stands last
      const order = number ? x - y : x < y ? -1 : x > y ? 1 : 0;
      return down ? -order : order;
    });
    body.append(...rows);
  }

  function csvOf(metric) {
    const quote = (s) => (/[",\r\n]/.test(s) ? '"' + s.replaceAll('"', '""') + '"' : s);
    const table = metric.querySelector(".data");
    const lines = [Array.from(table.tHead.rows[0].cells, (c) => quote(c.dataset.name)).join(",")];
    for (const row of table.tBodies[0].rows) {
      if (!row.classList.contains("hidden")) lines.push(Array.from(row.cells, (c) => quote(c.dataset.v)).join(","));
    }
    return lines.join("\n") + "\n";
  }

  function copy(metric, what) {
    const text = what === "csv" ? csvOf(metric) : metric.querySelector("." + what).textContent;
    const area = document.createElement("textarea"); // works from file://, where the clipboard interface may not
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    metric.querySelector(".said").textContent = done ? "copied" : "could not copy";
  }

  for (const metric of metrics) {
    for (const select of metric.querySelectorAll("select")) {
      select.addEventListener("change", () => { showRows(metric); draw(metric, false); });
    }
    metric.querySelector(".search").addEventListener("input", () => showRows(metric));
    for (const head of metric.querySelectorAll(".data th")) {
      head.querySelector("button").addEventListener("click", () => sortBy(metric, head));
    }
    for (const button of metric.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", () => copy(metric, button.dataset.copy));
    }
    const body = metric.querySelector(".data tbody");
    if (body.rows.length > 20) metric.querySelector(".data").parentNode.classList.add("data-long");
  }

  document.getElementById("find").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase();
    for (const m of metrics) m.classList.toggle("hidden", !m.textContent.toLowerCase().includes(words));
    for (const c of document.querySelectorAll(".code")) c.classList.toggle("hidden", !c.textContent.toLowerCase().includes(words));
    for (const g of document.querySelectorAll(".group")) {
      const parts = g.querySelectorAll(".metric, .code");
      g.classList.toggle("hidden", parts.length > 0 && Array.from(parts).every((p) => p.classList.contains("hidden")));
    }
  });

  function openCode() {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  }
  window.addEventListener("hashchange", openCode);
  openCode();
})();
