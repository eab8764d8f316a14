"use strict";
(() => {
  const root = document.documentElement;
  const held = document.getElementById("values");
  for (const field of document.querySelectorAll("input[data-rows]")) {
    const rows = [...document.getElementById(field.dataset.rows).tBodies[0].rows];
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
  if (!held) return;
  const failed = (why) => {
    root.classList.remove("live");
    root.dataset.charts = "failed";
    const note = document.createElement("p");
    note.className = "failed";
    note.textContent = page.not_drawn;
    document.querySelector("main").prepend(note);
    console.error(why);
  };
  const page = JSON.parse(held.textContent);
  const form = document.querySelector(".choices");
  const numbers = (column) => column.map((cell) => (cell === null ? NaN : cell));

  const tell = (name, chart, { source, words }) => {
    const [place] = source.selected.indices;
    const cell = (column) => source.data[column][place];
    const tips = chart.tips.map(([head, column]) => `${head} ${place === undefined ? "" : cell(column)}`);
    const tapped = place === undefined ? page.pointing : `${cell("label")}: ${tips.join("; ")}.`;
    document.getElementById(`words-${name}`).textContent = [words, tapped].filter(Boolean).join(" ");
  };

  const choose = (models) => {
    const fields = form ? [...form.elements] : [];
    const chosen = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const names = Object.fromEntries(fields.map((field) => [field.name, field.selectedOptions[0].text]));
    for (const [name, chart] of Object.entries(page.charts)) {
      const shown = chart.shown[chart.by.map((choice) => chosen[choice]).join("|")];
      if (!shown) continue;
      const { source, values, rows } = models[name];
      const columns = Object.fromEntries(Object.entries(shown.columns).map(([head, of]) => [head, numbers(of)]));
      source.data = columns;
      values.setv({ start: shown.ends[0], end: shown.ends[1] });
      if (chart.rows) {
        const labels = [...Array(chart.rows).keys()].map((place) => [place, shown.labels[place] ?? ""]);
        rows.major_label_overrides = new Map(labels);
      }
      const said = chart.by.map((choice) => names[choice]).join(" · ");
      models[name].words = [said && `${said}.`, shown.words].filter(Boolean).join(" ");
      source.selected.indices = [];
      tell(name, chart, models[name]);
    }
  };

  root.classList.add("live");
  const drawn = JSON.parse(document.getElementById("drawn").textContent);
  const item = { docid: "report", roots: page.roots, root_ids: Object.keys(page.roots) };
  try {
    Bokeh.embed.embed_items({ report: drawn }, [item]).then(() => {
      const of = Bokeh.documents[Bokeh.documents.length - 1];
      const model = (name) => of.get_model_by_name(name);
      const models = Object.fromEntries(
        Object.keys(page.charts).map((name) => [
          name,
          { source: model(`${name}-source`), values: model(`${name}-values`), rows: model(`${name}-rows`) },
        ]),
      );
      if (form) form.addEventListener("change", () => choose(models));
      for (const [name, chart] of Object.entries(page.charts)) {
        const { selected } = models[name].source;
        selected.properties.indices.change.connect(() => tell(name, chart, models[name]));
      }
      choose(models);
      root.dataset.charts = "drawn";
    }).catch(failed);
  } catch (why) {
    failed(why);
  }
})();
