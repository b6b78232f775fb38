// Rows of the charts of unit economics. Goods whose cost is not known are in no margin; they are counted.

const MARGIN = ["margin", "margin_rate", "net_revenue", "cost_amount", "payment_fee_amount"];
const NO_MARGIN = "No goods with a known cost were sold in this period.";

function costsKnown(choice) {
  const found = choice.total(["units", "units_without_cost", "units_at_earliest_cost"]);
  const part = (name) => `${quantity(found[name])} units (${percent(ratio(found[name], found.units))})`;
  return [
    found.units_without_cost && `${part("units_without_cost")} have no known cost: they are in no margin.`,
    found.units_at_earliest_cost && `${part("units_at_earliest_cost")} were sold before the earliest known cost, and are valued at it.`,
  ]
    .filter(Boolean)
    .join(" ");
}

function marginBy(dimension, what) {
  return (choice) => {
    const rows = moneyBars(choice, "margin", dimension, { more: MARGIN.slice(1), choose: dimension })
      .filter((row) => row.margin !== null)
      .map((row) => ({ ...row, shown: `${money(row.margin)} · ${percent(row.margin_rate)}` }));
    if (!rows.some((row) => row.value)) return { empty: NO_MARGIN };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", nameOf(dimension).label),
        metricColumn("margin"),
        beforeColumn(choice, moneyExact),
        ...MARGIN.slice(1).map((name) => metricColumn(name)),
      ],
      words: best(rows, what),
    };
  };
}

Object.assign(ROWS, {
  margin_by_day(choice) {
    const names = ["margin", "margin_rate"];
    const byDay = keyed(choice.by(names, ["business_date"]), "business_date");
    const smooth = choice.averages("margin");
    const earlier = choice.before && averagesBefore(choice, "margin");
    const rows = choice.days.map((text, index) => {
      const { margin = 0, margin_rate: rate = null } = byDay.get(text) || {};
      const before = earlier ? earlier[index] : null;
      return {
        day: text,
        value: margin,
        rate,
        fill: isPartial(text) ? 0.5 : 1,
        average: smooth[index],
        before,
        tip: tip(
          dayInFull(text),
          `${moneyExact(margin)} margin, ${percent(rate)} of net revenue`,
          smooth[index] === null ? missingMean(text) : `${mean(smooth[index])} 7-day average`,
          before !== null && `${mean(before)} 7-day average, ${choice.beforeLabel}`,
        ),
        drill: { label: dayAndYear(text), names: MARGIN, where: {}, span: { first: text, last: text }, choose: { days: [text, text] } },
      };
    });
    if (!rows.some((row) => row.value)) return { empty: NO_MARGIN };
    const all = choice.total(names);
    return {
      rows,
      days: choice.days,
      remark: costsKnown(choice),
      without: [...(choice.before ? [] : [`7-day average, ${BEFORE.toLowerCase()}`])],
      columns: [
        column("day", "Day", dayOf),
        column("value", label("margin"), moneyExact),
        column("rate", label("margin_rate"), percent),
        column("average", "7-day average", mean),
        ...(choice.before ? [column("before", `7-day average, ${choice.beforeLabel}`, mean)] : []),
      ],
      words: `The margin of the period is ${moneyExact(all.margin)}, ${percent(all.margin_rate)} of net revenue.`,
    };
  },

  revenue_to_margin(choice) {
    const found = choice.total(["net_revenue_with_cost", "cost_amount", "margin", "margin_rate"]);
    const { net_revenue_with_cost: net, cost_amount: cost, margin } = found;
    if (!net) return { empty: NO_MARGIN };
    const step = (name, from, to, value, color) => ({
      step: name,
      from,
      to,
      top: Math.max(from, to),
      value,
      share: ratio(value, net),
      color,
      shown: moneyRound(value),
      tip: tip(name, moneyExact(value), `${percent(ratio(Math.abs(value), net))} of net revenue`),
    });
    const left = net - cost;
    return {
      rows: [
        step("Net revenue", 0, net, net, "var(--accent-soft)"),
        step("Cost", net, left, -cost, "var(--bad)"),
        step("Fees", left, margin, margin - left, "var(--bad)"),
        step("Margin", 0, margin, margin, "var(--accent)"),
      ],
      columns: [column("step", "Step"), column("value", "Amount", moneyExact), column("share", "Of net revenue", percent)],
      words: `Of ${moneyExact(net)} net revenue, ${moneyExact(margin)} are left, ${percent(found.margin_rate)}.`,
    };
  },

  margin_by_channel: marginBy("channel", "channels"),

  margin_by_category: marginBy("category", "categories"),
});
