// Rows of the charts of returns.

const NO_RETURNS = "Nothing was returned in this period.";
const DAYS_SINCE = ["0-3", "4-7", "8-14", "15-30", "31+", "unknown"];

Object.assign(ROWS, {
  return_reasons(choice) {
    const rows = moneyBars(choice, "refund_amount", "refund_reason", { more: ["units_returned"] });
    if (!rows.length) return { empty: NO_RETURNS };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Reason"),
        metricColumn("refund_amount"),
        beforeColumn(choice, moneyExact),
        metricColumn("units_returned"),
      ],
      words: best(rows, "reasons"),
    };
  },

  return_rates(choice) {
    const names = ["return_rate", "units_returned", "units"];
    const rows = byValue(
      choice
        .by(names, ["category"])
        .filter((row) => row.units)
        .map((row) => ({
          ...row,
          key: row.category,
          label: nameOf("category").member(row.category),
          value: row.return_rate,
          shown: percent(row.return_rate),
          tip: tip(row.category, `${quantity(row.units_returned)} returned, ${quantity(row.units)} sold`),
          drill: { label: row.category, names, where: { category: row.category }, choose: { category: [row.category] } },
        })),
    );
    if (!rows.some((row) => row.value)) return { empty: NO_RETURNS };
    return {
      rows,
      columns: [column("label", "Category"), ...names.map((name) => metricColumn(name))],
      words: best(rows, "categories"),
    };
  },

  return_days(choice) {
    const names = ["units_returned", "refund_amount"];
    const found = choice.by(names, ["days"]);
    const all = sum(found, "units_returned");
    const known = keyed(found, "days");
    const rows = DAYS_SINCE.filter((band) => known.has(band)).map((band) => {
      const row = known.get(band);
      const text = band === "unknown" ? "Order not known" : `${band.replace("-", "–")} days`;
      const share = ratio(row.units_returned, all);
      return {
        ...row,
        key: band,
        label: text,
        value: row.units_returned,
        share,
        shown: `${quantity(row.units_returned)} · ${percent(share)}`,
        tip: tip(text, `${quantity(row.units_returned)} units, ${moneyExact(row.refund_amount)}`),
        drill: { label: `returns after ${text.toLowerCase()}`, names, where: { days: band } },
      };
    });
    if (!rows.length) return { empty: NO_RETURNS };
    return {
      rows,
      columns: [
        column("label", "Days since the order"),
        metricColumn("units_returned"),
        column("share", "Of all", percent),
        metricColumn("refund_amount"),
      ],
      words: best([...rows].sort((one, other) => other.value - one.value), "spans of days"),
    };
  },
});
