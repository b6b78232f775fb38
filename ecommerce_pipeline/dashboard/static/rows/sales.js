// Rows of the sales and revenue charts.

const missingMean = (text) => (isPartial(text) ? `so far, until ${DATA.partial_until}` : "incomplete day");

Object.assign(ROWS, {
  revenue_by_day(choice) {
    const all = choice.ofChannel(TABLES.sales);
    const net = netByDay(all);
    const length = choice.days.length;
    const smooth = averages(choice.days, net);
    const outlook = outlookOf(choice, net);
    const earlier = choice.period.before
      ? averages(choice.days.map((text) => addDays(text, -length)), net)
      : choice.days.map(() => null);
    let running = null;
    const past = choice.days.map((text, index) => {
      const campaign = CAMPAIGNS.get(text) || null;
      const isFirst = campaign !== null && campaign !== running;
      running = campaign;
      return {
        day: text,
        value: net(text),
        fill: isPartial(text) ? 0.5 : 1,
        average: smooth[index],
        before: earlier[index],
        campaign,
        campaign_name: isFirst ? campaign : null,
        tip: tip(
          dayInFull(text),
          `${moneyExact(net(text))} net revenue`,
          smooth[index] === null ? missingMean(text) : `${moneyExact(Math.round(smooth[index]))} 7-day average`,
          campaign,
        ),
      };
    });
    if (!past.some((row) => row.value)) return { empty: NO_SALES };
    const rows = withAhead(past, outlook.ahead);
    const without = [];
    if (!outlook.ahead.length) without.push("Forecast", "80 % interval", "95 % interval");
    if (!choice.period.before) without.push("7-day average, period before");
    if (!choice.days.some(isPartial)) without.push("Day so far");
    if (choice.days.every(isPartial)) without.push("Day", "7-day average");
    if (!rows.some((row) => row.campaign)) without.push("Campaign");
    const top = past.reduce((one, other) => (other.value > one.value ? other : one));
    return {
      rows,
      without,
      days: rows.map((row) => row.day),
      outlook: outlook.text,
      columns: [
        column("day", "Day", dayAndYear),
        column("value", "Net revenue", moneyExact),
        column("average", "7-day average", (cents) => (cents === null ? NONE : moneyExact(Math.round(cents)))),
        column("campaign", "Campaign"),
        ...(outlook.ahead.length ? FORECAST_COLUMNS : []),
      ],
      words: [
        `Net revenue per day; the best day was ${dayInFull(top.day)} with ${moneyExact(top.value)}.`,
        outlook.ahead.length ? `The forecast has the ${outlook.ahead.length} days to ${dayInFull(outlook.ahead.at(-1).day)}.` : "",
      ].join(" "),
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
    for (const text of choice.days.filter((one) => WHOLE_DAYS.has(one))) {
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
    if (!rows.some((row) => row.value)) return { empty: noMean(choice) };
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

  currencies(choice) {
    const amounts = ["gross_amount", "discount_amount", "refund_amount", "net_amount", "shipping_amount", "tax_amount"];
    const table = [...grouped(choice.within("currencies"), "currency")].map(([code, group]) => ({
      code,
      ...Object.fromEntries(amounts.map((name) => [name, { cents: sum(group, name), code }])),
      ...Object.fromEntries(["orders_sold", "orders_cancelled", "units"].map((name) => [name, sum(group, name)])),
      reported: sum(group, "net_amount_in_reporting_currency"),
    }));
    if (!table.length) return { empty: NO_SALES };
    const own = ({ cents, code }) => moneyExact(cents, code);
    return {
      table: table.sort((one, other) => other.reported - one.reported),
      columns: [
        column("code", "Currency"),
        column("orders_sold", "Orders sold", count),
        column("orders_cancelled", "Cancelled", count),
        column("units", "Units", quantity),
        column("gross_amount", "Gross", own),
        column("discount_amount", "Discounts", own),
        column("refund_amount", "Refunds", own),
        column("net_amount", "Net", own),
        column("shipping_amount", "Shipping", own),
        column("tax_amount", "Tax", own),
        column("reported", `Net in ${currency}`, moneyExact),
      ],
    };
  },
});
