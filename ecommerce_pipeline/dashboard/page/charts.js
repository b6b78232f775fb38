// The drawings: Vega views over rows that are replaced with each choice.

const DRAWINGS = JSON.parse(document.getElementById("drawings").textContent);
const VIEWS = new Map();
const LABEL_WIDTH = 62; // of a day on the x axis, with the room around it

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

async function viewOf(name, place, rows) {
  const { view } = await window.vegaEmbed(place, { ...DRAWINGS[name], datasets: { rows } }, {
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

async function draw(name, place, found) {
  if (!VIEWS.has(name)) VIEWS.set(name, viewOf(name, place, found.rows));
  const view = await VIEWS.get(name);
  const width = place.clientWidth - 4;
  view.signal("width", width);
  if (found.days) view.signal("ticks", namedDays(found.days, width));
  await view.data("rows", found.rows).runAsync();
  place.querySelector("svg").setAttribute("aria-hidden", "true");
}
