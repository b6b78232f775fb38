// Rows of the charts of campaigns, traffic sources, ads and coupons. Bars are of those that there are; the table has the rest.

const WITHOUT = { none: "None", unknown: "Not known" };
const REST = Object.keys(WITHOUT);

function broughtBy(dimension, metric, more, what) {
  return (choice) => {
    const table = moneyBars(choice, metric, dimension, { more, labelOf: (member) => WITHOUT[member] ?? words(member) });
    const rows = table.filter((row) => !REST.includes(row.key));
    if (!rows.length) return { empty: `No ${what} in this period.` };
    return {
      rows: rows.slice(0, 12),
      table,
      without: withoutBefore(choice),
      columns: [
        column("label", words(dimension)),
        column("value", "Net revenue", moneyExact),
        beforeColumn(choice, moneyExact),
        ...more.map((name) => metricColumn(name)),
      ],
      words: best(rows, what),
    };
  };
}

const SPENT = ["customers_acquired", "customer_acquisition_cost", "attributed_sales_amount", "return_on_ad_spend", "cost_per_click"];

Object.assign(ROWS, {
  ad_spend(choice) {
    const rows = moneyBars(choice, "ad_cost_amount", "traffic_source", { more: SPENT }).filter((row) => row.value || row.before);
    if (!rows.length) return { empty: "No ads in this period." };
    return {
      rows,
      without: withoutBefore(choice),
      columns: [
        column("label", "Traffic source"),
        metricColumn("ad_cost_amount"),
        beforeColumn(choice, moneyExact),
        ...SPENT.map((name) => metricColumn(name)),
      ],
      words: best(rows, "sources of visits from ads"),
    };
  },

  campaigns: broughtBy("campaign", "net_amount", ["sessions", "orders_sold", "margin_amount"], "orders from campaigns"),

  source_revenue: broughtBy("traffic_source", "net_amount", ["sessions", "orders_sold", "margin_amount"], "orders from visits"),

  coupons: broughtBy("coupon_code", "net_revenue", ["orders_sold", "average_order_value", "discount_amount", "discount_rate"], "orders with a coupon"),
});
