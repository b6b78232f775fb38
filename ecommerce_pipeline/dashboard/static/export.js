// A chart's numbers as CSV, and its drawing as PNG: both are made here, and sent nowhere.

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function fileName(title, ending) {
  return `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}.${ending}`;
}

// Amounts in units of the currency; a text that a spreadsheet would take for a formula is quoted as text.
function csvValue({ key, write, member }, row) {
  const value = row[key] ?? null;
  if (value === null) return "";
  if (value.cents !== undefined) return String(value.cents / 100);
  if (typeof value === "number" && (write === moneyExact || write === WRITTEN.amount)) return String(value / 100);
  if (typeof value === "number") return String(value);
  const text = member && !isDay(String(value)) ? member(value) : String(value);
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function saveCsv(title, columns, rows) {
  const head = columns.map((one) => csvValue({ key: "label" }, one)).join(",");
  const lines = rows.map((row) => columns.map((one) => csvValue(one, row)).join(","));
  save(fileName(title, "csv"), new Blob([`${[head, ...lines].join("\r\n")}\r\n`], { type: "text/csv" }));
}

// Colours are variables of the page: an image has none, so that it gets their values.
function withColors(svg) {
  const style = getComputedStyle(document.documentElement);
  return svg.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
}

const IMAGE_SCALE = 2;
const IMAGE_MARGIN = 20;
const IMAGE_HEAD = 64;

async function imageOf(title, unit, svg) {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", SVG);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(withColors(new XMLSerializer().serializeToString(copy)))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * IMAGE_MARGIN) * IMAGE_SCALE;
  canvas.height = (height + IMAGE_HEAD + 2 * IMAGE_MARGIN) * IMAGE_SCALE;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const paint = (name) => style.getPropertyValue(name).trim();
  pen.scale(IMAGE_SCALE, IMAGE_SCALE);
  pen.fillStyle = paint("--surface");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = paint("--ink");
  pen.font = `600 17px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(title, IMAGE_MARGIN, IMAGE_MARGIN + 16);
  pen.fillStyle = paint("--muted");
  pen.font = `13px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(unit, IMAGE_MARGIN, IMAGE_MARGIN + 38);
  pen.drawImage(image, IMAGE_MARGIN, IMAGE_MARGIN + IMAGE_HEAD, width, height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function savePng(title, unit, svg) {
  save(fileName(title, "png"), await imageOf(title, unit, svg));
}
