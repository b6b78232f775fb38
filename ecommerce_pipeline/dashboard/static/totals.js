// The key figures: sums over the selected days, and ratios of such sums. Ratios are never averaged.

function netOf(rows) {
  let total = 0;
  for (const row of rows) total += row.gross_amount - row.discount_amount - row.refund_amount;
  return total;
}

function soldOf(rows) {
  let total = 0;
  for (const row of rows) total += row.gross_amount - row.discount_amount;
  return total;
}

// Name, label, formatting function, dataset and value; `isShare` and `lessIsBetter` describe how a change is shown.
const FIGURES = [
  { name: "net_revenue", label: "Net revenue", write: money, exact: moneyExact, from: "sales", value: netOf },
  {
    name: "orders_sold",
    label: "Orders sold",
    write: count,
    from: "sales",
    value: (rows) => sum(rows, "orders_sold"),
  },
  {
    name: "average_order",
    label: "Average order",
    write: moneyExact,
    from: "sales",
    value: (rows) => ratio(soldOf(rows), sum(rows, "orders_sold")),
  },
  {
    name: "new_customers",
    label: "New customers",
    write: count,
    from: "customers",
    value: (rows) => sum(rows, "orders_new"),
  },
  {
    name: "units",
    label: "Units sold",
    write: quantity,
    from: "sales",
    value: (rows) => sum(rows, "units"),
  },
  {
    name: "conversion",
    label: "Conversion rate",
    write: percent,
    isShare: true,
    from: "funnel",
    value: (rows) => ratio(sum(rows, "sessions_with_sold_order"), sum(rows, "sessions")),
  },
  {
    name: "orders_sold_share",
    label: "Share of orders sold",
    write: percent,
    isShare: true,
    from: "sales",
    value: (rows) => ratio(sum(rows, "orders_sold"), sum(rows, "orders_placed")),
  },
  {
    name: "refund_share",
    label: "Share refunded",
    write: percent,
    isShare: true,
    lessIsBetter: true,
    from: "sales",
    value: (rows) => ratio(sum(rows, "refund_amount"), soldOf(rows)),
  },
];

function figureOf(figure, choice) {
  const rows = choice.now(figure.from);
  const before = choice.before(figure.from);
  const value = figure.value(rows);
  const earlier = before && figure.value(before);
  const byDay = grouped(rows, "business_date");
  return {
    ...figure,
    value,
    earlier,
    shown: value === null ? NONE : figure.write(value),
    changed: before ? change(value, earlier, figure.isShare) : null,
    days: choice.days.filter((text) => WHOLE_DAYS.has(text)).map((text) => figure.value(byDay.get(text) || [])),
  };
}

// For each whole day, the mean over the whole days among the seven that end with it.
function averages(days, valueOf) {
  return days.map((text) => {
    if (!WHOLE_DAYS.has(text)) return null;
    let total = 0;
    let number = 0;
    for (let offset = 0; offset < 7; offset += 1) {
      const earlier = addDays(text, -offset);
      if (WHOLE_DAYS.has(earlier)) {
        total += valueOf(earlier);
        number += 1;
      }
    }
    return total / number;
  });
}

function netByDay(rows) {
  const totals = new Map();
  for (const [text, group] of grouped(rows, "business_date")) totals.set(text, netOf(group));
  return (text) => totals.get(text) || 0;
}
