// What is behind a number: its definition, and the rows that a bar stands for.

const info = document.getElementById("info");
const behind = document.getElementById("behind");

// A formula with the names of its parts: gross sales - discounts - refunds.
function formulaWords(expression) {
  return expression
    .replace(/[a-z_][a-z0-9_]*/g, (name) => label(name).toLowerCase())
    .replaceAll(" - ", ` ${MINUS} `)
    .replaceAll(" / ", " ÷ ")
    .replaceAll(" * ", " × ");
}

// A metric, or a column of a mart or forecast.
function definitionOf(name) {
  const metric = METRICS[name];
  const { description, unit, where } = metric ? { ...metric, where: `${DATA.documented}#${name}` } : DATA.columns[name];
  const part = document.createElement("div");
  part.append(cell("h3", metric ? metric.label : words(name.split(".")[1])), cell("p", description));
  if (metric && metric.expression !== name) part.append(cell("p", `= ${formulaWords(metric.expression)}`, { class: "formula" }));
  const more = cell("p", `${unit ? `Unit: ${DATA.units[unit]}. ` : ""}${metric ? "In the documentation: " : "Column: "}`, { class: "where" });
  more.append(cell("code", where));
  part.append(more);
  return part;
}

function showInfo(button, names) {
  const title = cell("p", "Definitions", { id: "info-title", class: "visually-hidden" });
  info.replaceChildren(title, ...names.map(definitionOf));
  info.showPopover({ source: button });
  const { left, bottom } = button.getBoundingClientRect();
  info.style.left = `${Math.max(8, Math.min(left, window.innerWidth - info.offsetWidth - 8))}px`;
  const below = bottom + 6;
  info.style.top = `${Math.max(8, Math.min(below, window.innerHeight - info.offsetHeight - 8))}px`;
}

function infoButton(of, names) {
  const button = cell("button", "i", { type: "button", class: "info", "aria-label": `Definition of ${of}` });
  button.addEventListener("click", () => showInfo(button, names));
  return button;
}

const MOST_ROWS = 200;

// The rows behind a bar, by day and by the other dimensions of its cube, the newest day first.
function rowsBehind(drill, selection) {
  const choice = selection.noting();
  const { where, span: days = choice.period, from = null } = drill;
  const [first, ...others] = drill.names;
  const names = from ? drill.names : [first, ...choice.besides(first, Object.keys(where), others)];
  const inputs = inputsOf(names);
  const cube = from ? CUBES.get(from) : cubeOf(inputs, Object.keys(where), choice.filters);
  const dimensions = Object.keys(cube.columns).filter((name) => cube.columns[name].isCode && !(name in where));
  const all = choice.by(names, dimensions, { span: days, where, from }).reverse();
  const rows = all.filter((row) => inputs.some((name) => row[name]));
  return {
    rows,
    columns: [
      ...dimensions.filter((name) => rows.some((row) => row[name] !== null)).map((name) => column(name, nameOf(name).label, null, nameOf(name).member)),
      ...names.map((name) => metricColumn(name)),
    ],
  };
}

function showBehind(drill, selection, chosen) {
  const found = rowsBehind(drill, selection);
  const title = cell("h2", `Rows behind ${drill.label}`, { id: "behind-title" });
  const shown = Math.min(found.rows.length, MOST_ROWS);
  const note = cell("p", shown < found.rows.length ? `The newest ${count(shown)} of ${count(found.rows.length)} rows; the CSV file has all.` : `${count(shown)} rows.`);
  const scroll = cell("div", "", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Rows behind ${drill.label}` });
  scroll.append(tableOf(drill.label, found.columns, found.rows.slice(0, MOST_ROWS)));
  const buttons = cell("p", "", { class: "buttons" });
  if (drill.choose) {
    const only = cell("button", `Show only ${drill.label}`, { type: "button", class: "only" });
    only.addEventListener("click", () => {
      behind.close();
      chosen(drill.choose);
    });
    buttons.append(only);
  }
  const save = cell("button", "Save as CSV", { type: "button", class: "csv" });
  save.addEventListener("click", () => saveCsv(`rows behind ${drill.label}`, found.columns, found.rows));
  const close = cell("button", "Close", { type: "button" });
  close.addEventListener("click", () => behind.close());
  buttons.append(save, close);
  behind.replaceChildren(title, buttons, note, scroll);
  behind.showModal();
}
