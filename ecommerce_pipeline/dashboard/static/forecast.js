// What is forecast of net revenue: the days ahead, and a sentence about their sum.

const FORECAST_COLUMNS = [
  column("mean", "Forecast", moneyExact),
  column("lower_80", "80 % from", moneyExact),
  column("upper_80", "80 % to", moneyExact),
];
const NO_OUTLOOK = { ahead: [], text: "" };
// Vega warns of fields without any value: without a forecast there is a transparent one.
const NO_FORECAST = { mean: 0, from_80: 0, upper_80: 0, from_95: 0, upper_95: 0, has_forecast: 0 };

// The newest forecast is shown behind periods that end with the newest day, if it knew that day.
function outlookOf(choice) {
  const member = memberOf(choice);
  const rows = (TABLES.forecast || []).filter((row) => row.channel === member);
  if (!rows.length || choice.period.last < DATA.last_whole_day) return NO_OUTLOOK;
  const origin = rows[0].business_date;
  if (origin < DATA.last_whole_day) return NO_OUTLOOK;
  const ahead = rows
    .map((row) => ({ ...row, day: row.target_date, has_forecast: 1, ...drawnFrom(row) }))
    .sort((one, other) => (one.day < other.day ? -1 : 1));
  return { ahead, text: `${expectedOf(ahead, origin, choice)}${ahead[0].published ? "" : BASELINE_SHOWN}` };
}

// An interval is drawn from zero: sales are not below it. The table has its bounds.
function drawnFrom({ mean: middle, lower_80: wide, lower_95: wider }) {
  const least = Math.min(0, middle);
  return { from_80: Math.max(least, wide), from_95: Math.max(least, wider) };
}

// There is a forecast of all channels and of each: of other filters there is none.
function memberOf(choice) {
  if (!choice.hasFilters) return DATA.all_channels;
  const [[name, members], ...more] = choice.filters;
  return name === "channel" && members.size === 1 && !more.length ? [...members][0] : null;
}

const BASELINE_SHOWN = " The model did not beat the same weekday a week before: this is that baseline.";

// To the month's end, if the forecast reaches it and all of the month's days before are loaded; else of all days ahead.
function expectedOf(ahead, origin, choice) {
  const first = `${ahead[0].day.slice(0, 7)}-01`;
  const end = addDays(addMonths(first, 1), -1);
  const known = first <= origin ? daysBetween(first, origin) : [];
  const days = ahead.filter((row) => row.day <= end);
  if (days.at(-1).day < end || !known.every((text) => WHOLE_DAYS.has(text))) {
    return `Expected in the ${ahead.length} days to ${dayAndYear(ahead.at(-1).day)}: ${sumOf(ahead, 0)}.`;
  }
  const sold = known.length ? choice.total(["net_revenue"], { span: { first, last: origin } }).net_revenue : 0;
  const soFar = known.length ? `, ${money(sold)} so far` : "";
  return `Expected until the end of ${month(first)}: ${sumOf(days, sold)}${soFar}.`;
}

// The interval of a sum is not the sum of intervals: the last day's row has it.
function sumOf(days, sold) {
  const { sum_lower_80: lower, sum_upper_80: upper } = days.at(-1);
  return `${money(sold + sum(days, "mean"))} (80 %: from ${money(sold + lower)} to ${money(sold + upper)})`;
}

// The day that has not ended is both: what was sold so far, and what is forecast of it.
function withAhead(past, ahead) {
  if (!ahead.length) return past.map((row) => ({ ...row, ...NO_FORECAST }));
  const forecast = new Map(ahead.map((row) => [row.day, row]));
  const words = ({ mean, lower_80, upper_80 }) =>
    tip(`${moneyExact(mean)} forecast`, `80 %: ${moneyExact(lower_80)} to ${moneyExact(upper_80)}`);
  const known = past.map((row) => {
    const found = forecast.get(row.day);
    return found ? { ...found, ...row, tip: tip(row.tip, words(found)) } : row;
  });
  const shown = new Set(past.map((row) => row.day));
  const later = ahead.filter((row) => !shown.has(row.day));
  return [...known, ...later.map((row) => ({ ...row, tip: tip(dayInFull(row.day), words(row)) }))];
}
