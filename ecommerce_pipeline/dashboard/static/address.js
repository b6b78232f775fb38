// The selection in the page's address, so that it can be shared; and what is wrong with one that came from elsewhere.

const PERIODS = new Map(DATA.periods.map((period) => [period.key, period]));
const COMPARE = { before: "the period before", year: "the same days a year ago" };
const isMonth = (key) => /^\d{4}-\d{2}$/.test(key);
const FIRST_DAY = PERIODS.get("all")?.first;
const LAST_DAY = PERIODS.get("all")?.last;

const NOTHING_CHOSEN = { period: DATA.default_period, compare: "before", filters: {} };

function withDays(state) {
  const period = PERIODS.get(state.period);
  return period ? { ...state, first: period.first, last: period.last } : state;
}

// Returns the selection, and a sentence for each part that the data does not have.
function readAddress(hash) {
  const asked = new URLSearchParams(hash.slice(1));
  const notices = [];
  const state = { ...NOTHING_CHOSEN, filters: {} };
  const shown = () => PERIODS.get(state.period).label.toLowerCase();
  if (asked.has("from") || asked.has("to")) {
    const [first, last] = [asked.get("from") || FIRST_DAY, asked.get("to") || LAST_DAY];
    if (isDay(first) && isDay(last) && first <= last && first >= FIRST_DAY && last <= LAST_DAY) {
      Object.assign(state, { period: null, first, last });
    } else {
      notices.push(`There are no days from ${first} to ${last}: the data has ${span(FIRST_DAY, LAST_DAY)}. Shown: ${shown()}.`);
    }
  } else if (PERIODS.has(asked.get("period"))) {
    state.period = asked.get("period");
  } else if (asked.get("period")) {
    const fixed = [...PERIODS.keys()].filter((key) => !isMonth(key)).join(", ");
    const months = [...PERIODS.keys()].some(isMonth) ? `, and months from ${[...PERIODS.keys()].at(-1)}` : "";
    notices.push(`There is no period “${asked.get("period")}” in this data, which has ${fixed}${months}. Shown: ${shown()}.`);
  }
  if (asked.get("compare") in COMPARE) state.compare = asked.get("compare");
  else if (asked.get("compare")) notices.push(`Nothing is compared with “${asked.get("compare")}”: choose before or year.`);
  for (const { name, label: text, members } of FILTERS) {
    const wanted = asked.getAll(name).filter((member) => member !== "all");
    const unknown = wanted.filter((member) => !members.includes(member));
    if (unknown.length) notices.push(`${text} “${unknown.join("”, “")}” is not in this data, and is left out.`);
    const found = wanted.filter((member) => members.includes(member));
    if (found.length) state.filters[name] = found;
  }
  return [withDays(state), notices];
}

function addressOf(state) {
  const chosen = new URLSearchParams(state.period ? { period: state.period } : { from: state.first, to: state.last });
  if (state.compare !== "before") chosen.set("compare", state.compare);
  for (const [name, members] of Object.entries(state.filters)) for (const member of members) chosen.append(name, member);
  return `#${chosen}`;
}
