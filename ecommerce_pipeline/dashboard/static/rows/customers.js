// Rows of the customer charts.

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

const BUYERS = ["orders_new", "orders_returning", "orders_guest", "amount_new", "amount_returning", "amount_guest"];

// A customer by its number, a guest by the first digits of the address's hash.
function person(key) {
  const [kind, id] = key.split(":");
  return kind === "guest" ? `guest ${id.slice(0, 8)}` : id;
}

Object.assign(ROWS, {
  new_and_returning(choice) {
    const nobody = Object.fromEntries(BUYERS.map((name) => [name, 0]));
    const byDay = keyed(choice.by(BUYERS, ["business_date"]), "business_date");
    const table = choice.days.map((text) => ({ ...nobody, ...byDay.get(text), day: text }));
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
      rows: table.flatMap((row) =>
        [
          ["orders_returning", "var(--series-1)"],
          ["orders_new", "var(--series-2)"],
          ["orders_guest", "var(--before)"],
        ].map(([name, color], place) => ({
          day: row.day,
          orders: row[name],
          color,
          stack_order: place,
          tip: text(row),
          drill: { label: dayAndYear(row.day), names: BUYERS, where: {}, span: { first: row.day, last: row.day }, choose: { days: [row.day, row.day] } },
        })),
      ),
      days: choice.days,
      table,
      columns: [
        column("day", "Day", dayOf),
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

  // Not compared with the period before: segments depend on recency, so its customers are in other segments by definition.
  rfm_segments(choice) {
    const names = ["net_amount", "orders_sold"];
    const found = choice.by(names, ["segment"], { from: "segments" });
    const all = sum(found, "net_amount");
    const customers = new Map(TABLES.customers_by_segment.map((row) => [row.segment, row.customers]));
    const rows = byValue(
      found.map((row) => {
        const text = SEGMENTS[row.segment] || words(row.segment);
        const number = customers.get(row.segment) || 0;
        return {
          ...row,
          key: row.segment,
          label: text,
          value: row.net_amount,
          share: ratio(row.net_amount, all),
          customers: number,
          shown: `${money(row.net_amount)} · ${percent(ratio(row.net_amount, all))}`,
          tip: tip(
            text,
            `${moneyExact(row.net_amount)} net revenue from ${count(row.orders_sold)} orders`,
            row.net_amount < 0 && "below zero: these customers got more back than they bought for",
            `${count(number)} customers in all`,
          ),
          drill: { label: text, names, where: { segment: row.segment }, from: "segments" },
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
