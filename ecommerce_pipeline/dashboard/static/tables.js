// The numbers of a chart as a table: for screen readers, and for exact values.

function cell(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Names of tables break after their underscores, not in mid-word.
function breakable(text) {
  const parts = String(text).split(/(?<=_)/);
  return parts.flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
}

// With few rows and many columns, a narrow screen shows each row as a list; with many rows it scrolls sideways.
const FEW_ROWS = 20;
const MANY_COLUMNS = 4;

function tableOf(caption, columns, rows, drilled = null) {
  const table = document.createElement("table");
  if (rows.length <= FEW_ROWS && columns.length > MANY_COLUMNS) table.className = "stacks";
  table.append(cell("caption", caption, { class: "visually-hidden" }));
  const head = table.createTHead().insertRow();
  for (const { label: text, write } of columns) {
    head.append(cell("th", text, { scope: "col", ...(write ? { class: "number" } : {}) }));
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    columns.forEach(({ key, label: head, write, member }, position) => {
      const value = row[key];
      const text = write ? write(value === undefined ? null : value) : member ? member(value ?? null) : value || "";
      const attributes = position ? { "data-label": head } : { scope: "row" };
      if (write) attributes.class = "number";
      if (typeof value === "number") attributes["data-value"] = value;
      const filled = cell(position ? "td" : "th", "", attributes);
      if (!position && drilled && row.drill) {
        const button = cell("button", text, { type: "button", class: "drill" });
        button.addEventListener("click", () => drilled(row.drill));
        filled.append(button);
      } else {
        filled.append(...breakable(text));
      }
      line.append(filled);
    });
  }
  return table;
}
