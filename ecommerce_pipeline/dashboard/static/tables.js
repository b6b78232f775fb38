// The numbers behind a chart, as a table: what a screen reader gets, and whoever wants the exact values.

function cell(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function tableOf(caption, columns, rows) {
  const table = document.createElement("table");
  table.append(cell("caption", caption, { class: "visually-hidden" }));
  const head = table.createTHead().insertRow();
  for (const { label, write } of columns) {
    head.append(cell("th", label, { scope: "col", ...(write ? { class: "number" } : {}) }));
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    columns.forEach(({ key, write }, position) => {
      const value = row[key];
      const text = write ? write(value === undefined ? null : value) : value || "";
      const attributes = position ? {} : { scope: "row" };
      if (write) attributes.class = "number";
      if (typeof value === "number") attributes["data-value"] = value;
      line.append(cell(position ? "td" : "th", text, attributes));
    });
  }
  return table;
}
