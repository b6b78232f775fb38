// The cubes: sums over the rows of a mart by day, for the days, filters and dimensions that are asked for.
//
// Plain loops over typed arrays: a loop per column over the places of the selected rows takes a tenth of the time of
// libraries for cross-filtering, which keep objects and indexes.

class Cube {
  constructor(name) {
    this.name = name;
    this.columns = COLUMNS[name];
    this.rows = DATA.tables[name].rows;
    this.selections = new Map();
  }

  has(names) {
    return names.every((name) => name in this.columns);
  }

  // The first row of a day, or of the next one: rows are sorted by day.
  rowOf(text) {
    const { first, values } = this.columns.business_date;
    if (!first) return 0;
    const wanted = numberOfDays(first, text) - 1;
    let [low, high] = [0, this.rows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // The places of the rows of some days, by the members that each filter admits; kept, as most charts share one.
  select(span, filters) {
    const key = JSON.stringify([span.first, span.last, filters.map(([name, members]) => [name, ...members])]);
    if (!this.selections.has(key)) {
      if (this.selections.size > 20) this.selections.clear();
      this.selections.set(key, { span, places: this.placesOf(span, filters), groups: new Map() });
    }
    return this.selections.get(key);
  }

  placesOf(span, filters) {
    const first = this.rowOf(span.first);
    let length = Math.max(0, this.rowOf(addDays(span.last, 1)) - first);
    const places = new Int32Array(length);
    for (let index = 0; index < length; index += 1) places[index] = first + index;
    for (const [name, members] of filters) {
      const { words, values } = this.columns[name];
      const admitted = Uint8Array.from(words, (word) => (members.has(word) ? 1 : 0));
      let kept = 0;
      for (let index = 0; index < length; index += 1) {
        places[kept] = places[index];
        kept += admitted[values[places[index]]];
      }
      length = kept;
    }
    return places.subarray(0, length);
  }

  // The group of each selected row, and the groups that there are, with their members.
  groupsOf(selection, dimensions) {
    const key = dimensions.join();
    if (!selection.groups.has(key)) selection.groups.set(key, this.grouped(selection, dimensions));
    return selection.groups.get(key);
  }

  grouped({ places, span }, dimensions) {
    const codes = new Int32Array(places.length);
    const parts = dimensions.map((name) => {
      const column = this.columns[name];
      const start = column.first ? Math.max(0, numberOfDays(column.first, span.first) - 1) : 0;
      // A day that no row has is in no list.
      const size = column.first ? numberOfDays(span.first, span.last) : (column.words ?? []).length;
      const { values } = column;
      for (let index = 0; index < places.length; index += 1) codes[index] = codes[index] * size + values[places[index]] - start;
      const base = column.first && addDays(column.first, start);
      return { name, size, member: (code) => (base ? addDays(base, code) : column.words[code]) };
    });
    const size = parts.reduce((all, part) => all * part.size, 1);
    const present = new Uint8Array(size);
    for (let index = 0; index < codes.length; index += 1) present[codes[index]] = 1;
    const found = [];
    for (let code = 0; code < size; code += 1) if (present[code] || !dimensions.length) found.push({ code, ...membersOf(code, parts) });
    return { codes, size, found, sums: new Map() };
  }

  // The sums of columns by group, as rows.
  sums(selection, dimensions, names) {
    const groups = this.groupsOf(selection, dimensions);
    const totals = names.map((name) => {
      if (!groups.sums.has(name)) groups.sums.set(name, totalsOf(selection.places, groups, this.columns[name].values));
      return groups.sums.get(name);
    });
    return groups.found.map(({ code, ...row }) => {
      names.forEach((name, position) => {
        row[name] = totals[position][code];
      });
      return row;
    });
  }
}

function totalsOf(places, { codes, size }, values) {
  const totals = new Float64Array(size);
  for (let index = 0; index < places.length; index += 1) totals[codes[index]] += values[places[index]];
  return totals;
}

function membersOf(code, parts) {
  const row = {};
  let rest = code;
  for (const { name, size, member } of [...parts].reverse()) {
    row[name] = member(rest % size);
    rest = Math.floor(rest / size);
  }
  return row;
}

// Sums over currencies mean nothing: their cube answers only where it is named.
const APART = ["currencies", "forecast"];
const CUBES = new Map(
  Object.keys(COLUMNS)
    .filter((name) => COLUMNS[name].business_date)
    .map((name) => [name, new Cube(name)]),
);

// Where several have what is asked for, the first that the most filters apply to answers.
function cubeOf(names, dimensions, filters) {
  let best = null;
  for (const cube of CUBES.values()) {
    if (APART.includes(cube.name) || !cube.has([...names, ...dimensions])) continue;
    const applied = filters.filter(([name]) => cube.has([name])).length;
    if (!best || applied > best.applied) best = { cube, applied };
  }
  return best && best.cube;
}
