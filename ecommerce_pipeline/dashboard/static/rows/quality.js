// Rows of the data quality charts.

Object.assign(ROWS, {
  rows_accounted(choice) {
    const byTable = [...grouped(choice.within("quality"), "table_name")].sort(([one], [other]) => (one < other ? -1 : 1));
    const rows = byTable.map(([name, group]) => {
      // Days that were not reconciled have no counts for PostgreSQL and the lake; a sum over them is not shown.
      const isReconciled = group.every((row) => row.rows_source !== null);
      const row = { label: name };
      for (const key of ["rows_in", "rows_valid", "rows_quarantined", "rows_duplicate", "rows_superseded", "rows_unmatched"]) {
        row[key] = sum(group, key);
      }
      row.rows_source = isReconciled ? sum(group, "rows_source") : null;
      row.rows_lake = isReconciled ? sum(group, "rows_lake") : null;
      row.missing = sum(
        group.map((one) => ({
          lost:
            Math.abs(one.rows_in - one.rows_valid - one.rows_quarantined - one.rows_duplicate - one.rows_superseded) +
            (one.rows_source === null ? 0 : Math.abs(one.rows_source - one.rows_lake) + Math.abs(one.rows_lake - one.rows_in)),
        })),
        "lost",
      );
      return row;
    });
    if (!rows.length) return { empty: "No rows in this period." };
    const missing = rows.filter((row) => row.missing).length;
    return {
      table: rows,
      columns: [
        column("label", "Table"),
        column("rows_source", "PostgreSQL", count),
        column("rows_lake", "Lake", count),
        column("rows_in", "Staging", count),
        column("rows_valid", "Valid", count),
        column("rows_quarantined", "Quarantined", count),
        column("rows_duplicate", "Exact copies", count),
        column("rows_superseded", "Older versions", count),
        column("rows_unmatched", "Valid, but alone", count),
        column("missing", "Unaccounted", (number) => (number ? `✗ ${count(number)}` : "✓ none")),
      ],
      verdict: missing
        ? { good: false, text: `Rows of ${missing} ${missing === 1 ? "table" : "tables"} are unaccounted for` }
        : { good: true, text: `All ${count(sum(rows, "rows_in"))} rows accounted for` },
    };
  },

  totals_agree(choice) {
    const within = choice.within("totals");
    const rows = [...grouped(within, "origin")].map(([origin, group]) => ({ origin, net_amount: sum(group, "net_amount") }));
    const facts = rows.find((row) => row.origin === "facts");
    if (!facts) return { empty: NO_SALES };
    const different = rows.filter((row) => differs(row.net_amount - facts.net_amount)).length;
    return {
      table: [facts, ...rows.filter((row) => row !== facts)].map((row) => ({
        ...row,
        difference: row.net_amount - facts.net_amount,
      })),
      columns: [
        column("origin", "Table"),
        column("net_amount", "Net revenue", moneyExact),
        column("difference", "Difference", (cents) => (differs(cents) ? `✗ ${moneyExact(cents)}` : "✓ none")),
      ],
      verdict: different
        ? { good: false, text: `${different} of ${rows.length} totals differ from the facts` }
        : { good: true, text: `All ${rows.length} totals agree to the cent` },
    };
  },

  quarantine_by_day(choice) {
    const found = choice.within("quarantine");
    if (!found.length) return { empty: "No row was quarantined in this period." };
    const legend = reasonColors();
    const rows = [];
    const table = [];
    const byDay = grouped(found, "business_date");
    for (const text of choice.days) {
      const group = byDay.get(text) || [];
      const cell = { day: text, all: sum(group, "quarantined") };
      for (const [position, key] of legend.entries()) {
        cell[key.reason] = sum(group.filter((row) => colorOf(legend, row.reason) === key.color), "quarantined");
        rows.push({ day: text, quarantined: cell[key.reason], color: key.color, stack_order: position, tip: "" });
      }
      const text_ = tip(
        dayInFull(text),
        `${count(cell.all)} quarantined`,
        ...legend.filter((key) => cell[key.reason]).map((key) => `${count(cell[key.reason])} ${key.label.toLowerCase()}`),
      );
      for (const row of rows.slice(-legend.length)) row.tip = text_;
      table.push(cell);
    }
    return {
      rows,
      table,
      days: choice.days,
      keys: legend.map((key) => ({ label: key.label, color: key.color, shape: "bar" })),
      columns: [
        column("day", "Day", dayOf),
        column("all", "Quarantined", count),
        ...legend.map((key) => column(key.reason, key.label, count)),
      ],
      words: `${count(sum(found, "quarantined"))} rows were quarantined.`,
    };
  },

  quarantine_reasons(choice) {
    const legend = reasonColors();
    const rows = byValue(
      [...grouped(choice.within("quarantine"), "reason")].map(([reason, group]) => {
        const value = sum(group, "quarantined");
        const tables = [...grouped(group, "table_name")]
          .map(([name, some]) => `${name} ${count(sum(some, "quarantined"))}`)
          .join(", ");
        return {
          key: reason,
          label: words(reason),
          color: colorOf(legend, reason),
          value,
          tables,
          shown: count(value),
          tip: tip(words(reason), `${count(value)} rows`, tables),
        };
      }),
    );
    if (!rows.length) return { empty: "No row was quarantined in this period." };
    return {
      rows: rows.slice(0, 10),
      table: rows,
      columns: [column("label", "Reason"), column("value", "Rows", count), column("tables", "Tables")],
      words: best(rows, "reasons"),
    };
  },
});

// Products of amounts and rates are rounded to nine digits, of orders and of lines apart.
function differs(cents) {
  return Math.abs(cents) >= 0.5;
}

function reasonColors() {
  const frequent = [...grouped(TABLES.quarantine, "reason")]
    .map(([reason, group]) => ({ reason, rows: sum(group, "quarantined") }))
    .sort((one, other) => other.rows - one.rows || (one.reason < other.reason ? -1 : 1));
  const colored = frequent
    .slice(0, 4)
    .map(({ reason }, position) => ({ reason, label: words(reason), color: `var(--series-${position + 1})` }));
  return frequent.length > 4 ? [...colored, { reason: "other", label: "Other reasons", color: "var(--before)" }] : colored;
}

function colorOf(legend, reason) {
  const own = legend.find((key) => key.reason === reason);
  return own ? own.color : "var(--before)";
}
