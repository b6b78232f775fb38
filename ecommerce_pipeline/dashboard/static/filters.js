// The fields that make the selection.

const periodField = document.getElementById("period");
const fromField = document.getElementById("from");
const toField = document.getElementById("to");
const compareField = document.getElementById("compare");
const clearButton = document.getElementById("clear");
const CUSTOM = "custom";

function option(value, text) {
  return cell("option", text, { value });
}

function fillPeriods() {
  periodField.append(...DATA.periods.filter(({ key }) => !isMonth(key)).map(({ key, label: text }) => option(key, text)));
  const months = DATA.periods.filter(({ key }) => isMonth(key));
  if (months.length) {
    const group = document.createElement("optgroup");
    group.label = "Months";
    group.append(...months.map(({ key, label: text }) => option(key, text)));
    periodField.append(group);
  }
  periodField.append(option(CUSTOM, "Chosen days"));
  for (const field of [fromField, toField]) Object.assign(field, { min: FIRST_DAY, max: LAST_DAY });
  compareField.append(...Object.entries(COMPARE).map(([key, text]) => option(key, text)));
}

// A field of check boxes for each dimension of which there is more than one member.
function pickOf({ name, label: text, members, member }, toggled) {
  const pick = document.createElement("details");
  pick.className = "pick";
  pick.dataset.filter = name;
  const list = cell("fieldset", "");
  list.append(cell("legend", text, { class: "visually-hidden" }));
  for (const one of members) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: one });
    box.addEventListener("change", () => toggled(name, [...list.querySelectorAll(":checked")].map((checked) => checked.value)));
    const line = document.createElement("label");
    line.append(box, member(one));
    list.append(line);
  }
  pick.append(document.createElement("summary"), list);
  pick.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pick.open) return;
    pick.open = false;
    pick.querySelector("summary").focus();
  });
  return pick;
}

function fillPicks(toggled) {
  const shown = FILTERS.filter(({ members }) => members.length > 1);
  clearButton.before(...shown.map((filter) => pickOf(filter, toggled)));
  document.addEventListener("click", (event) => {
    for (const pick of document.querySelectorAll(".pick[open]")) if (!pick.contains(event.target)) pick.open = false;
  });
}

function showFields(state) {
  periodField.value = state.period ?? CUSTOM;
  fromField.value = state.first;
  toField.value = state.last;
  compareField.value = state.compare;
  for (const pick of document.querySelectorAll(".pick")) {
    const filter = NAMES[pick.dataset.filter];
    const chosen = state.filters[filter.name] || [];
    for (const box of pick.querySelectorAll("input")) box.checked = chosen.includes(box.value);
    const text = chosen.length > 1 ? `${chosen.length} ${filter.many}` : chosen.length ? filter.member(chosen[0]) : "all";
    pick.querySelector("summary").textContent = `${filter.label}: ${text}`;
    pick.classList.toggle("chosen", chosen.length > 0);
  }
  clearButton.hidden = !Object.keys(state.filters).length;
}
