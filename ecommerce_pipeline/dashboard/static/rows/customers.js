// Rows of the customer charts.

const LONG_PERIOD = 92; // days; longer periods show retention by month, others by week
const COHORTS = 12;
const COHORT_UNITS = {
  week: { name: "week", short: "wk", label: day, add: (start, weeks) => addDays(start, 7 * weeks) },
  month: { name: "month", short: "mo", label: month, add: addMonths },
};
const SEGMENTS = {
  champion: "Champions: recent and frequent",
  loyal: "Loyal: fairly recent and frequent",
  recent: "Recent: not frequent yet",
  at_risk: "At risk: frequent, but not recent",
  lapsed: "Lapsed: neither recent nor frequent",
  occasional: "Occasional",
  guest: "Guests",
  unknown: "Refunds to customers without an order sold",
};

// A customer by its number, a guest by the first digits of the address's hash.
function person(key) {
  const [kind, id] = key.split(":");
  return kind === "guest" ? `guest ${id.slice(0, 8)}` : id;
}

Object.assign(ROWS, {
  new_and_returning(choice) {
    const byDay = grouped(choice.now("customers"), "business_date");
    const table = choice.days.map((text) => {
      const group = byDay.get(text) || [];
      return {
        day: text,
        orders_new: sum(group, "orders_new"),
        orders_returning: sum(group, "orders_returning"),
        orders_guest: sum(group, "orders_guest"),
        amount_new: sum(group, "amount_new"),
        amount_returning: sum(group, "amount_returning"),
        amount_guest: sum(group, "amount_guest"),
      };
    });
    const first = sum(table, "orders_new");
    const further = sum(table, "orders_returning");
    const guest = sum(table, "orders_guest");
    if (!first && !further && !guest) return { empty: "No orders sold in this period." };
    const text = (row) =>
      tip(
        dayInFull(row.day),
        `${count(row.orders_new)} first orders, ${moneyExact(row.amount_new)}`,
        `${count(row.orders_returning)} further orders, ${moneyExact(row.amount_returning)}`,
        row.orders_guest && `${count(row.orders_guest)} orders of nobody known, ${moneyExact(row.amount_guest)}`,
      );
    return {
      rows: table.flatMap((row) => [
        { day: row.day, orders: row.orders_returning, color: "var(--series-1)", stack_order: 0, tip: text(row) },
        { day: row.day, orders: row.orders_new, color: "var(--series-2)", stack_order: 1, tip: text(row) },
        { day: row.day, orders: row.orders_guest, color: "var(--before)", stack_order: 2, tip: text(row) },
      ]),
      days: choice.days,
      table,
      columns: [
        column("day", "Day", dayAndYear),
        column("orders_new", "First orders", count),
        column("orders_returning", "Further orders", count),
        column("orders_guest", "Orders of nobody known", count),
        column("amount_new", "First orders, before refunds", moneyExact),
        column("amount_returning", "Further orders, before refunds", moneyExact),
        column("amount_guest", "Orders of nobody known, before refunds", moneyExact),
      ],
      words: `${count(first)} first orders and ${count(further)} further orders; ${percent(ratio(further, first + further))} of customers' orders came from those who had bought before.${guest ? ` ${count(guest)} orders were of nobody known.` : ""}`,
    };
  },

  cohort_retention(choice) {
    const unit = COHORT_UNITS[choice.days.length > LONG_PERIOD ? "month" : "week"];
    const known = choice
      .ofChannel(TABLES.cohorts)
      .filter((row) => row.cohort_unit === unit.name && row.cohort_start_date <= choice.period.last)
      .filter((row) => unit.add(row.cohort_start_date, 1) > choice.period.first);
    const byCohort = [...grouped(known, "cohort_start_date")].sort(([one], [other]) => (one < other ? -1 : 1)).slice(-COHORTS);
    const rows = byCohort.flatMap(([start, cells]) => {
      const active = (since) => sum(cells.filter((row) => row.units_since_first === since), "active_customers");
      const size = active(0);
      const cohort = `${unit.label(start)} (${count(size)})`;
      const found = [];
      for (let since = 1; since <= COHORTS && unit.add(start, since) <= DATA.as_of; since += 1) {
        const later = `${since} ${unit.name}${since === 1 ? "" : "s"} later`;
        const again = active(since);
        const isOver = addDays(unit.add(start, since + 1), -1) <= DATA.last_whole_day;
        found.push({
          start,
          cohort,
          since,
          later: `+${since} ${unit.short}`,
          again,
          size,
          share: ratio(again, size),
          over: isOver ? "yes" : "not yet",
          shown: `${percent(ratio(again, size))}${isOver ? "" : "*"}`,
          tip: tip(
            `First order in the ${unit.name} of ${unit.label(start)}`,
            `${count(again)} of ${count(size)} bought again ${later}${isOver ? "" : ", so far"}`,
          ),
        });
      }
      return found;
    });
    if (!rows.length) return { empty: `No customer who first bought in this period has had a later ${unit.name} to buy again.` };
    const next = rows.filter((row) => row.since === 1);
    return {
      rows: [...rows].sort((one, other) => one.since - other.since || (one.start < other.start ? -1 : 1)),
      lines: new Set(rows.map((row) => row.cohort)).size,
      table: rows,
      columns: [
        column("cohort", "First order"),
        column("since", `${words(unit.name)}s later`, count),
        column("again", "Customers", count),
        column("share", "Of the cohort", percent),
        column("over", `${words(unit.name)} over`),
      ],
      words: `Of ${count(sum(next, "size"))} customers who first bought in the ${unit.name}s of this period, ${percent(ratio(sum(next, "again"), sum(next, "size")))} bought again one ${unit.name} later.`,
    };
  },

  // Not compared with the period before: segments depend on recency, so its customers are in other segments by definition.
  rfm_segments(choice) {
    const now = choice.now("segments");
    const all = sum(now, "net_amount");
    const customers = new Map(TABLES.customers_by_segment.map((row) => [row.segment, row.customers]));
    const rows = byValue(
      [...grouped(now, "segment")].map(([segment, group]) => {
        const label = SEGMENTS[segment] || words(segment);
        const value = sum(group, "net_amount");
        const orders = sum(group, "orders_sold");
        const number = customers.get(segment) || 0;
        return {
          key: segment,
          label,
          value,
          share: ratio(value, all),
          orders_sold: orders,
          customers: number,
          shown: `${money(value)} · ${percent(ratio(value, all))}`,
          tip: tip(label, `${moneyExact(value)} net revenue from ${count(orders)} orders`, `${count(number)} customers in all`),
        };
      }),
    );
    if (!rows.length) return { empty: NO_SALES };
    return {
      rows,
      columns: [
        column("label", "Segment"),
        column("value", "Net revenue", moneyExact),
        column("share", "Of all", percent),
        column("orders_sold", "Orders sold", count),
        column("customers", "Customers, all days", count),
      ],
      words: best(rows, "segments"),
    };
  },

  at_risk() {
    const rows = TABLES.at_risk;
    if (!rows[0].published) return { empty: "The model has not shown that it is better than one feature alone, so it names nobody." };
    const { total_expected: expected, total_at_risk: lost } = rows[0];
    return {
      outlook: `Of ${money(expected)} expected in the next 90 days, ${money(lost)} are at risk.`,
      table: rows.map((row) => ({ ...row, person: person(row.person_key), probability_30d: row.probability_30d / 100 })),
      columns: [
        column("person", "Customer"),
        column("recency_days", "Days since the last order", count),
        column("purchase_days", "Days with orders", count),
        column("probability_30d", "Buys in 30 days", percent),
        column("expected_net_90d", "Expected in 90 days", moneyExact),
        column("at_risk_90d", "At risk", moneyExact),
      ],
    };
  },
});
