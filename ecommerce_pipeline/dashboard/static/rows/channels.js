// Rows of the channel and store charts.

const OF_CHANNEL = ["orders_sold", "units", "average_order_value", "refund_rate"];

// A chart of net revenue by one of the dimensions that filter the page: a bar leads to that member.
function revenueBy(dimension, what, color = () => null) {
  return (choice) => {
    const rows = moneyBars(choice, "net_revenue", dimension, { more: OF_CHANNEL, choose: dimension }).map((row) => ({
      ...row,
      color: color(row[dimension]),
    }));
    if (!rows.length) return { empty: NO_SALES };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", nameOf(dimension).label),
        column("value", label("net_revenue"), moneyExact),
        beforeColumn(choice, moneyExact),
        ...OF_CHANNEL.map((name) => metricColumn(name)),
      ],
      words: best(rows, what),
    };
  };
}

const ONLINE_ONLY = "Visits are counted online only. Choose another channel.";
const STEPS = [
  ["sessions", "Visits"],
  ["sessions_with_product_view", "viewed a product"],
  ["sessions_with_cart", "added to cart"],
  ["sessions_with_checkout", "started checkout"],
  ["sessions_with_order", "ordered"],
  ["sessions_with_sold_order", "bought"],
];

Object.assign(ROWS, {
  channel_revenue: revenueBy("channel", "channels", (key) => CHANNELS.get(key)?.color ?? "var(--series-5)"),

  countries: revenueBy("country", "countries"),

  devices: revenueBy("device", "devices"),

  channel_trends(choice) {
    const found = new Set(choice.by(["net_revenue"], ["channel"]).map((row) => row.channel));
    const shown = [...CHANNELS.values()].filter((channel) => found.has(channel.key));
    const lines = shown.map((channel) => choice.averages("net_revenue", choice.period, { where: { channel: channel.key } }));
    if (!lines.some((line) => line.some((value) => value))) return { empty: noMean(choice) };
    const last = choice.days.findLastIndex((text) => WHOLE_DAYS.has(text));
    const rows = shown.flatMap((channel, position) =>
      choice.days.map((text, index) => ({
        day: text,
        channel: channel.label,
        color: channel.color,
        average: lines[position][index],
        point: index === last ? 1 : 0,
        tip: tip(`${channel.label}, ${dayInFull(text)}`, `${mean(lines[position][index])} 7-day average`),
        drill: { label: channel.label, names: ["net_revenue", "orders_sold"], where: { channel: channel.key }, choose: { channel: [channel.key] } },
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
      columns: [column("day", "Day", dayOf), ...shown.map((channel) => column(channel.key, channel.label, mean))],
      words: `7-day averages of ${shown.map((channel) => channel.label).join(", ")}.`,
    };
  },

  funnel(choice) {
    if (choice.isOnly("channel", "store")) return { empty: ONLINE_ONLY };
    const names = [...STEPS.map(([name]) => name), "conversion_rate"];
    const visits = choice.total(names);
    const all = visits.sessions;
    if (!all) return { empty: "No visits in this period." };
    let earlier = null;
    const rows = STEPS.map(([key, text]) => {
      const value = visits[key];
      const row = {
        key,
        label: earlier === null ? text : `… ${text}`,
        value,
        share: ratio(value, all),
        of_step: earlier === null ? null : ratio(value, earlier),
        shown: earlier === null ? count(value) : `${count(value)} · ${percent(ratio(value, all))}`,
        tip: tip(
          `${count(value)} visits ${earlier === null ? "" : text}`,
          `${percent(ratio(value, all))} of all visits`,
          earlier !== null && `${percent(ratio(value, earlier))} of the step before`,
        ),
        drill: { label: `visits: ${text.toLowerCase()}`, names: [key], where: {} },
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
      words: `Of ${count(all)} visits, ${count(rows[5].value)} ended with an order sold: a conversion rate of ${percent(visits.conversion_rate)}.`,
    };
  },

  sources(choice) {
    if (choice.isOnly("channel", "store")) return { empty: ONLINE_ONLY };
    const names = ["conversion_rate", "sessions", "sessions_with_sold_order"];
    const rows = byValue(
      choice.by(names, ["traffic_source"]).map((row) => {
        const text = words(row.traffic_source);
        return {
          ...row,
          key: row.traffic_source,
          label: text,
          value: row.conversion_rate,
          shown: `${percent(row.conversion_rate)} of ${count(row.sessions)}`,
          tip: tip(text, `${count(row.sessions_with_sold_order)} of ${count(row.sessions)} visits led to an order sold`),
          drill: { label: text, names, where: { traffic_source: row.traffic_source } },
        };
      }),
    );
    if (!rows.length) return { empty: "No visits in this period." };
    return {
      rows,
      columns: [column("label", "Source"), ...names.map((name) => metricColumn(name))],
      words: best(rows, "sources"),
    };
  },

  stores(choice) {
    if (choice.members("channel") && !choice.members("channel").has("store")) {
      return { empty: "Store sales are in the channel Stores only. Choose it, or all channels." };
    }
    const locationOf = (id) => {
      const { city, region, country: code } = STORES.get(id) || {};
      return [city, region, code].filter(Boolean).join(", ");
    };
    const table = moneyBars(choice, "net_revenue", "store_id", { more: ["orders_sold"] }).map((row) => ({
      ...row,
      location: locationOf(row.store_id),
      tip: tip(row.tip, locationOf(row.store_id)),
    }));
    if (!table.length) return { empty: "No store sales in this period." };
    return {
      rows: table.slice(0, 10),
      table,
      without: withoutBefore(choice),
      columns: [
        column("label", "Store"),
        column("location", "Location"),
        column("value", label("net_revenue"), moneyExact),
        beforeColumn(choice, moneyExact),
        metricColumn("orders_sold"),
      ],
      words: best(table, "stores"),
    };
  },
});
