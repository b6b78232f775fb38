// Rows of the sales and revenue charts.

const OF_DAY = ["net_revenue", "orders_sold", "units"];

// The averages of the days that the days are compared with; of a leap day a year ago, those of the day before.
function averagesBefore(choice, name) {
  const averages = choice.averages(name, choice.before);
  const places = new Map(daysBetween(choice.before.first, choice.before.last).map((text, index) => [text, index]));
  return choice.days.map((text) => averages[places.get(choice.dayBefore(text))] ?? null);
}

const missingMean = (text) => (isPartial(text) ? `so far, until ${DATA.partial_until}` : "incomplete day");

Object.assign(ROWS, {
  revenue_by_day(choice) {
    const net = choice.series("net_revenue");
    const smooth = choice.averages("net_revenue");
    const outlook = outlookOf(choice);
    const earlier = choice.before && averagesBefore(choice, "net_revenue");
    let running = null;
    const past = choice.days.map((text, index) => {
      const campaign = CAMPAIGNS.get(text) || null;
      const isFirst = campaign !== null && campaign !== running;
      running = campaign;
      const before = earlier ? earlier[index] : null;
      return {
        day: text,
        value: net(text),
        fill: isPartial(text) ? 0.5 : 1,
        average: smooth[index],
        before,
        campaign,
        campaign_name: isFirst ? campaign : null,
        tip: tip(
          dayInFull(text),
          `${moneyExact(net(text))} net revenue`,
          smooth[index] === null ? missingMean(text) : `${mean(smooth[index])} 7-day average`,
          before !== null && `${mean(before)} 7-day average, ${choice.beforeLabel}`,
          campaign,
        ),
        drill: { label: dayAndYear(text), names: OF_DAY, where: {}, span: { first: text, last: text }, choose: { days: [text, text] } },
      };
    });
    if (!past.some((row) => row.value)) return { empty: NO_SALES };
    const rows = withAhead(past, outlook.ahead);
    const without = [];
    if (!outlook.ahead.length) without.push("Forecast", "80 % interval", "95 % interval");
    if (!choice.before) without.push(`7-day average, ${BEFORE.toLowerCase()}`);
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
        column("day", "Day", dayOf),
        column("value", "Net revenue", moneyExact),
        column("average", "7-day average", mean),
        ...(choice.before ? [column("before", `7-day average, ${choice.beforeLabel}`, mean)] : []),
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
    const names = ["gross_amount", "discount_amount", "refund_amount", "sales_before_refunds", "net_revenue"];
    const found = choice.total(names);
    const { gross_amount: gross, discount_amount: discount, refund_amount: refund, net_revenue: net } = found;
    const sold = found.sales_before_refunds;
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
        step("Discounts", gross, sold, -discount, "var(--bad)"),
        step("Refunds", sold, net, -refund, "var(--bad)"),
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
    const net = choice.series("net_revenue");
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
          tip: tip(`${row.weekday}: ${mean(value)}`, `mean of ${label}`),
        };
      });
    if (!rows.some((row) => row.value)) return { empty: noMean(choice) };
    return {
      rows,
      columns: [
        column("weekday", "Weekday"),
        column("value", "Mean net revenue", mean),
        column("days", "Days", count),
      ],
      words: best(byValue([...rows]), "weekdays"),
    };
  },

  currencies(choice) {
    const amounts = ["gross_amount", "discount_amount", "refund_amount", "net_amount", "shipping_amount", "tax_amount"];
    const counts = ["orders_sold", "orders_cancelled", "units"];
    const names = [...amounts, ...counts, "net_amount_in_reporting_currency"];
    const table = choice.by(names, ["currency"], { from: "currencies" }).map(({ currency: code, ...row }) => ({
      ...row,
      code,
      ...Object.fromEntries(amounts.map((name) => [name, { cents: row[name], code }])),
      reported: row.net_amount_in_reporting_currency,
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
