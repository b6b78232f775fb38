// Rows of the channel and store charts.

Object.assign(ROWS, {
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
            orders_sold: sum(group, "orders_sold"),
            units: sum(group, "units"),
            average_order: ratio(soldOf(group), sum(group, "orders_sold")),
            refund_share: ratio(sum(group, "refund_amount"), soldOf(group)),
            shown: withChange(value, earlierValue),
            tip: tip(
              lineOf(choice, channel.label, value, earlierValue),
              `${count(sum(group, "orders_sold"))} orders sold, of ${moneyExact(Math.round(ratio(soldOf(group), sum(group, "orders_sold")) || 0))}`,
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
        column("orders_sold", "Orders sold", count),
        column("units", "Units", quantity),
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
    if (!lines.some((line) => line.some((value) => value))) return { empty: noMean(choice) };
    const last = choice.days.findLastIndex((text) => WHOLE_DAYS.has(text));
    const rows = shown.flatMap((channel, position) =>
      choice.days.map((text, index) => ({
        day: text,
        channel: channel.label,
        color: channel.color,
        average: lines[position][index],
        point: index === last ? 1 : 0,
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
    if (choice.channel === "store") return { empty: "Visits are counted online only. Choose another channel." };
    const steps = [
      ["sessions", "Visits"],
      ["sessions_with_product_view", "viewed a product"],
      ["sessions_with_cart", "added to cart"],
      ["sessions_with_checkout", "started checkout"],
      ["sessions_with_order", "ordered"],
      ["sessions_with_sold_order", "bought"],
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
      words: `Of ${count(all)} visits, ${count(rows[5].value)} ended with an order sold, ${percent(rows[5].share)}.`,
    };
  },

  stores(choice) {
    if (choice.isOneChannel && choice.channel !== "store") {
      return { empty: "Store sales are in the channel Stores only. Choose it, or all channels." };
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
          location: tip([store.city, store.region, store.country].filter(Boolean).join(", ")),
          value,
          before: earlierValue,
          orders_sold: sum(group, "orders_sold"),
          shown: withChange(value, earlierValue),
          tip: tip(
            lineOf(choice, store.store_name, value, earlierValue),
            `${count(sum(group, "orders_sold"))} orders sold`,
            [store.city, store.region, store.country].filter(Boolean).join(", "),
          ),
        };
      }),
    );
    if (!table.length) return { empty: "No store sales in this period." };
    return {
      rows: table.slice(0, 10),
      table,
      without: withoutBefore(choice),
      columns: [
        column("label", "Store"),
        column("location", "Location"),
        column("value", "Net revenue", moneyExact),
        column("before", "Period before", moneyExact),
        column("orders_sold", "Orders sold", count),
      ],
      words: best(table, "stores"),
    };
  },
});
