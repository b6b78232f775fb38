// Rows of the product charts.

Object.assign(ROWS, {
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
      shown: row.units_returned ? `${quantity(row.units)} · ${quantity(row.units_returned)} returned` : quantity(row.units),
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
        column("units", "Units", quantity),
      ],
      words: best(rows, "categories"),
    };
  },

  pairs() {
    const name = (product, id) => product ?? String(id);
    const table = TABLES.pairs.map((row) => ({
      product: name(row.product_name, row.product_id),
      other: name(row.other_product_name, row.other_product_id),
      pair_orders: row.pair_orders,
      confidence: row.confidence / 100,
      lift: row.lift / 100,
    }));
    return {
      table,
      columns: [
        column("product", "Product"),
        column("other", "Goes with"),
        column("pair_orders", "Orders with both", count),
        column("confidence", "Of the product's orders", percent),
        column("lift", "Lift", (times) => `${count(Math.round(times))} times`),
      ],
    };
  },
});

function productRows(choice, rank, drawn) {
  const rows = TABLES.products
    ? TABLES.products
        .filter((row) => row.period === choice.period.key && row.channel === choice.channel && row[rank] <= 10)
        .sort((one, other) => one[rank] - other[rank])
        .map((row) => ({ ...row, label: row.product_name ?? String(row.product_id) }))
        .map((row) => ({
          ...row,
          key: String(row.product_id),
          return_share: ratio(row.units_returned, row.units),
          tip: tip(
            row.label,
            row.category,
            `${moneyExact(row.net_amount)} net revenue`,
            `${quantity(row.units)} sold, ${quantity(row.units_returned)} returned`,
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
      column("units", "Units", quantity),
      column("units_returned", "Returned", quantity),
      column("return_share", "Returned, of units", percent),
    ],
    words: best(rows, "products"),
  };
}
