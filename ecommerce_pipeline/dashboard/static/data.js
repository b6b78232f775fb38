// The page's data as rows, and the rows of a selected period and channel.

const DATA = JSON.parse(document.getElementById("data").textContent);
currency = DATA.currency;

const DAY_MS = 86400000;

function addDays(text, days) {
  return new Date(midnight(text).getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

function addMonths(text, months) {
  const later = midnight(text);
  later.setUTCMonth(later.getUTCMonth() + months);
  return later.toISOString().slice(0, 10);
}

function daysBetween(first, last) {
  const all = [];
  for (let time = midnight(first).getTime(); time <= midnight(last).getTime(); time += DAY_MS) {
    all.push(new Date(time).toISOString().slice(0, 10));
  }
  return all;
}

function isPartial(text) {
  return text > DATA.last_whole_day;
}

function valuesOf(column) {
  if (column.words) return column.values.map((code) => (code === null ? null : column.words[code]));
  if (!column.first_day) return column.values;
  const known = new Map();
  return column.values.map((offset) => {
    if (!known.has(offset)) known.set(offset, addDays(column.first_day, offset));
    return known.get(offset);
  });
}

function rowsOf(table) {
  const names = Object.keys(table);
  const columns = names.map((name) => valuesOf(table[name]));
  const rows = new Array(columns.length ? columns[0].length : 0);
  for (let index = 0; index < rows.length; index += 1) {
    const row = {};
    for (let position = 0; position < names.length; position += 1) row[names[position]] = columns[position][index];
    rows[index] = row;
  }
  return rows;
}

const TABLES = Object.fromEntries(Object.entries(DATA.tables).map(([name, table]) => [name, rowsOf(table)]));
// A mean is of whole days only: of today, the day that has not ended, there are only sums.
const WHOLE_DAYS = new Set(DATA.delivered.filter((text) => !isPartial(text)));
const CAMPAIGNS = new Map(TABLES.campaigns.map((row) => [row.business_date, words(row.campaign)]));
const CHANNELS = new Map(DATA.channels.map((channel) => [channel.key, channel]));
for (const { channel } of TABLES.sales) {
  if (!CHANNELS.has(channel)) CHANNELS.set(channel, { key: channel, label: words(channel), color: "var(--series-5)" });
}
// Tables of the contract of which no row was ever loaded, as few shops have them all.
const LOADED = new Set([
  ...TABLES.quality.filter((row) => row.rows_in).map((row) => row.table_name),
  ...TABLES.dimensions.filter((row) => row.members).map((row) => row.table_name),
]);
const METHODS = new Map(TABLES.methods.map((row) => [row.payment_method_id, row.method_name]));
const STORES = new Map(TABLES.stores.map((row) => [row.store_id, row]));

function isWithin(text, span) {
  return text >= span.first && text <= span.last;
}

function sum(rows, field) {
  let total = 0;
  for (const row of rows) total += row[field];
  return total;
}

function grouped(rows, field) {
  const groups = new Map();
  for (const row of rows) {
    const key = row[field];
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

// The selection: a period, with the period before it if it can be compared, and a channel.
class Choice {
  constructor(period, channel) {
    this.period = period;
    this.channel = channel;
    this.days = daysBetween(period.first, period.last);
  }

  get isOneChannel() {
    return this.channel !== DATA.all_channels;
  }

  get channelLabel() {
    return this.isOneChannel ? CHANNELS.get(this.channel).label : "All channels";
  }

  ofChannel(rows) {
    return this.isOneChannel ? rows.filter((row) => row.channel === this.channel) : rows;
  }

  // Rows of the period, of all channels.
  within(name) {
    return TABLES[name].filter((row) => isWithin(row.business_date, this.period));
  }

  now(name) {
    return this.ofChannel(this.within(name));
  }

  // The rows of the period before; null if there is none to compare with.
  before(name) {
    const span = this.period.before;
    if (!span) return null;
    return this.ofChannel(TABLES[name].filter((row) => isWithin(row.business_date, span)));
  }
}
