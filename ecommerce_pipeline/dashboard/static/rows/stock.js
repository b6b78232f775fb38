// Rows of the charts of stock. They are as of the newest day: no period and no channel has a stock of its own.

const stockRow = (row) => ({
  ...row,
  key: String(row.product_id),
  label: row.product_name,
  share_sold: ratio(row.units_sold, row.units_available),
});

const STOCK_COLUMNS = [
  column("label", "Product"),
  column("category", "Category"),
  column("days_of_cover", "Days of cover", count),
  column("units_on_hand", "On hand", quantity),
  column("units_incoming", "Incoming", quantity),
  column("share_sold", "Sell-through", percent),
  column("days_out_of_stock", "Days out of stock", count),
  column("units_lost", "Units lost", quantity),
  column("amount_lost", "Sales lost", moneyExact),
];

const inDays = (number) => `${count(number)} ${number === 1 ? "day" : "days"}`;

Object.assign(ROWS, {
  lost_sales(choice) {
    const all = choice.rowsOf("stock_by_category");
    const rows = byValue(
      choice
        .rowsOf("stock")
        .filter((row) => row.amount_lost > 0)
        .map((row) => ({
          ...stockRow(row),
          value: row.amount_lost,
          shown: `${money(row.amount_lost)} · ${inDays(row.days_out_of_stock)}`,
          tip: tip(
            row.product_name,
            row.category,
            `out of stock for ${inDays(row.days_out_of_stock)}`,
            `about ${quantity(row.units_lost)} units, ${moneyExact(row.amount_lost)} lost`,
            `${quantity(row.units_on_hand)} on hand, ${quantity(row.units_incoming)} incoming`,
          ),
        })),
    ).slice(0, LEADERS);
    if (!rows.length) return { empty: "No sales were lost for want of stock." };
    return {
      rows,
      outlook: `About ${money(sum(all, "amount_lost"))} lost in all. ${count(sum(all, "products_out_of_stock"))} of ${count(sum(all, "products"))} products are out of stock.`,
      columns: STOCK_COLUMNS,
      words: best(rows, "products that lost the most"),
    };
  },

  stock_cover(choice) {
    const rows = choice
      .rowsOf("stock")
      .filter((row) => row.units_on_hand > 0 && row.units_sold > 0)
      .sort((one, other) => one.days_of_cover - other.days_of_cover || other.amount_before_refunds - one.amount_before_refunds)
      .slice(0, LEADERS)
      .map((row) => ({
        ...stockRow(row),
        value: row.days_of_cover,
        shown: `${inDays(row.days_of_cover)} · ${quantity(row.units_on_hand)} left`,
        tip: tip(
          row.product_name,
          row.category,
          `${quantity(row.units_on_hand)} on hand last ${inDays(row.days_of_cover)}`,
          `${quantity(row.units_incoming)} incoming`,
          `${quantity(row.units_sold)} sold, ${moneyExact(row.amount_before_refunds)} before refunds`,
        ),
      }));
    if (!rows.length) return { empty: "No product in stock was sold." };
    return {
      rows,
      columns: STOCK_COLUMNS,
      words: `${rows[0].label} runs out first, in ${inDays(rows[0].value)}.`,
    };
  },

  sell_through(choice) {
    const rows = byValue(
      choice.rowsOf("stock_by_category").map((row) => {
        const value = ratio(row.units_sold, row.units_available);
        const text = nameOf("category").member(row.category);
        return {
          ...row,
          key: row.category,
          label: text,
          value,
          shown: percent(value),
          tip: tip(text, `${quantity(row.units_sold)} sold of ${quantity(row.units_available)}`, `${count(row.products_out_of_stock)} products out of stock`),
        };
      }),
    );
    return {
      rows,
      columns: [
        column("label", "Category"),
        column("value", "Sell-through", percent),
        column("units_sold", "Units sold", quantity),
        column("units_on_hand", "On hand", quantity),
        column("products", "Products", count),
        column("products_out_of_stock", "Out of stock", count),
        column("units_lost", "Units lost", quantity),
        column("amount_lost", "Sales lost", moneyExact),
      ],
      words: best(rows, "categories"),
    };
  },
});
