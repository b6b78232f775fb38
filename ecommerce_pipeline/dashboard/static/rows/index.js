// What each chart shows for a selection: rows for the drawing, columns for the table, words for screen readers.
// A chart without data returns `empty`, a sentence that gives the reason.

const column = (key, label, write = null) => ({ key, label, write });
const NO_SALES = "No sales in this period.";
const noMean = (choice) => (choice.days.every(isPartial) ? "A mean is of whole days; this day has not ended." : NO_SALES);

function tip(...lines) {
  return lines.filter(Boolean).join("\n");
}

function byValue(rows) {
  return rows.sort((one, other) => other.value - one.value || (one.label < other.label ? -1 : 1));
}

function withChange(now, before) {
  const changed = before === null || before === undefined ? null : change(now, before);
  return changed ? `${money(now)} · ${changeWords(changed)}` : money(now);
}

const withoutBefore = (choice) => (choice.period.before ? [] : ["Period before"]);

function best(rows, what) {
  return rows.length ? `${rows[0].label} leads with ${rows[0].shown.replace(" · ", ", ")}; ${count(rows.length)} ${what}.` : "";
}

function lineOf(choice, label, value, before) {
  return before === null || before === undefined
    ? `${label} ${moneyExact(value)}`
    : tip(`${label} ${moneyExact(value)}`, `before ${moneyExact(before)} (${changeWords(change(value, before)) || NONE})`);
}

// By chart; filled by the files in rows/, one per subject.
const ROWS = {};
