// What each chart shows for a choice: rows for the drawing, columns for the table, words for those who see neither.
// A chart with nothing to show gives `empty`, a sentence that says why.

const column = (key, label, write = null) => ({ key, label, write });
const NO_SALES = "No sales in this period.";

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

const ROWS = {
  revenue_by_day(choice) {
    const all = choice.ofChannel(TABLES.sales);
    const net = netByDay(all);
    const length = choice.days.length;
    const smooth = averages(choice.days, net);
    const earlier = choice.period.before
      ? averages(choice.days.map((text) => addDays(text, -length)), net)
      : choice.days.map(() => null);
    let running = null;
    const rows = choice.days.map((text, index) => {
      const campaign = CAMPAIGNS.get(text) || null;
      const isFirst = campaign !== null && campaign !== running;
      running = campaign;
      return {
        day: text,
        value: net(text),
        average: smooth[index],
        before: earlier[index],
        campaign,
        campaign_name: isFirst ? campaign : null,
        tip: tip(
          dayInFull(text),
          `${moneyExact(net(text))} net revenue`,
          smooth[index] === null ? "delivered in part only" : `${moneyExact(Math.round(smooth[index]))} 7-day average`,
          campaign,
        ),
      };
    });
    if (!rows.some((row) => row.value)) return { empty: NO_SALES };
    const without = [];
    if (!choice.period.before) without.push("7-day average, period before");
    if (!rows.some((row) => row.campaign)) without.push("Campaign");
    const top = rows.reduce((one, other) => (other.value > one.value ? other : one));
    return {
      rows,
      without,
      days: choice.days,
      columns: [
        column("day", "Day", dayAndYear),
        column("value", "Net revenue", moneyExact),
        column("average", "7-day average", (cents) => (cents === null ? NONE : moneyExact(Math.round(cents)))),
        column("campaign", "Campaign"),
      ],
      words: `Net revenue per day; the best day was ${dayInFull(top.day)} with ${moneyExact(top.value)}.`,
    };
  },

  gross_to_net(choice) {
    const sales = choice.now("sales");
    const gross = sum(sales, "gross_amount");
    const discount = sum(sales, "discount_amount");
    const refund = sum(sales, "refund_amount");
    const net = gross - discount - refund;
    if (!gross && !refund) return { empty: NO_SALES };
    const step = (name, from, to, value, color) => ({
      step: name,
      from,
      to,
      top: Math.max(from, to),
      value,
      share: ratio(value, gross),
      color,
      shown: moneyRound(value),
      tip: tip(name, moneyExact(value), `${percent(ratio(Math.abs(value), gross))} of gross`),
    });
    return {
      rows: [
        step("Gross", 0, gross, gross, "var(--accent-soft)"),
        step("Discounts", gross, gross - discount, -discount, "var(--bad)"),
        step("Refunds", gross - discount, net, -refund, "var(--bad)"),
        step("Net", 0, net, net, "var(--accent)"),
      ],
      columns: [
        column("step", "Step"),
        column("value", "Amount", moneyExact),
        column("share", "Of gross", percent),
      ],
      words: `${moneyExact(gross)} gross, less ${moneyExact(discount)} discounts and ${moneyExact(refund)} refunds, is ${moneyExact(net)} net.`,
    };
  },

  weekdays(choice) {
    const net = netByDay(choice.ofChannel(TABLES.sales));
    const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const found = names.map((weekday) => ({ weekday, total: 0, days: 0 }));
    for (const text of choice.days.filter((one) => DELIVERED.has(one))) {
      const row = found[(midnight(text).getUTCDay() + 6) % 7];
      row.total += net(text);
      row.days += 1;
    }
    const rows = found
      .filter((row) => row.days)
      .map((row) => {
        const value = row.total / row.days;
        const label = `${row.days} ${row.days === 1 ? "day" : "days"}`;
        return {
          ...row,
          label: row.weekday,
          value,
          shown: moneyRound(value),
          tip: tip(`${row.weekday}: ${moneyExact(Math.round(value))}`, `mean of ${label}`),
        };
      });
    if (!rows.some((row) => row.value)) return { empty: NO_SALES };
    return {
      rows,
      columns: [
        column("weekday", "Weekday"),
        column("value", "Mean net revenue", (cents) => moneyExact(Math.round(cents))),
        column("days", "Days", count),
      ],
      words: best(byValue([...rows]), "weekdays"),
    };
  },

  products_by_revenue(choice) {
    return productRows(choice, "revenue_rank", (row) => ({
      value: row.net_amount,
      shown: money(row.net_amount),
    }));
  },

  products_by_units(choice) {
    return productRows(choice, "units_rank", (row) => ({
      value: row.units,
      returned: row.units_returned,
      shown: row.units_returned ? `${count(row.units)} · ${count(row.units_returned)} returned` : count(row.units),
    }));
  },

  categories(choice) {
    const now = grouped(choice.now("categories"), "category");
    const earlier = choice.before("categories");
    const before = earlier && grouped(earlier, "category");
    const rows = byValue(
      [...now].map(([label, group]) => {
        const value = sum(group, "net_amount");
        const earlierValue = before && sum(before.get(label) || [], "net_amount");
        return {
          key: label,
          label,
          value,
          before: earlierValue,
          units: sum(group, "units"),
          shown: withChange(value, earlierValue),
          tip: lineOf(choice, label, value, earlierValue),
        };
      }),
    );
    if (!rows.length) return { empty: NO_SALES };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Category"),
        column("value", "Net revenue", moneyExact),
        column("before", "Period before", moneyExact),
        column("units", "Units", count),
      ],
      words: best(rows, "categories"),
    };
  },

  new_and_returning(choice) {
    const byDay = grouped(choice.now("customers"), "created_date");
    const table = choice.days.map((text) => {
      const group = byDay.get(text) || [];
      return {
        day: text,
        orders_new: sum(group, "orders_new"),
        orders_returning: sum(group, "orders_returning"),
        amount_new: sum(group, "amount_new"),
        amount_returning: sum(group, "amount_returning"),
      };
    });
    const first = sum(table, "orders_new");
    const further = sum(table, "orders_returning");
    if (!first && !further) return { empty: "No paid orders in this period." };
    const text = (row) =>
      tip(
        dayInFull(row.day),
        `${count(row.orders_new)} first orders, ${moneyExact(row.amount_new)}`,
        `${count(row.orders_returning)} further orders, ${moneyExact(row.amount_returning)}`,
      );
    return {
      rows: table.flatMap((row) => [
        { day: row.day, orders: row.orders_returning, color: "var(--series-1)", place: 0, tip: text(row) },
        { day: row.day, orders: row.orders_new, color: "var(--series-2)", place: 1, tip: text(row) },
      ]),
      days: choice.days,
      table,
      columns: [
        column("day", "Day", dayAndYear),
        column("orders_new", "First orders", count),
        column("orders_returning", "Further orders", count),
        column("amount_new", "First orders, before refunds", moneyExact),
        column("amount_returning", "Further orders, before refunds", moneyExact),
      ],
      words: `${count(first)} first orders and ${count(further)} further orders: ${percent(ratio(further, first + further))} came from customers who had bought before.`,
    };
  },

  cohort_retention() {
    const later = TABLES.cohorts.filter((row) => row.months_since_first > 0);
    const starts = TABLES.cohorts.filter((row) => row.months_since_first === 0);
    if (!starts.length) return { empty: "No paid orders yet." };
    if (!later.length) {
      const [only] = starts;
      return {
        empty: `Shown from the second month on. ${count(only.cohort_customers)} customers bought for the first time in ${month(only.cohort_month)}.`,
      };
    }
    const newest = [...new Set(later.map((row) => row.cohort_month))].sort().slice(-12);
    const rows = later
      .filter((row) => newest.includes(row.cohort_month) && row.months_since_first <= 12)
      .map((row) => {
        const share = ratio(row.active_customers, row.cohort_customers);
        return {
          ...row,
          cohort: `${month(row.cohort_month)} (${count(row.cohort_customers)})`,
          month: `+${row.months_since_first}`,
          share,
          shown: percentShort(Math.round(share * 1000) / 1000),
          tip: tip(
            `${count(row.active_customers)} of ${count(row.cohort_customers)} customers`,
            `first order ${month(row.cohort_month)}, again ${row.months_since_first} months later`,
          ),
        };
      })
      .sort((one, other) => one.months_since_first - other.months_since_first || (one.cohort_month < other.cohort_month ? -1 : 1));
    return {
      rows,
      columns: [
        column("cohort", "First order"),
        column("months_since_first", "Months later", count),
        column("active_customers", "Customers", count),
        column("share", "Of the cohort", percent),
      ],
      words: `Retention of ${count(newest.length)} monthly cohorts; one month later ${percent(
        ratio(
          sum(rows.filter((row) => row.months_since_first === 1), "active_customers"),
          sum(rows.filter((row) => row.months_since_first === 1), "cohort_customers"),
        ),
      )} bought again.`,
    };
  },

  rfm_segments() {
    const meanings = {
      champion: "Champions: lately and often",
      loyal: "Loyal: often enough",
      recent: "Recent: lately, not often yet",
      at_risk: "At risk: often, but not lately",
      lapsed: "Lapsed: neither",
      occasional: "Occasional",
    };
    const everybody = sum(TABLES.segments, "customers");
    const rows = byValue(
      TABLES.segments.map((row) => ({
        ...row,
        key: row.segment,
        label: meanings[row.segment] || words(row.segment),
        value: row.net_amount,
        share: ratio(row.customers, everybody),
        shown: `${money(row.net_amount)} · ${count(row.customers)} customers`,
        tip: tip(
          words(row.segment),
          `${count(row.customers)} customers, ${percent(ratio(row.customers, everybody))}`,
          `${moneyExact(row.net_amount)} net revenue from ${count(row.orders)} orders`,
        ),
      })),
    );
    if (!rows.length) return { empty: "No customer has bought yet." };
    return {
      rows,
      columns: [
        column("label", "Segment"),
        column("customers", "Customers", count),
        column("share", "Of all customers", percent),
        column("orders", "Paid orders", count),
        column("value", "Net revenue", moneyExact),
      ],
      words: best(rows, "segments"),
    };
  },

  payment_shares(choice) {
    const methods = methodRows(choice);
    const all = sum(methods, "orders_paid");
    const allBefore = choice.period.before ? sum(methods, "orders_before") : null;
    const rows = byValue(
      methods
        .filter((row) => row.orders_paid)
        .map((row) => ({
          ...row,
          value: ratio(row.orders_paid, all),
          before: allBefore ? ratio(row.orders_before, allBefore) : null,
          shown: percent(ratio(row.orders_paid, all)),
          tip: tip(
            row.label,
            `${count(row.orders_paid)} paid orders, ${percent(ratio(row.orders_paid, all))}`,
            `${moneyExact(row.net_amount)} net revenue`,
            allBefore && `before ${percent(ratio(row.orders_before, allBefore))}`,
          ),
        })),
    );
    if (!rows.length) return { empty: "No paid orders in this period." };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Method"),
        column("orders_paid", "Paid orders", count),
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
    if (!rows.length) return { empty: "No payment was tried again in this period." };
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
      words: `${count(sum(rows, "recoveries"))} of ${count(all)} retries were approved and brought ${moneyExact(sum(rows, "recovered_amount"))}.`,
    };
  },

  channel_revenue(choice) {
    const now = grouped(choice.now("sales"), "channel");
    const earlier = choice.before("sales");
    const before = earlier && grouped(earlier, "channel");
    const rows = byValue(
      [...CHANNELS.values()]
        .filter((channel) => now.has(channel.key))
        .map((channel) => {
          const group = now.get(channel.key);
          const value = netOf(group);
          const earlierValue = before && netOf(before.get(channel.key) || []);
          return {
            key: channel.key,
            label: channel.label,
            color: channel.color,
            value,
            before: earlierValue,
            orders_paid: sum(group, "orders_paid"),
            units: sum(group, "units"),
            average_order: ratio(soldOf(group), sum(group, "orders_paid")),
            refund_share: ratio(sum(group, "refund_amount"), soldOf(group)),
            shown: withChange(value, earlierValue),
            tip: tip(
              lineOf(choice, channel.label, value, earlierValue),
              `${count(sum(group, "orders_paid"))} paid orders of ${moneyExact(Math.round(ratio(soldOf(group), sum(group, "orders_paid")) || 0))}`,
              `${percent(ratio(sum(group, "refund_amount"), soldOf(group)))} refunded`,
            ),
          };
        }),
    );
    if (!rows.length) return { empty: NO_SALES };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Channel"),
        column("value", "Net revenue", moneyExact),
        column("before", "Period before", moneyExact),
        column("orders_paid", "Paid orders", count),
        column("units", "Units", count),
        column("average_order", "Average order", (cents) => (cents === null ? NONE : moneyExact(Math.round(cents)))),
        column("refund_share", "Refunded", percent),
      ],
      words: best(rows, "channels"),
    };
  },

  channel_trends(choice) {
    const sales = grouped(choice.ofChannel(TABLES.sales), "channel");
    const shown = [...CHANNELS.values()].filter((channel) => sales.has(channel.key));
    const lines = shown.map((channel) => averages(choice.days, netByDay(sales.get(channel.key))));
    if (!lines.some((line) => line.some((value) => value))) return { empty: NO_SALES };
    const rows = shown.flatMap((channel, position) =>
      choice.days.map((text, index) => ({
        day: text,
        channel: channel.label,
        color: channel.color,
        average: lines[position][index],
        point: index === choice.days.length - 1 ? 1 : 0,
        tip: tip(
          `${channel.label}, ${dayInFull(text)}`,
          lines[position][index] === null ? "" : `${moneyExact(Math.round(lines[position][index]))} 7-day average`,
        ),
      })),
    );
    return {
      rows: rows.filter((row) => row.average !== null),
      days: choice.days,
      keys: shown.map((channel) => ({ label: channel.label, color: channel.color, shape: "line" })),
      table: choice.days.map((text, index) => ({
        day: text,
        ...Object.fromEntries(shown.map((channel, position) => [channel.key, lines[position][index]])),
      })),
      columns: [
        column("day", "Day", dayAndYear),
        ...shown.map((channel) =>
          column(channel.key, channel.label, (cents) => (cents === null ? NONE : moneyExact(Math.round(cents)))),
        ),
      ],
      words: `7-day averages of ${shown.map((channel) => channel.label).join(", ")}.`,
    };
  },

  funnel(choice) {
    const visits = choice.now("funnel");
    if (choice.channel === "store") return { empty: "Visits are counted online only: choose another channel." };
    const steps = [
      ["sessions", "Visits"],
      ["sessions_with_product_view", "saw a product"],
      ["sessions_with_cart", "put it into the cart"],
      ["sessions_with_checkout", "went to the checkout"],
      ["sessions_with_order", "ordered"],
      ["sessions_with_paid_order", "paid"],
    ];
    const all = sum(visits, "sessions");
    if (!all) return { empty: "No visits in this period." };
    let earlier = null;
    const rows = steps.map(([key, label]) => {
      const value = sum(visits, key);
      const row = {
        key,
        label: earlier === null ? label : `… ${label}`,
        value,
        share: ratio(value, all),
        of_step: earlier === null ? null : ratio(value, earlier),
        shown: earlier === null ? count(value) : `${count(value)} · ${percent(ratio(value, all))}`,
        tip: tip(
          `${count(value)} visits ${earlier === null ? "" : label}`,
          `${percent(ratio(value, all))} of all visits`,
          earlier !== null && `${percent(ratio(value, earlier))} of the step before`,
        ),
      };
      earlier = value;
      return row;
    });
    return {
      rows,
      columns: [
        column("label", "Step"),
        column("value", "Visits", count),
        column("share", "Of all visits", percent),
        column("of_step", "Of the step before", percent),
      ],
      words: `Of ${count(all)} visits ${count(rows[5].value)} ended with a paid order, ${percent(rows[5].share)}.`,
    };
  },

  stores(choice) {
    if (choice.isOneChannel && choice.channel !== "store") {
      return { empty: "Stores sell through the channel Stores only: choose it, or all channels." };
    }
    const now = grouped(choice.now("sales").filter((row) => row.store_id !== null), "store_id");
    const earlier = choice.before("sales");
    const before = earlier && grouped(earlier, "store_id");
    const table = byValue(
      [...now].map(([id, group]) => {
        const store = STORES.get(id) || { store_name: `Store ${id}`, city: "", country: "", region: "" };
        const value = netOf(group);
        const earlierValue = before && netOf(before.get(id) || []);
        return {
          key: String(id),
          label: store.store_name,
          place: tip([store.city, store.region, store.country].filter(Boolean).join(", ")),
          value,
          before: earlierValue,
          orders_paid: sum(group, "orders_paid"),
          shown: withChange(value, earlierValue),
          tip: tip(
            lineOf(choice, store.store_name, value, earlierValue),
            `${count(sum(group, "orders_paid"))} paid orders`,
            [store.city, store.region, store.country].filter(Boolean).join(", "),
          ),
        };
      }),
    );
    if (!table.length) return { empty: "No sales in stores in this period." };
    return {
      rows: table.slice(0, 10),
      table,
      without: withoutBefore(choice),
      columns: [
        column("label", "Store"),
        column("place", "Place"),
        column("value", "Net revenue", moneyExact),
        column("before", "Period before", moneyExact),
        column("orders_paid", "Paid orders", count),
      ],
      words: best(table, "stores"),
    };
  },

  rows_accounted(choice) {
    const rows = [...grouped(choice.now("quality", "recorded_date"), "table_name")].map(([name, group]) => {
      const row = { label: name };
      for (const key of ["rows_in", "rows_valid", "rows_quarantined", "rows_duplicate", "rows_late"]) {
        row[key] = sum(group, key);
      }
      row.missing = row.rows_in - row.rows_valid - row.rows_quarantined - row.rows_duplicate;
      return row;
    });
    if (!rows.length) return { empty: "No rows were written in this period." };
    const missing = rows.filter((row) => row.missing).length;
    return {
      table: rows,
      columns: [
        column("label", "Table"),
        column("rows_in", "Received", count),
        column("rows_valid", "Valid", count),
        column("rows_quarantined", "Quarantined", count),
        column("rows_duplicate", "Exact copies", count),
        column("rows_late", "Late", count),
        column("missing", "Unaccounted", (number) => (number ? `✗ ${count(number)}` : "✓ none")),
      ],
      verdict: missing
        ? { good: false, text: `Rows of ${missing} tables are unaccounted for` }
        : { good: true, text: `All ${count(sum(rows, "rows_in"))} rows accounted for` },
    };
  },

  totals_agree() {
    const rows = TABLES.totals.filter((row) => row.net_amount !== null);
    if (!rows.length) return { empty: "No sales yet." };
    const [facts] = rows;
    const different = rows.filter((row) => row.net_amount !== facts.net_amount).length;
    return {
      table: rows.map((row) => ({ ...row, difference: row.net_amount - facts.net_amount })),
      columns: [
        column("told_by", "Table"),
        column("net_amount", "Net revenue", moneyExact),
        column("difference", "Difference", (cents) => (cents ? `✗ ${moneyExact(cents)}` : "✓ none")),
      ],
      verdict: different
        ? { good: false, text: `${different} of ${rows.length} totals differ from the facts` }
        : { good: true, text: `All ${rows.length} totals agree to the cent` },
    };
  },

  quarantine_by_day(choice) {
    const found = choice.now("quarantine", "recorded_date");
    if (!found.length) return { empty: "No row was quarantined in this period." };
    const legend = reasonColors();
    const rows = [];
    const table = [];
    const byDay = grouped(found, "recorded_date");
    for (const text of choice.days) {
      const group = byDay.get(text) || [];
      const cell = { day: text, all: sum(group, "quarantined") };
      for (const [position, key] of legend.entries()) {
        cell[key.reason] = sum(group.filter((row) => colorOf(legend, row.reason) === key.color), "quarantined");
        rows.push({ day: text, quarantined: cell[key.reason], color: key.color, place: position, tip: "" });
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
        column("day", "Day written", dayAndYear),
        column("all", "Quarantined", count),
        ...legend.map((key) => column(key.reason, key.label, count)),
      ],
      words: `${count(sum(found, "quarantined"))} rows were quarantined.`,
    };
  },

  quarantine_reasons(choice) {
    const legend = reasonColors();
    const rows = byValue(
      [...grouped(choice.now("quarantine", "recorded_date"), "reason")].map(([reason, group]) => {
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
};

function productRows(choice, rank, drawn) {
  const rows = TABLES.products
    ? TABLES.products
        .filter((row) => row.period === choice.period.key && row.channel === choice.channel && row[rank] <= 10)
        .sort((one, other) => one[rank] - other[rank])
        .map((row) => ({
          ...row,
          key: String(row.product_id),
          label: row.product_name,
          return_share: ratio(row.units_returned, row.units),
          tip: tip(
            row.product_name,
            row.category,
            `${moneyExact(row.net_amount)} net revenue`,
            `${count(row.units)} sold, ${count(row.units_returned)} returned`,
          ),
          ...drawn(row),
        }))
    : [];
  if (!rows.length) return { empty: NO_SALES };
  return {
    rows,
    columns: [
      column("label", "Product"),
      column("category", "Category"),
      column("net_amount", "Net revenue", moneyExact),
      column("units", "Units", count),
      column("units_returned", "Returned", count),
      column("return_share", "Returned, of units", percent),
    ],
    words: best(rows, "products"),
  };
}

function methodRows(choice) {
  const earlier = choice.before("payments");
  const before = earlier && grouped(earlier, "payment_method_id");
  return [...grouped(choice.now("payments"), "payment_method_id")].map(([id, group]) => {
    const row = { key: String(id), label: METHODS.get(id) || `Method ${id}` };
    for (const key of [
      "orders_paid",
      "net_amount",
      "attempts",
      "attempts_approved",
      "retries",
      "recoveries",
      "recovered_amount",
    ]) {
      row[key] = sum(group, key);
    }
    row.orders_before = before ? sum(before.get(id) || [], "orders_paid") : null;
    return row;
  });
}

// The four most frequent reasons have colours of their own, over all days, so that a colour keeps its meaning.
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
