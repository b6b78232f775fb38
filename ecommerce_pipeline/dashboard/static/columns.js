// The page's tables by column, as packing.py writes them: a column is read when it is first used.

const DATA = JSON.parse(document.getElementById("data").textContent);

async function inflated(text) {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let index = 0; index < packed.length; index += 1) bytes[index] = packed.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const BYTES = await inflated(document.getElementById("columns").textContent);

// Days and words are codes: places in `words`, or days after `first`. Other columns are numbers.
class Column {
  constructor(header, rows, start) {
    Object.assign(this, { header, rows, start });
    this.first = header.first;
    this.words = header.words && (header.null ? [null, ...header.words] : header.words);
  }

  get isCode() {
    return Boolean(this.words || this.first);
  }

  get values() {
    if (!this.read) this.read = this.header.float ? this.floats() : this.isCode ? this.codes() : this.numbers();
    return this.read;
  }

  planes(into, weights) {
    for (let plane = 0; plane < this.header.bytes; plane += 1) {
      const start = this.start + plane * this.rows;
      const weight = weights ** plane;
      for (let row = 0; row < this.rows; row += 1) into[row] += BYTES[start + row] * weight;
    }
    return into;
  }

  codes() {
    const kinds = [Uint8Array, Uint8Array, Uint16Array];
    return this.planes(new (kinds[this.header.bytes] || Uint32Array)(this.rows), 256);
  }

  // NaN is no value.
  numbers() {
    const numbers = this.planes(new Float64Array(this.rows), 256);
    const { from, scale } = this.header;
    const lacks = this.header.null;
    for (let row = 0; row < this.rows; row += 1) numbers[row] = lacks && !numbers[row] ? NaN : (numbers[row] + from) / scale;
    return numbers;
  }

  floats() {
    const raw = new Uint8Array(8 * this.rows);
    for (let plane = 0; plane < 8; plane += 1) {
      for (let row = 0; row < this.rows; row += 1) raw[8 * row + plane] = BYTES[this.start + plane * this.rows + row];
    }
    return new Float64Array(raw.buffer);
  }

  // A value as the table has it: a day, a word, a number, or null.
  at(row) {
    const value = this.values[row];
    if (this.words) return this.words[value];
    if (this.first) return addDays(this.first, value);
    return Number.isNaN(value) ? null : value;
  }
}

let read = 0;
const COLUMNS = Object.fromEntries(
  Object.entries(DATA.tables).map(([table, { rows, columns }]) => [
    table,
    Object.fromEntries(
      Object.entries(columns).map(([name, header]) => {
        const column = new Column(header, rows, read);
        read += header.bytes * rows;
        return [name, column];
      }),
    ),
  ]),
);

const TABLES = new Proxy({}, { get: (known, name) => (known[name] ??= rowsOf(name)), has: (_, name) => name in COLUMNS });

// The rows of a small table.
function rowsOf(name) {
  if (!COLUMNS[name]) return undefined;
  const columns = Object.entries(COLUMNS[name]);
  return Array.from({ length: DATA.tables[name].rows }, (_, row) =>
    Object.fromEntries(columns.map(([key, column]) => [key, column.at(row)])),
  );
}
