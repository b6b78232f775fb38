// What the page knows of its data: days, members and their names.

currency = DATA.currency;

function isPartial(text) {
  return text > DATA.last_whole_day;
}

// A mean is of whole days only: of today, the day that has not ended, there are only sums.
const WHOLE_DAYS = new Set(DATA.delivered.filter((text) => !isPartial(text)));
const DELIVERED = new Set(DATA.delivered);
const CAMPAIGNS = new Map(TABLES.campaigns.map((row) => [row.business_date, words(row.campaign)]));
// Tables of the contract of which no row was ever loaded, as few shops have them all.
const LOADED = new Set([
  ...TABLES.quality.filter((row) => row.rows_in).map((row) => row.table_name),
  ...TABLES.dimensions.filter((row) => row.members).map((row) => row.table_name),
]);
const METHODS = new Map(TABLES.methods.map((row) => [row.payment_method_id, row.method_name]));
const STORES = new Map(TABLES.stores.map((row) => [row.store_id, row]));
const PRODUCT_NAMES = new Map((TABLES.product_names || []).map((row) => [row.product_id, row.product_name]));

const CHANNELS = new Map(DATA.channels.map((channel) => [channel.key, channel]));
for (const channel of COLUMNS.sales.channel.words) {
  if (!CHANNELS.has(channel)) CHANNELS.set(channel, { key: channel, label: words(channel), color: "var(--series-5)" });
}

const REGIONS = new Intl.DisplayNames(LOCALE, { type: "region", fallback: "code" });
const country = (code) => (/^[A-Z]{2}$/.test(code) ? REGIONS.of(code) : words(code));

// The dimensions that filter the page, in the order of their fields.
const FILTERS = [
  { name: "channel", label: "Channel", many: "channels", member: (key) => CHANNELS.get(key)?.label ?? words(key) },
  { name: "country", label: "Country", many: "countries", member: country },
  { name: "category", label: "Category", many: "categories", member: (name) => (name === "unknown" ? "Unknown" : name) },
  { name: "device", label: "Device", many: "devices", member: words },
];
for (const filter of FILTERS) {
  const known = new Set();
  for (const table of ["sales", "lines"]) for (const word of COLUMNS[table]?.[filter.name]?.words || []) known.add(word);
  const order = [...CHANNELS.keys()];
  const rank = (word) => (word === "unknown" ? order.length + 1 : order.includes(word) ? order.indexOf(word) : order.length);
  filter.members = [...known].sort((one, other) => rank(one) - rank(other) || (filter.member(one) < filter.member(other) ? -1 : 1));
}

const NAMES = {
  ...Object.fromEntries(FILTERS.map((filter) => [filter.name, filter])),
  business_date: { label: "Day", member: dayAndYear },
  store_id: { label: "Store", member: (id) => (id === null ? "" : STORES.get(id)?.store_name ?? `Store ${id}`) },
  payment_method_id: { label: "Method", member: (id) => METHODS.get(id) || `Method ${id}` },
  product_id: { label: "Product", member: (id) => PRODUCT_NAMES.get(id) ?? String(id) },
  traffic_source: { label: "Source", member: words },
};
const nameOf = (dimension) => NAMES[dimension] || { label: words(dimension), member: (value) => words(value ?? "") };

function sum(rows, field) {
  let total = 0;
  for (const row of rows) total += row[field];
  return total;
}

function grouped(rows, field) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(row[field]);
    if (group) group.push(row);
    else groups.set(row[field], [row]);
  }
  return groups;
}
