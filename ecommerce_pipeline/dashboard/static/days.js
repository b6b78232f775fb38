// Arithmetic on days, which are texts such as 2026-03-05.

const DAY_MS = 86400000;

function addDays(text, days) {
  return new Date(midnight(text).getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

// The same day of another month, or the last one of a month that is too short.
function addMonths(text, months) {
  const later = midnight(text);
  later.setUTCDate(1);
  later.setUTCMonth(later.getUTCMonth() + months);
  const last = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
  later.setUTCDate(Math.min(Number(text.slice(8)), last));
  return later.toISOString().slice(0, 10);
}

function numberOfDays(first, last) {
  return Math.round((midnight(last) - midnight(first)) / DAY_MS) + 1;
}

function daysBetween(first, last) {
  return Array.from({ length: Math.max(0, numberOfDays(first, last)) }, (_, index) => addDays(first, index));
}

function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(midnight(text).getTime()) && addDays(text, 0) === text;
}

function isWithin(text, span) {
  return text >= span.first && text <= span.last;
}
