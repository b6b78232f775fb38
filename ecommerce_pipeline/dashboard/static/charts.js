// The drawings: Vega views over rows that are replaced with each choice.

const DRAWINGS = JSON.parse(document.getElementById("drawings").textContent);
const VIEWS = new Map();
const LABEL_WIDTH = 62; // of a day on the x axis, with the room around it
const NAME_WIDTH = 7; // of a letter of a campaign's name

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

// The days that the x axis names, evenly spread over the room there is.
function namedDays(days, width) {
  const room = Math.max(1, Math.floor(width / LABEL_WIDTH));
  const step = Math.ceil(days.length / room);
  return days.filter((_, index) => index % step === 0);
}

// Rankings are as high as they have lines.
function heightOf(name, lines) {
  const drawing = DRAWINGS[name];
  return drawing.usermeta ? drawing.usermeta.row_height * lines : drawing.height;
}

async function viewOf(name, place, rows, lines) {
  const drawing = { ...DRAWINGS[name], height: heightOf(name, lines), datasets: { rows } };
  const { view } = await window.vegaEmbed(place, drawing, {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    hover: true,
    tooltip: showTip,
    expressionFunctions: { money, count, percent: percentShort, day },
  });
  return view;
}

function drawn(rows) {
  return rows.map((row) => ({ ...row, earlier: row.before || 0, is_compared: Number.isFinite(row.before) ? 1 : 0 }));
}

// Names of campaigns that would run into the one before are left out; the numbers have them.
function withRoomForNames(rows, width) {
  const step = width / rows.length;
  let free = 0;
  return rows.map((row, index) => {
    if (!row.campaign_name) return row;
    const start = index * step;
    if (start < free) return { ...row, campaign_name: null };
    free = start + 12 + NAME_WIDTH * row.campaign_name.length;
    return { ...row, late: free > width };
  });
}

// What was drawn last, by chart: paper needs it again, in another width.
const SHOWN = new Map();

async function draw(name, place, found, paper = null) {
  const width = (paper || place.clientWidth) - 4;
  const rows = drawn(found.days ? withRoomForNames(found.rows, width) : found.rows);
  const lines = found.lines || rows.length;
  SHOWN.set(name, { place, found });
  if (!VIEWS.has(name)) VIEWS.set(name, viewOf(name, place, rows, lines));
  const view = await VIEWS.get(name);
  view.signal("width", width);
  view.signal("height", heightOf(name, lines));
  if (found.days) view.signal("ticks", namedDays(found.days, width));
  await view.data("rows", rows).runAsync();
  place.querySelector("svg").setAttribute("aria-hidden", "true");
}

// In CSS pixels, of A4 and Letter with the margins that browsers take: one column, or one of two.
const PAPER_WIDE = 640;
const PAPER_NARROW = 296;

function drawForPaper() {
  for (const [name, { place, found }] of SHOWN) {
    const isWide = place.closest("figure").matches(".wide, :has(.numbers[open])");
    if (!place.hidden) draw(name, place, found, isWide ? PAPER_WIDE : PAPER_NARROW);
  }
}
