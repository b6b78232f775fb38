// The numbers of a chart as a table: for screen readers, and for exact values.

function cell(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
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
