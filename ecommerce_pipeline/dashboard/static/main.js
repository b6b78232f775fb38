// The page itself: fills the filters, and shows figures and charts for the selection.

const periods = new Map(DATA.periods.map((period) => [period.key, period]));
const periodField = document.getElementById("period");
const channelField = document.getElementById("channel");

function option(value, label) {
  return cell("option", label, { value });
}

function fillFilters() {
  const isMonth = (period) => /^\d{4}-\d{2}$/.test(period.key);
  periodField.append(...DATA.periods.filter((period) => !isMonth(period)).map(({ key, label }) => option(key, label)));
  const months = DATA.periods.filter(isMonth);
  if (months.length) {
    const group = document.createElement("optgroup");
    group.label = "Months";
    group.append(...months.map(({ key, label }) => option(key, label)));
    periodField.append(group);
  }
  channelField.append(option(DATA.all_channels, "All channels"));
  const sold = new Set(TABLES.sales.map((row) => row.channel));
  for (const { key, label } of CHANNELS.values()) if (sold.has(key)) channelField.append(option(key, label));
}

// The selection is kept in the page's address, so that it can be shared.
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  periodField.value = periods.has(asked.get("period")) ? asked.get("period") : DATA.default_period;
  channelField.value = CHANNELS.has(asked.get("channel")) ? asked.get("channel") : DATA.all_channels;
}

function writeAddress() {
  const chosen = new URLSearchParams({ period: periodField.value, channel: channelField.value });
  history.replaceState(null, "", `#${chosen}`);
}

const SVG = "http://www.w3.org/2000/svg";

function sparkline(values) {
  const known = values.filter((value) => value !== null);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  if (known.length < 2) return svg;
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
  const points = values
    .map((value, index) => [value, (index / (values.length - 1)) * 100])
    .filter(([value]) => value !== null)
    .map(([value, x]) => `${x.toFixed(1)},${(22 - ((value - low) / range) * 20).toFixed(1)}`);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}

function tile(figure, choice) {
  const group = document.createElement("div");
  group.className = "figure";
  group.dataset.figure = figure.name;
  if (figure.value !== null) group.dataset.value = figure.value;
  group.append(cell("dt", figure.label));
  group.append(cell("dd", figure.shown, { class: "value", ...(figure.exact ? { title: figure.exact(figure.value) } : {}) }));
  const changed = figure.changed;
  const note = cell("dd", "", { class: "change" });
  if (changed) {
    const isGood = changed.direction === 0 ? null : (changed.direction > 0) !== Boolean(figure.lessIsBetter);
    const arrow = ["▼", "■", "▲"][changed.direction + 1];
    const mark = cell("span", `${arrow} ${changed.text}`, {
      class: isGood === null ? "same" : isGood ? "good" : "bad",
      "aria-label": `${["down", "unchanged by", "up"][changed.direction + 1]} ${changed.text}`,
      role: "img",
    });
    const { first, last } = choice.period.before;
    note.append(mark, ` vs ${spanShort(first, last)}`);
  } else {
    note.textContent = figure.value === null ? "no data" : "no earlier period";
  }
  group.append(note, sparkline(figure.days));
  return group;
}

function showFigures(choice) {
  const figures = FIGURES.map((figure) => figureOf(figure, choice));
  document.querySelector(".figures").replaceChildren(...figures.map((figure) => tile(figure, choice)));
  return figures;
}

function showKeys(figure, keys) {
  const list = figure.querySelector(".keys");
  list.replaceChildren(
    ...keys.map((key) => {
      const item = document.createElement("li");
      const mark = document.createElement("i");
      mark.className = key.shape;
      mark.style.setProperty("--key", key.color);
      item.append(mark, key.label);
      return item;
    }),
  );
}

function rowsOfChart(name, choice) {
  if (!DATA.as_of) return { empty: "No orders yet." };
  const missing = (DATA.needs[name] || []).find((table) => !LOADED.has(table));
  if (!missing) return ROWS[name](choice);
  return { empty: `No row of ${missing} was ever loaded. If the shop has them, map them: docs/own_shop.md.` };
}

async function showChart(figure, choice) {
  const name = figure.id;
  const title = figure.querySelector("h3").textContent;
  const found = rowsOfChart(name, choice);
  const drawing = figure.querySelector(".drawing");
  const numbers = figure.querySelector(".numbers");
  const empty = figure.querySelector(".empty");
  const isTable = !(name in DRAWINGS);
  empty.hidden = !found.empty;
  empty.textContent = found.empty || "";
  drawing.hidden = Boolean(found.empty) || isTable;
  numbers.hidden = Boolean(found.empty);
  figure.querySelector(".keys").hidden = Boolean(found.empty);
  figure.querySelector(".words").textContent = found.empty || `${title}. ${found.words || ""}`;
  for (const old of figure.querySelectorAll(".verdict, .outlook")) old.remove();
  if (found.empty) return;
  if (found.verdict) {
    drawing.before(cell("p", found.verdict.text, { class: `verdict ${found.verdict.good ? "good" : "bad"}` }));
  }
  if (found.outlook) drawing.before(cell("p", found.outlook, { class: "outlook" }));
  if (found.keys) showKeys(figure, found.keys);
  const scroll = numbers.querySelector(".scroll");
  for (const key of figure.querySelectorAll(".keys li")) {
    key.hidden = (found.without || []).includes(key.textContent);
  }
  const fill = () => scroll.replaceChildren(tableOf(title, found.columns, found.table || found.rows));
  numbers.ontoggle = () => numbers.open && fill();
  if (isTable || numbers.open) fill();
  if (!isTable) await draw(name, drawing, found);
}

function showCharts(choice) {
  const figures = [...document.querySelectorAll("figure.chart")];
  return Promise.all(figures.map((figure) => showChart(figure, choice)));
}

async function show() {
  const period = periods.get(periodField.value);
  if (!period) {
    document.getElementById("as-of").textContent = "No orders yet. Run the platform for a day to fill this page.";
    document.querySelector(".filters").hidden = true;
    await showCharts(null);
    return;
  }
  const choice = new Choice(period, channelField.value);
  const figures = showFigures(choice);
  document.getElementById("selection").textContent =
    `${span(period.first, period.last)}, ${choice.channelLabel.toLowerCase()}: ${figures[0].shown} net revenue`;
  await showCharts(choice);
}

// `data-ready` marks that everything is drawn, for tests for example.
async function showAll() {
  delete document.documentElement.dataset.ready;
  await show();
  document.documentElement.dataset.ready = "true";
}

let waiting = null;

function showSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(showAll, 120);
}

fillFilters();
readAddress();
if (DATA.as_of) {
  const since = DATA.delivered[0] || TABLES.sales[0].business_date;
  document.getElementById("as-of").textContent = `As of ${dayAndYear(DATA.as_of)}${DATA.partial_until ? `, until ${DATA.partial_until}` : ""}, data since ${dayAndYear(since)}`;
}
for (const field of [periodField, channelField]) {
  field.addEventListener("change", () => {
    writeAddress();
    showAll();
  });
}
let width = window.innerWidth;
window.addEventListener("resize", () => {
  // The address bar of a phone changes only the height.
  if (window.innerWidth !== width) showSoon();
  width = window.innerWidth;
});
window.addEventListener("beforeprint", drawForPaper);
window.addEventListener("afterprint", showAll);
showAll();
