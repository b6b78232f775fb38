// What each chart shows for a selection: rows for the drawing, columns for the table, words for screen readers.
// A chart without data returns `empty`, a sentence that gives the reason. A row's `drill` says which rows are behind it.

const column = (key, text, write = null, member = null) => ({ key, label: text, write, member });
const NO_SALES = "No sales in this period.";
const noMean = (choice) => (choice.days.every(isPartial) ? "A mean is of whole days; this day has not ended." : NO_SALES);
const mean = WRITTEN.amount;

function tip(...lines) {
  return lines.filter(Boolean).join("\n");
}

function byValue(rows) {
  return rows.sort((one, other) => other.value - one.value || (one.label < other.label ? -1 : 1));
}

function withChange(now, before) {
  const changed = before === null || before === undefined ? null : change(now, before);
  // Tenfold is no change of a number, but another one.
  return changed && Math.abs(now) < 10 * Math.abs(before) ? `${money(now)} · ${changeWords(changed)}` : money(now);
}

const BEFORE = "Period before"; // in the legend and tables; a year ago, if that is compared
const withoutBefore = (choice) => (choice.before ? [] : [BEFORE]);
const beforeColumn = (choice, write) => column("before", capitalized(choice.beforeLabel), write);

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function best(rows, what) {
  return rows.length ? `${rows[0].label} leads with ${rows[0].shown.replace(" · ", ", ")}; ${count(rows.length)} ${what}.` : "";
}

function lineOf(choice, text, value, before) {
  return before === null || before === undefined
    ? `${text} ${moneyExact(value)}`
    : tip(`${text} ${moneyExact(value)}`, `${choice.beforeLabel} ${moneyExact(before)} (${changeWords(change(value, before)) || NONE})`);
}

// Bars of a metric in money by the members of a dimension, compared with the days before. Of the other metrics, those that
// what answers for the first has too: with a filter by category, there are no orders.
function moneyBars(choice, metric, dimension, { more = [], labelOf = nameOf(dimension).member, choose = null, ...options } = {}) {
  const others = choice.besides(metric, [dimension], more);
  const names = [metric, ...others];
  const before = keyed(choice.byBefore([metric], [dimension], options), dimension);
  const rows = choice
    .by(names, [dimension], options)
    .filter((row) => row[dimension] !== null)
    .map((row) => {
      const member = row[dimension];
      const text = labelOf(member);
      const earlier = before && (before.get(member)?.[metric] ?? 0);
      return {
        ...row,
        key: String(member),
        label: text,
        value: row[metric],
        before: earlier,
        shown: withChange(row[metric], earlier),
        tip: tip(lineOf(choice, text, row[metric], earlier), ...others.map((name) => `${label(name)} ${writerOf(name)(row[name])}`)),
        drill: { label: text, names, where: { [dimension]: member }, choose: choose && { [choose]: [member] } },
      };
    });
  return byValue(rows);
}

// By chart; filled by the files in rows/, one per subject.
const ROWS = {};
