// The key figures.

const FIGURES = [
  { name: "net_revenue", write: money },
  { name: "orders_sold" },
  { name: "average_order_value" },
  { name: "orders_new" },
  { name: "units" },
  { name: "conversion_rate" },
  { name: "sold_rate" },
  { name: "refund_rate", lessIsBetter: true },
  { name: "margin", write: money },
  { name: "margin_rate" },
  { name: "payment_approval_rate" },
  { name: "return_rate", lessIsBetter: true },
].filter(({ name }) => name in METRICS && cubeOf(inputsOf([name]), [], []));

function figureOf(figure, selection) {
  const choice = selection.noting();
  const value = choice.total([figure.name])[figure.name];
  const earlier = choice.totalBefore([figure.name])?.[figure.name];
  const byDay = keyed(choice.by([figure.name], ["business_date"]), "business_date");
  const write = figure.write || writerOf(figure.name);
  return {
    ...figure,
    value,
    earlier,
    exact: writerOf(figure.name),
    shown: value === null ? NONE : write(value),
    changed: choice.before ? change(value, earlier, METRICS[figure.name].unit === "share") : null,
    days: choice.days.filter((text) => WHOLE_DAYS.has(text)).map((text) => byDay.get(text)?.[figure.name] ?? null),
    ignored: choice.ignored,
  };
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

function changeNote(figure, choice) {
  const note = cell("dd", "", { class: "change" });
  const { changed } = figure;
  if (!changed) {
    note.textContent = figure.value === null ? "no data" : choice.compare === "year" ? "no data a year ago" : "no earlier period";
    return note;
  }
  const isGood = changed.direction === 0 ? null : (changed.direction > 0) !== Boolean(figure.lessIsBetter);
  const arrow = ["▼", "■", "▲"][changed.direction + 1];
  const mark = cell("span", `${arrow} ${changed.text}`, {
    class: isGood === null ? "same" : isGood ? "good" : "bad",
    "aria-label": `${["down", "unchanged by", "up"][changed.direction + 1]} ${changed.text}`,
    role: "img",
  });
  const { first, last } = choice.before;
  note.append(mark, ` vs ${choice.compare === "year" ? span(first, last) : spanShort(first, last)}`);
  return note;
}

function tile(figure, choice) {
  const group = document.createElement("div");
  group.className = "figure";
  group.dataset.figure = figure.name;
  if (figure.value !== null) group.dataset.value = figure.value;
  const term = cell("dt", label(figure.name));
  term.append(infoButton(label(figure.name), [figure.name]));
  group.append(term);
  group.append(cell("dd", figure.shown, { class: "value", ...(figure.value === null ? {} : { title: figure.exact(figure.value) }) }));
  group.append(changeNote(figure, choice), sparkline(figure.days));
  if (figure.ignored.size) group.append(cell("dd", unfiltered(figure.ignored), { class: "unfiltered" }));
  return group;
}

function showFigures(choice) {
  const figures = FIGURES.map((figure) => figureOf(figure, choice));
  document.querySelector(".figures").replaceChildren(...figures.map((figure) => tile(figure, choice)));
  return figures;
}
