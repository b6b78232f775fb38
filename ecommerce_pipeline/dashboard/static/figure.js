// A chart on the page: its sentences, legend, drawing and table for the selection.

function unfiltered(ignored) {
  const names = [...ignored].map((name) => NAMES[name].label.toLowerCase());
  return `Not filtered by ${names.join(" and ")}, which is not known here.`;
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
      item.dataset.key = key.label;
      return item;
    }),
  );
}

function rowsOfChart(name, asked) {
  if (!DATA.as_of) return { empty: "No orders yet." };
  const missing = (DATA.needs[name] || []).find((table) => !LOADED.has(table));
  if (!missing) return ROWS[name](asked);
  return { empty: `No row of ${missing} was ever loaded. If the shop has them, map them: docs/own_shop.md.` };
}

const BELOW_ZERO = "Below zero: more was refunded than sold.";

// The sentences between a chart's legend and its drawing.
function remarksOf(figure, found, ignored) {
  if (found.empty) return [];
  const isBelow = found.rows?.some((row) => row.value < 0 && row.key);
  return [
    found.verdict && cell("p", found.verdict.text, { class: `verdict ${found.verdict.good ? "good" : "bad"}` }),
    found.outlook && cell("p", found.outlook, { class: "outlook" }),
    found.remark && cell("p", found.remark, { class: "remark" }),
    isBelow && cell("p", BELOW_ZERO, { class: "remark" }),
    ignored.size && figure.dataset.scope !== "period" && cell("p", unfiltered(ignored), { class: "unfiltered" }),
  ].filter(Boolean);
}

function drilled(drill) {
  showBehind(drill, choice, chosen);
}

async function showChart(figure) {
  const name = figure.id;
  const title = figure.querySelector("h3").textContent;
  const asked = choice && choice.noting();
  const found = rowsOfChart(name, asked);
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
  for (const button of figure.querySelectorAll(".csv, .png")) button.hidden = Boolean(found.empty);
  for (const old of figure.querySelectorAll(".verdict, .outlook, .remark, .unfiltered")) old.remove();
  drawing.before(...remarksOf(figure, found, asked ? asked.ignored : new Set()));
  figure.found = found;
  if (found.empty) return;
  if (found.keys) showKeys(figure, found.keys);
  const scroll = numbers.querySelector(".scroll");
  for (const key of figure.querySelectorAll(".keys li")) {
    key.hidden = (found.without || []).includes(key.dataset.key);
    key.lastChild.textContent = key.dataset.key.replace(/(p)eriod before$/i, (_, first) => (first === "P" ? capitalized(choice.beforeLabel) : choice.beforeLabel));
  }
  const fill = () => scroll.replaceChildren(tableOf(title, found.columns, found.table || found.rows, drilled));
  numbers.ontoggle = () => numbers.open && fill();
  if (isTable || numbers.open) fill();
  if (!isTable) await draw(name, drawing, found, drilled);
}

// Definitions and exports of each chart.
function addButtons(figure) {
  const title = figure.querySelector("h3").textContent;
  const buttons = cell("div", "", { class: "tools" });
  buttons.append(infoButton(title, figure.dataset.definitions.split(" ")));
  const csv = cell("button", "CSV", { type: "button", class: "csv", "aria-label": `Save ${title} as CSV` });
  csv.addEventListener("click", () => saveCsv(title, figure.found.columns, figure.found.table || figure.found.rows));
  buttons.append(csv);
  if (figure.id in DRAWINGS) {
    const png = cell("button", "PNG", { type: "button", class: "png", "aria-label": `Save ${title} as PNG` });
    const unit = () => `${figure.querySelector(".unit").firstChild.textContent}, ${span(choice.period.first, choice.period.last)}, ${choice.filterWords}`;
    png.addEventListener("click", () => savePng(title, unit(), figure.querySelector(".drawing svg")));
    buttons.append(png);
  }
  figure.querySelector("figcaption").append(buttons);
}

function isSeen(figure) {
  const { top, bottom } = figure.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}
