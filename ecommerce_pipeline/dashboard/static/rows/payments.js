// Rows of the payment charts.

Object.assign(ROWS, {
  payment_shares(choice) {
    const methods = methodRows(choice);
    const all = sum(methods, "orders_sold");
    const allBefore = choice.period.before ? sum(methods, "orders_before") : null;
    const rows = byValue(
      methods
        .filter((row) => row.orders_sold)
        .map((row) => ({
          ...row,
          value: ratio(row.orders_sold, all),
          before: allBefore ? ratio(row.orders_before, allBefore) : null,
          shown: percent(ratio(row.orders_sold, all)),
          tip: tip(
            row.label,
            `${count(row.orders_sold)} orders sold, ${percent(ratio(row.orders_sold, all))}`,
            `${moneyExact(row.net_amount)} net revenue`,
            allBefore && `before ${percent(ratio(row.orders_before, allBefore))}`,
          ),
        })),
    );
    if (!rows.length) return { empty: "No orders sold in this period." };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Method"),
        column("orders_sold", "Orders sold", count),
        column("value", "Share", percent),
        column("before", "Share before", percent),
        column("net_amount", "Net revenue", moneyExact),
      ],
      words: best(rows, "methods"),
    };
  },

  payment_success(choice) {
    const rows = byValue(
      methodRows(choice)
        .filter((row) => row.attempts)
        .map((row) => ({
          ...row,
          value: ratio(row.attempts_approved, row.attempts),
          shown: percent(ratio(row.attempts_approved, row.attempts)),
          tip: tip(row.label, `${count(row.attempts_approved)} of ${count(row.attempts)} attempts approved`),
        })),
    );
    if (!rows.length) return { empty: "No payment attempts in this period." };
    const approved = sum(rows, "attempts_approved");
    return {
      rows,
      columns: [
        column("label", "Method"),
        column("attempts", "Attempts", count),
        column("attempts_approved", "Approved", count),
        column("value", "Success", percent),
      ],
      words: `${percent(ratio(approved, sum(rows, "attempts")))} of all attempts were approved. ${best(rows, "methods")}`,
    };
  },

  retry_recovery(choice) {
    const rows = byValue(
      methodRows(choice)
        .filter((row) => row.retries)
        .map((row) => ({
          ...row,
          value: row.retries,
          recovered: row.recoveries,
          share: ratio(row.recoveries, row.retries),
          shown: `${count(row.recoveries)} of ${count(row.retries)} · ${percent(ratio(row.recoveries, row.retries))}`,
          tip: tip(
            row.label,
            `${count(row.recoveries)} of ${count(row.retries)} retries approved`,
            `${moneyExact(row.recovered_amount)} recovered, shipping included`,
          ),
        })),
    );
    if (!rows.length) return { empty: "No payment was retried in this period." };
    const all = sum(rows, "retries");
    return {
      rows,
      columns: [
        column("label", "Method"),
        column("retries", "Retries", count),
        column("recoveries", "Approved", count),
        column("share", "Recovery", percent),
        column("recovered_amount", "Recovered", moneyExact),
      ],
      words: `${count(sum(rows, "recoveries"))} of ${count(all)} retries were approved and recovered ${moneyExact(sum(rows, "recovered_amount"))}.`,
    };
  },
});

function methodRows(choice) {
  const earlier = choice.before("payments");
  const before = earlier && grouped(earlier, "payment_method_id");
  return [...grouped(choice.now("payments"), "payment_method_id")].map(([id, group]) => {
    const row = { key: String(id), label: METHODS.get(id) || `Method ${id}` };
    for (const key of [
      "orders_sold",
      "net_amount",
      "attempts",
      "attempts_approved",
      "retries",
      "recoveries",
      "recovered_amount",
    ]) {
      row[key] = sum(group, key);
    }
    row.orders_before = before ? sum(before.get(id) || [], "orders_sold") : null;
    return row;
  });
}
