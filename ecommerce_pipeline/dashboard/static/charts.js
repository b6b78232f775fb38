// The drawings: Vega views whose rows are replaced with each selection.

const DRAWINGS = JSON.parse(document.getElementById("drawings").textContent);
const VIEWS = new Map();
const WIDTHS = new Map();
const LABEL_WIDTH = 62; // of a day on the x axis, with its margins
const NAME_WIDTH = 7; // of a character of a campaign's name

const bubble = document.createElement("div");
bubble.className = "tip";
bubble.setAttribute("aria-hidden", "true");
document.body.append(bubble);

function showTip(handler, event, item, value) {
  bubble.textContent = value || "";
  bubble.hidden = !value;
  if (!value) return;
  const left = Math.min(event.clientX + 14, window.innerWidth - bubble.offsetWidth - 8);
  const top = event.clientY - bubble.offsetHeight - 14;
  bubble.style.left = `${Math.max(8, left)}px`;
  bubble.style.top = `${top < 8 ? event.clientY + 18 : top}px`;
}

// The days that the x axis labels, evenly spread over the width.
function labelledDays(days, width) {
  const labels = Math.max(1, Math.floor(width / LABEL_WIDTH));
  const step = Math.ceil(days.length / labels);
  return days.filter((_, index) => index % step === 0);
}

// The height of rankings follows from their number of lines.
function heightOf(name, lines) {
  const drawing = DRAWINGS[name];
  return drawing.usermeta ? drawing.usermeta.row_height * lines : drawing.height;
}

async function viewOf(name, container, rows, lines, drilled) {
  const drawing = { ...DRAWINGS[name], height: heightOf(name, lines), datasets: { rows } };
  const { view } = await window.vegaEmbed(container, drawing, {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    hover: true,
    tooltip: showTip,
    expressionFunctions: { money, count, percent: percentShort, day },
  });
  view.addEventListener("click", (_, item) => item?.datum?.drill && drilled(item.datum.drill));
  return view;
}

// Vega warns of a line without any value: it gets some, and is transparent.
function withComparison(rows) {
  const hasMean = rows.some((row) => Number.isFinite(row.average));
  return rows.map((row) => ({
    ...row,
    earlier: row.before || 0,
    is_compared: Number.isFinite(row.before) ? 1 : 0,
    average: hasMean ? row.average : 0,
    has_mean: hasMean ? 1 : 0,
  }));
}

const LANES = 3;

// Campaign names that would overlap go into lanes, one below the other; those without room are in the table of numbers.
function inLanes(rows, width) {
  const step = width / rows.length;
  const free = new Array(LANES).fill(-1);
  return rows.map((row, index) => {
    if (!row.campaign_name) return row;
    const length = 12 + NAME_WIDTH * row.campaign_name.length;
    const start = Math.min(index * step, width - length);
    const lane = free.findIndex((end) => end < start);
    if (lane < 0) return { ...row, campaign_name: null };
    free[lane] = start + length;
    return { ...row, lane, late: index * step > start };
  });
}

// What was drawn last, by chart: printing draws it again in another width.
const SHOWN = new Map();

async function draw(name, container, found, drilled, paper = null) {
  const width = (paper || container.clientWidth) - 4;
  const rows = withComparison(found.days ? inLanes(found.rows, width) : found.rows);
  const lines = found.lines || rows.length;
  SHOWN.set(name, { container, found, drilled });
  if (!VIEWS.has(name)) VIEWS.set(name, viewOf(name, container, rows, lines, drilled));
  const view = await VIEWS.get(name);
  // Vega fits the axes into the width by drawing twice: once is enough where they fit as before.
  if (WIDTHS.get(name) === width) view.resize();
  else view.signal("width", width);
  WIDTHS.set(name, width);
  view.signal("height", heightOf(name, lines));
  if (found.days) view.signal("ticks", labelledDays(found.days, width));
  await view.data("rows", rows).runAsync();
  container.querySelector("svg").setAttribute("aria-hidden", "true");
}

// In CSS pixels, for A4 and Letter with the default margins of browsers: one column, or one of two.
const PAPER_WIDE = 640;
const PAPER_NARROW = 296;

function drawForPaper() {
  for (const [name, { container, found, drilled }] of SHOWN) {
    const isWide = container.closest("figure").matches(".wide, :has(.numbers[open])");
    if (!container.hidden) draw(name, container, found, drilled, isWide ? PAPER_WIDE : PAPER_NARROW);
  }
}
