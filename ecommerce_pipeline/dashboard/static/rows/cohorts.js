// Rows of the charts that follow customers from their first order on.

const LONG_PERIOD = 92; // days; longer periods show retention by month, others by week
const COHORTS = 12;
const COHORT_UNITS = {
  week: { name: "week", short: "wk", label: day, add: (start, weeks) => addDays(start, 7 * weeks) },
  month: { name: "month", short: "mo", label: month, add: addMonths },
};

Object.assign(ROWS, {
  cohort_retention(choice) {
    const unit = COHORT_UNITS[choice.days.length > LONG_PERIOD ? "month" : "week"];
    const known = choice
      .rowsOf("cohorts")
      .filter((row) => row.cohort_unit === unit.name && row.cohort_start_date <= choice.period.last)
      .filter((row) => unit.add(row.cohort_start_date, 1) > choice.period.first);
    const byCohort = [...grouped(known, "cohort_start_date")].sort(([one], [other]) => (one < other ? -1 : 1)).slice(-COHORTS);
    const rows = byCohort.flatMap(([start, cells]) => {
      const active = (since) => sum(cells.filter((row) => row.units_since_first === since), "active_customers");
      const size = active(0);
      const cohort = `${unit.label(start)} (${count(size)})`;
      const found = [];
      for (let since = 1; since <= COHORTS && unit.add(start, since) <= DATA.as_of; since += 1) {
        const later = `${since} ${unit.name}${since === 1 ? "" : "s"} later`;
        const again = active(since);
        const isOver = addDays(unit.add(start, since + 1), -1) <= DATA.last_whole_day;
        found.push({
          start,
          cohort,
          since,
          later: `+${since} ${unit.short}`,
          again,
          size,
          share: ratio(again, size),
          over: isOver ? "yes" : "not yet",
          shown: `${percent(ratio(again, size))}${isOver ? "" : "*"}`,
          tip: tip(
            `First order in the ${unit.name} of ${unit.label(start)}`,
            `${count(again)} of ${count(size)} bought again ${later}${isOver ? "" : ", so far"}`,
          ),
        });
      }
      return found;
    });
    if (!rows.length) return { empty: `No customer who first bought in this period has had a later ${unit.name} to buy again.` };
    const next = rows.filter((row) => row.since === 1);
    return {
      rows: [...rows].sort((one, other) => one.since - other.since || (one.start < other.start ? -1 : 1)),
      lines: new Set(rows.map((row) => row.cohort)).size,
      table: rows,
      columns: [
        column("cohort", "First order"),
        column("since", `${words(unit.name)}s later`, count),
        column("again", "Customers", count),
        column("share", "Of the cohort", percent),
        column("over", `${words(unit.name)} over`),
      ],
      words: `Of ${count(sum(next, "size"))} customers who first bought in the ${unit.name}s of this period, ${percent(ratio(sum(next, "again"), sum(next, "size")))} bought again one ${unit.name} later.`,
    };
  },

  // Months of first orders up to the period's end: most periods are too short for a curve.
  lifetime_value(choice) {
    const known = choice.rowsOf("ltv").filter((row) => row.net_amount !== null && row.cohort_month <= choice.period.last);
    const byMonth = [...grouped(known, "cohort_month")].sort(([one], [other]) => (one < other ? -1 : 1));
    const shown = byMonth.slice(-COHORTS);
    const rows = shown.flatMap(([start, group], place) =>
      [...grouped(group, "days")].map(([days, cells]) => {
        const customers = sum(cells, "cohort_customers");
        const value = ratio(sum(cells, "net_amount"), customers);
        return {
          cohort: month(start),
          days,
          customers,
          value,
          weight: 0.25 + (0.75 * (place + 1)) / shown.length,
          tip: tip(`First order in ${month(start)}`, `${mean(value)} per customer in ${days} days`, `${count(customers)} customers`),
        };
      }),
    );
    if (!rows.length) return { empty: "No month of first orders lies 30 days back." };
    const newest = rows.filter((row) => row.cohort === rows.at(-1).cohort).at(-1);
    return {
      rows: rows.sort((one, other) => one.days - other.days),
      table: [...rows].sort((one, other) => shown.findIndex(([start]) => month(start) === one.cohort) - shown.findIndex(([start]) => month(start) === other.cohort)),
      columns: [
        column("cohort", "First order"),
        column("days", "Days", count),
        column("customers", "Customers", count),
        column("value", "Net revenue per customer", mean),
      ],
      words: `Customers of ${newest.cohort} brought ${mean(newest.value)} each in ${newest.days} days.`,
    };
  },

  repeat_rate(choice) {
    const known = choice.rowsOf("repeat");
    const sizes = new Map(known.map((row) => [row.cohort_month, row.cohort_customers]));
    const rows = [30, 60, 90, 180, 365].flatMap((days) => {
      const old = [...sizes.keys()].filter((start) => addDays(addMonths(start, 1), days - 1) <= DATA.last_whole_day);
      const customers = old.reduce((total, start) => total + sizes.get(start), 0);
      if (!customers) return [];
      const reached = (number) =>
        sum(known.filter((row) => row.order_number === number && row.days_since_first < days && old.includes(row.cohort_month)), "customers");
      const [value, third] = [ratio(reached(2), customers), ratio(reached(3), customers)];
      return [
        {
          key: String(days),
          label: `Within ${days} days`,
          customers,
          value,
          third,
          shown: `${percent(value)} · third ${percent(third)}`,
          tip: tip(`Within ${days} days`, `${count(reached(2))} of ${count(customers)} customers ordered again`, `${count(reached(3))} a third time`),
        },
      ];
    });
    if (!rows.length) return { empty: "No month of first orders lies 30 days back." };
    return {
      rows,
      columns: [
        column("label", "Days since the first order"),
        column("customers", "Customers", count),
        column("value", "Second order", percent),
        column("third", "Third order", percent),
      ],
      words: `${percent(rows[0].value)} of customers order again within ${rows[0].label.match(/\d+/)[0]} days.`,
    };
  },
});
