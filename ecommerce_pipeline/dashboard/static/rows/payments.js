// Rows of the payment charts, by the method of the order or of the attempt.

const methodLabel = NAMES.payment_method_id.member;

function methodRows(choice, names) {
  return choice.by(names, ["payment_method_id"]).map((row) => {
    const text = methodLabel(row.payment_method_id);
    const where = { payment_method_id: row.payment_method_id };
    return { ...row, key: String(row.payment_method_id), label: text, drill: { label: text, names, where } };
  });
}

Object.assign(ROWS, {
  payment_shares(choice) {
    const methods = methodRows(choice, ["orders_sold", "net_amount"]);
    const all = sum(methods, "orders_sold");
    const earlier = choice.byBefore(["orders_sold"], ["payment_method_id"]);
    const before = keyed(earlier, "payment_method_id");
    const allBefore = earlier && sum(earlier, "orders_sold");
    const rows = byValue(
      methods
        .filter((row) => row.orders_sold)
        .map((row) => {
          const value = ratio(row.orders_sold, all);
          const share = before && ratio(before.get(row.payment_method_id)?.orders_sold ?? 0, allBefore);
          return {
            ...row,
            value,
            before: share,
            shown: percent(value),
            tip: tip(
              row.label,
              `${count(row.orders_sold)} orders sold, ${percent(value)}`,
              `${moneyExact(row.net_amount)} net revenue`,
              share !== null && `${choice.beforeLabel} ${percent(share)}`,
            ),
          };
        }),
    );
    if (!rows.length) return { empty: "No orders sold in this period." };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Method"),
        metricColumn("orders_sold"),
        column("value", "Share", percent),
        column("before", `Share, ${choice.beforeLabel}`, percent),
        column("net_amount", "Net revenue", moneyExact),
      ],
      words: best(rows, "methods"),
    };
  },

  payment_success(choice) {
    const names = ["attempts", "attempts_approved", "payment_approval_rate"];
    const rows = byValue(
      methodRows(choice, names)
        .filter((row) => row.attempts)
        .map((row) => ({
          ...row,
          value: row.payment_approval_rate,
          shown: percent(row.payment_approval_rate),
          tip: tip(row.label, `${count(row.attempts_approved)} of ${count(row.attempts)} attempts approved`),
        })),
    );
    if (!rows.length) return { empty: "No payment attempts in this period." };
    return {
      rows,
      columns: [column("label", "Method"), metricColumn("attempts"), metricColumn("attempts_approved"), metricColumn("payment_approval_rate")],
      words: `${percent(choice.total(names).payment_approval_rate)} of all attempts were approved. ${best(rows, "methods")}`,
    };
  },

  retry_recovery(choice) {
    const names = ["retries", "recoveries", "retry_recovery_rate", "recovered_amount"];
    const rows = byValue(
      methodRows(choice, names)
        .filter((row) => row.retries)
        .map((row) => ({
          ...row,
          value: row.retries,
          recovered: row.recoveries,
          shown: `${count(row.recoveries)} of ${count(row.retries)} · ${percent(row.retry_recovery_rate)}`,
          tip: tip(
            row.label,
            `${count(row.recoveries)} of ${count(row.retries)} retries approved`,
            `${moneyExact(row.recovered_amount)} recovered, shipping included`,
          ),
        })),
    );
    if (!rows.length) return { empty: "No payment was retried in this period." };
    const all = choice.total(names);
    return {
      rows,
      columns: [column("label", "Method"), ...names.map((name) => metricColumn(name))],
      words: `${count(all.recoveries)} of ${count(all.retries)} retries were approved and recovered ${moneyExact(all.recovered_amount)}.`,
    };
  },
});
