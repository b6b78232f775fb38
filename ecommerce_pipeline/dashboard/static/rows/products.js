// Rows of the product charts.

Object.assign(ROWS, {
  products_by_revenue(choice) {
    return productRows(choice, "net_amount", (row) => ({ value: row.net_amount, shown: money(row.net_amount) }));
  },

  products_by_units(choice) {
    return productRows(choice, "units", (row) => ({
      value: row.units,
      returned: row.units_returned,
      shown: row.units_returned ? `${quantity(row.units)} · ${quantity(row.units_returned)} returned` : quantity(row.units),
    }));
  },

  categories: revenueOfCategories,

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

function revenueOfCategories(choice) {
  const more = ["units", "return_rate"];
  const rows = moneyBars(choice, "net_revenue", "category", { more, choose: "category" });
  if (!rows.length) return { empty: NO_SALES };
  return {
    rows,
    without: withoutBefore(choice),
    columns: [
      column("label", "Category"),
      column("value", label("net_revenue"), moneyExact),
      beforeColumn(choice, moneyExact),
      ...more.map((name) => metricColumn(name)),
    ],
    words: best(rows, "categories"),
  };
}

const LEADERS = 10;

// The page holds the products that lead a fixed period, in all channels or in one: in others it ranks these.
function isExact(choice) {
  const isFixed = DATA.periods.some(({ first, last }) => first === choice.period.first && last === choice.period.last);
  return isFixed && choice.filters.every(([name, members]) => name === "channel" && members.size === 1);
}

function productRows(choice, measure, drawn) {
  const names = ["net_amount", "units", "units_returned", "return_rate"];
  const categories = new Map(choice.by(["units"], ["product_id", "category"]).map((row) => [row.product_id, row.category]));
  const rows = choice
    .by(names, ["product_id"])
    .filter((row) => row.units > 0)
    .sort((one, other) => other[measure] - one[measure] || (one.product_id < other.product_id ? -1 : 1))
    .slice(0, LEADERS)
    .map((row) => {
      const text = nameOf("product_id").member(row.product_id);
      return {
        ...row,
        key: String(row.product_id),
        label: text,
        category: categories.get(row.product_id),
        tip: tip(
          text,
          categories.get(row.product_id),
          `${moneyExact(row.net_amount)} net revenue`,
          `${quantity(row.units)} sold, ${quantity(row.units_returned)} returned`,
        ),
        drill: { label: text, names, where: { product_id: row.product_id } },
        ...drawn(row),
      };
    });
  if (!rows.length) return { empty: NO_SALES };
  return {
    rows,
    remark: isExact(choice) ? "" : "Among the products that lead a fixed period, in all channels or in one.",
    columns: [
      column("label", "Product"),
      column("category", "Category"),
      column("net_amount", "Net revenue", moneyExact),
      metricColumn("units", "Units"),
      metricColumn("units_returned", "Returned"),
      metricColumn("return_rate"),
    ],
    words: best(rows, "products"),
  };
}
