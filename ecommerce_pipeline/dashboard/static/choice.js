// The selection: days, the days they are compared with, and filters; and the metrics that it has.

class Choice {
  constructor({ first, last, compare, filters }) {
    this.period = { first, last };
    this.compare = compare;
    this.filters = FILTERS.filter(({ name }) => filters[name]?.length).map(({ name }) => [name, new Set(filters[name])]);
    this.days = daysBetween(first, last);
    this.before = this.spanBefore();
    this.ignored = new Set();
  }

  // The days to compare with, if all of them were delivered and none of the selected ones is still going on.
  spanBefore() {
    const { first, last } = this.period;
    const before =
      this.compare === "year"
        ? { first: addMonths(first, -12), last: addMonths(last, -12) }
        : { first: addDays(first, -this.days.length), last: addDays(first, -1) };
    if (isPartial(last)) return null;
    return daysBetween(before.first, before.last).every((text) => DELIVERED.has(text)) ? before : null;
  }

  get beforeLabel() {
    return this.compare === "year" ? "year ago" : "period before";
  }

  // The day that a day is compared with.
  dayBefore(text) {
    return this.compare === "year" ? addMonths(text, -12) : addDays(text, -this.days.length);
  }

  // The same selection, which notes the filters that do not apply to what it is asked.
  noting() {
    return Object.assign(Object.create(Choice.prototype), this, { ignored: new Set() });
  }

  members(name) {
    return this.filters.find(([filter]) => filter === name)?.[1] ?? null;
  }

  isOnly(name, member) {
    const members = this.members(name);
    return members !== null && members.size === 1 && members.has(member);
  }

  get hasFilters() {
    return this.filters.length > 0;
  }

  get filterWords() {
    if (!this.hasFilters) return "all channels";
    return this.filters
      .map(([name, members]) => [...members].map(NAMES[name].member).join(" or "))
      .join(", ");
  }

  // Rows with the members of some dimensions and the values of metrics, or sums of columns, for each combination.
  // `where` has the members of dimensions that the rows are of; `from` names a cube.
  by(names, dimensions = [], { span = this.period, where = {}, from = null } = {}) {
    const inputs = inputsOf(names);
    const asked = [...dimensions, ...Object.keys(where)];
    const cube = from ? CUBES.get(from) : cubeOf(inputs, asked, this.filters);
    if (!cube) return [];
    const applied = this.filters.filter(([name]) => cube.has([name]));
    for (const [name] of this.filters) if (!cube.has([name])) this.ignored.add(name);
    const only = Object.entries(where).map(([name, member]) => [name, new Set([member])]);
    const rows = cube.sums(cube.select(span, [...applied, ...only]), dimensions, inputs);
    for (const row of rows) for (const name of names) row[name] = valueOf(name, row);
    return rows;
  }

  // Those of other metrics that can be had with one, under the same filters.
  besides(metric, dimensions, others) {
    const cube = cubeOf(inputsOf([metric]), dimensions, this.filters);
    return cube ? others.filter((name) => cube.has(inputsOf([name]))) : [];
  }

  // The same of the days to compare with; null if there are none.
  byBefore(names, dimensions = [], more = {}) {
    return this.before && this.by(names, dimensions, { ...more, span: this.before });
  }

  total(names, more = {}) {
    return this.by(names, [], more)[0] ?? Object.fromEntries(names.map((name) => [name, valueOf(name, {})]));
  }

  totalBefore(names, more = {}) {
    return this.before && this.total(names, { ...more, span: this.before });
  }

  // The value of a metric by day; 0 of a day without rows.
  series(name, span = this.period, more = {}) {
    const values = new Map(this.by([name], ["business_date"], { ...more, span }).map((row) => [row.business_date, row[name]]));
    return (text) => values.get(text) ?? 0;
  }

  // For each whole day, the mean over the whole days among the seven that end with it.
  averages(name, span = this.period, more = {}) {
    const value = this.series(name, { first: addDays(span.first, -6), last: span.last }, more);
    const all = daysBetween(addDays(span.first, -6), span.last).map((text) => (WHOLE_DAYS.has(text) ? value(text) : null));
    return all.slice(6).map((today, index) => {
      if (today === null) return null;
      const week = all.slice(index, index + 7).filter((one) => one !== null);
      return week.reduce((total, one) => total + one, 0) / week.length;
    });
  }

  // Rows of the selected days, whatever the filters.
  within(name) {
    return TABLES[name].filter((row) => isWithin(row.business_date, this.period));
  }

  // Rows of a table that has no days, of the members that the filters admit.
  rowsOf(name) {
    const filters = this.filters.filter(([filter]) => filter in COLUMNS[name]);
    for (const [filter] of this.filters) if (!(filter in COLUMNS[name])) this.ignored.add(filter);
    return TABLES[name].filter((row) => filters.every(([filter, members]) => members.has(row[filter])));
  }
}

// Rows by the member of a dimension.
function keyed(rows, dimension) {
  return rows && new Map(rows.map((row) => [row[dimension], row]));
}
