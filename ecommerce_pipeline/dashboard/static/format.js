// Formatting of numbers and days. Amounts are in cents everywhere else, in the reporting currency if nothing else is said.

const LOCALE = "en-US";
const NONE = "–";
const MINUS = "\u2212";

let currency = null;

function amountFormat(options, code = currency) {
  return new Intl.NumberFormat(LOCALE, { style: "currency", currency: code, ...options });
}

const formats = {};

function formatter(name, make) {
  formats[name] = formats[name] || make();
  return formats[name];
}

function withMinus(text) {
  return text.replace(/^-(?=[\d.]*[1-9]|\D*[\d.,]*[1-9])/, MINUS).replace(/^-/, "");
}

// $2.73M, $412
function money(cents) {
  if (cents === null || cents === undefined) return NONE;
  const amount = cents / 100;
  if (Math.abs(amount) < 1000) {
    return withMinus(formatter("small", () => amountFormat({ maximumFractionDigits: 0 })).format(amount));
  }
  return withMinus(
    formatter("compact", () => amountFormat({ notation: "compact", maximumSignificantDigits: 3 })).format(amount),
  );
}

// $46K: for narrow columns
function moneyRound(cents) {
  const amount = cents / 100;
  if (Math.abs(amount) < 1000 || Math.abs(amount) >= 1e6) return money(cents);
  return withMinus(
    formatter("round", () => amountFormat({ notation: "compact", maximumFractionDigits: 0 })).format(amount),
  );
}

// $2,729,988.74, with the digits of the currency
function moneyExact(cents, code = currency) {
  if (cents === null || cents === undefined) return NONE;
  return withMinus(formatter(`exact ${code}`, () => amountFormat({}, code)).format(cents / 100));
}

function count(number) {
  if (number === null || number === undefined) return NONE;
  return withMinus(formatter("count", () => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })).format(number));
}

// 1.5: goods are sold by weight too
function quantity(number) {
  if (number === null || number === undefined) return NONE;
  const format = formatter("quantity", () => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 3 }));
  return withMinus(format.format(number));
}

function percent(share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  return withMinus(
    formatter("percent", () =>
      new Intl.NumberFormat(LOCALE, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    ).format(share),
  );
}

// The same without a trailing zero: for axes.
function percentShort(share) {
  return withMinus(
    formatter("percentShort", () =>
      new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 }),
    ).format(share),
  );
}

function ratio(part, all) {
  return all ? part / all : null;
}

function midnight(day) {
  return new Date(`${day}T00:00:00Z`);
}

function dayFormat(name, options) {
  return formatter(name, () => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }));
}

// 5 Mar
function day(text) {
  return dayFormat("day", { day: "numeric", month: "short" }).format(midnight(text));
}

// 5 Mar 2026
function dayAndYear(text) {
  return dayFormat("dayAndYear", { day: "numeric", month: "short", year: "numeric" }).format(midnight(text));
}

// 5 Mar 2026, so far: of the day that has not ended
function dayOf(text) {
  return isPartial(text) ? `${dayAndYear(text)}, so far` : dayAndYear(text);
}

// Thu, 5 Mar 2026
function dayInFull(text) {
  return dayFormat("dayInFull", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(
    midnight(text),
  );
}

function month(text) {
  return dayFormat("month", { month: "short", year: "numeric" }).format(midnight(text));
}

function span(first, last) {
  return first === last ? dayAndYear(first) : `${dayAndYear(first)} – ${dayAndYear(last)}`;
}

// 4–17 Mar
function spanShort(first, last) {
  if (first === last) return day(first);
  return first.slice(0, 7) === last.slice(0, 7)
    ? `${Number(first.slice(8))}–${day(last)}`
    : `${day(first)} – ${day(last)}`;
}

// spring_sale -> Spring sale
function words(name) {
  const text = String(name).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// The change of a value: in percent for a sum, in percentage points for a share.
function change(now, before, isShare) {
  if (now === null || before === null || before === undefined) return null;
  if (isShare) {
    const points = (now - before) * 100;
    return { direction: Math.sign(Math.round(points * 10)), text: `${Math.abs(points).toFixed(1)} pp` };
  }
  if (!before) return null;
  const share = (now - before) / Math.abs(before);
  return { direction: Math.sign(Math.round(share * 1000)), text: percent(Math.abs(share)) };
}

function changeWords(changed) {
  if (!changed) return "";
  return changed.direction === 0 ? "unchanged" : `${changed.direction > 0 ? "+" : MINUS}${changed.text}`;
}
