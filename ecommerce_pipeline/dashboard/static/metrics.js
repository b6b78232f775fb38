// The metrics: each is an expression of sums, which can be added. No formula is written here; all are data.

const METRICS = DATA.metrics;

// Nothing to divide by leaves no finite number, which is no value.
function compiled(expression) {
  const tokens = expression.match(/[a-z_][a-z0-9_]*|\d+(?:\.\d+)?|[-+*/()]/g);
  let next = 0;
  const binary = (operand, operations) => () => {
    let value = operand();
    while (tokens[next] in operations) {
      const [operation, left] = [operations[tokens[next]], value];
      next += 1;
      const right = operand();
      value = (sums) => operation(left(sums), right(sums));
    }
    return value;
  };
  const primary = () => {
    const token = tokens[next];
    next += 1;
    if (token !== "(") return /^\d/.test(token) ? () => Number(token) : (sums) => sums[token];
    const inner = whole();
    next += 1;
    return inner;
  };
  const product = binary(primary, { "*": (one, other) => one * other, "/": (one, other) => one / other });
  const whole = binary(product, { "+": (one, other) => one + other, "-": (one, other) => one - other });
  return whole();
}

const formulas = new Map();

// A column that is no metric is its own sum.
function formulaOf(name) {
  if (!formulas.has(name)) {
    const expression = METRICS[name]?.expression ?? name;
    formulas.set(name, { value: compiled(expression), inputs: [...new Set(expression.match(/[a-z_][a-z0-9_]*/g))] });
  }
  return formulas.get(name);
}

function inputsOf(names) {
  return [...new Set(names.flatMap((name) => formulaOf(name).inputs))];
}

function valueOf(name, sums) {
  const value = formulaOf(name).value(sums);
  return Number.isFinite(value) ? value : null;
}

// Columns that are no metrics have their name and unit from it.
const label = (name) => METRICS[name]?.label ?? words(name.replace(/_amount$/, ""));
const unitOf = (name) => METRICS[name]?.unit ?? (name.endsWith("_amount") ? "amount" : "units");

// How a metric's values are written, by its unit.
const WRITTEN = {
  amount: (value) => moneyExact(value === null ? null : Math.round(value)),
  count: (value) => count(value),
  units: (value) => quantity(value),
  share: (value) => percent(value),
  factor: (value) => (value === null ? NONE : value.toFixed(2)),
};

const writerOf = (name) => WRITTEN[unitOf(name)] || quantity;

// The column of a metric in a table of numbers.
function metricColumn(name, text = label(name)) {
  return column(name, text, writerOf(name));
}
