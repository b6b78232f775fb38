// The page itself: shows figures and charts for the selection.

let state = null;
let choice = null;

// Changes the selection, as if a reader had made it in the fields.
function select(changes) {
  state = withDays({ ...state, ...changes });
  history.replaceState(null, "", addressOf(state));
  showNotice([]);
  showFields(state);
  return showAll();
}

function showNotice(notices) {
  const notice = document.getElementById("notice");
  notice.hidden = !notices.length;
  notice.textContent = notices.join(" ");
}

// What a reader chooses in the rows behind a bar: a day, or members of a filter.
function chosen({ days, ...filters }) {
  select(days ? { period: null, first: days[0], last: days[1] } : { filters: { ...state.filters, ...filters } });
}

let turn = 0;
const pause = () => new Promise((go) => setTimeout(go));

// First what is on the screen, then the rest, chart by chart, until another selection is made.
async function showCharts(mine) {
  const figures = [...document.querySelectorAll("figure.chart")];
  const seen = new Set(figures.filter(isSeen));
  await Promise.all([...seen].map(showChart));
  performance.measure("answer", { start: asked });
  for (const figure of figures) {
    if (seen.has(figure)) continue;
    await pause();
    if (mine !== turn) return false;
    await showChart(figure);
  }
  return mine === turn;
}

function showSelection() {
  const figures = showFigures(choice);
  const { first, last } = choice.period;
  const partial = isPartial(last) ? ` (${day(last)} until ${DATA.partial_until})` : "";
  document.getElementById("selection").textContent =
    `${span(first, last)}${partial}, ${choice.filterWords}: ${figures[0].shown} net revenue`;
}

let asked = 0;

// `data-ready` marks that everything is drawn, for tests for example.
async function showAll() {
  asked = performance.now();
  turn += 1;
  const mine = turn;
  delete document.documentElement.dataset.ready;
  if (state) {
    choice = new Choice(state);
    showSelection();
  } else {
    document.getElementById("as-of").textContent = "No orders yet. Run the platform for a day to fill this page.";
    document.querySelector(".filters").hidden = true;
  }
  if (await showCharts(mine)) document.documentElement.dataset.ready = "true";
}

let waiting = null;

function showSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(showAll, 120);
}

function showAddress() {
  const [found, notices] = readAddress(location.hash);
  state = found;
  showFields(state);
  showNotice(notices);
}

for (const figure of document.querySelectorAll("figure.chart")) addButtons(figure);
if (DATA.as_of) {
  fillPeriods();
  fillPicks((name, members) => {
    const { [name]: _, ...others } = state.filters;
    select({ filters: members.length ? { ...others, [name]: members } : others });
  });
  showAddress();
  const since = DATA.delivered[0] || FIRST_DAY;
  document.getElementById("as-of").textContent = `As of ${dayAndYear(DATA.as_of)}${DATA.partial_until ? `, until ${DATA.partial_until}` : ""}, data since ${dayAndYear(since)}`;
  periodField.addEventListener("change", () => {
    if (periodField.value === CUSTOM) fromField.focus();
    select({ period: periodField.value === CUSTOM ? null : periodField.value });
  });
  for (const field of [fromField, toField]) {
    field.addEventListener("change", () => {
      const [first, last] = [fromField.value, toField.value];
      if (isDay(first) && isDay(last) && first <= last && fromField.validity.valid && toField.validity.valid) {
        select({ period: null, first, last });
      } else {
        showNotice([`Choose days from ${dayAndYear(FIRST_DAY)} to ${dayAndYear(LAST_DAY)}, the first before the last.`]);
      }
    });
  }
  compareField.addEventListener("change", () => select({ compare: compareField.value }));
  clearButton.addEventListener("click", () => select({ filters: {} }));
  window.addEventListener("hashchange", () => {
    showAddress();
    showAll();
  });
}
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
let width = window.innerWidth;
window.addEventListener("resize", () => {
  // The address bar of a phone changes only the height.
  if (window.innerWidth !== width) showSoon();
  width = window.innerWidth;
});
window.addEventListener("beforeprint", drawForPaper);
window.addEventListener("afterprint", showAll);
showAll();
