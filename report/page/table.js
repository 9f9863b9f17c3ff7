// SPDX-License-Identifier: Apache-2.0
// The table of fossils: only the rows that can be seen exist.

const rowHeight = 56;
const rowsBeyond = 6;
const table = { rows: new Map(), active: 0, paper: null };
const tableColumns = columns.filter((column) => !column.hidden);

function headCell(column) {
  return element("div", { role: "columnheader", class: column.numeric ? "number" : null },
    button(column.title, () => sortBy(column.key),
      { "data-sort": column.key, title: column.explanation || null }));
}

function doubtBar(value) {
  if (value === null) {
    return "–";
  }
  return element("span", { class: "doubt" },
    element("span", { class: "doubt-bar", "aria-hidden": "true", style: `--doubt:${value}` }),
    value.toFixed(2));
}

function contentOf(column, fossil) {
  const value = column.value(fossil);
  return column.key === "taxon" ? [element("span", { class: "taxon" }, element("span", { class: "cut" }, value),
    element("small", { class: "cut" }, taxonRemark(fossil)))]
    : column.key === "class" ? [classSwatch(fossil), element("span", { class: "cut" }, value)]
    : column.key === "doubt" ? [doubtBar(value)]
      : [column.key === "id" ? String(value) : column.numeric ? numberText(value, column.decimals) : value];
}

function taxonTitle(fossil) {
  return [taxonName(fossil), taxonRemark(fossil)].filter((part) => part).join(", ");
}

function cellOf(column, fossil) {
  return element("div", { role: "cell", class: column.numeric ? "number" : "words",
    title: column.numeric ? null : column.key === "taxon" ? taxonTitle(fossil) : column.value(fossil) }, ...contentOf(column, fossil));
}

async function fillThumbnail(image, fossil) {
  const size = report.thumbnailsPerPart;
  const thumbnails = await part(`thumbnails-${Math.floor(fossil / size)}`);
  const uri = thumbnails[fossil % size];
  if (uri) {
    image.src = uri;
  }
  image.toggleAttribute("hidden", !uri);
}

function rowOf(position) {
  const fossil = view.shown[position];
  const image = element("img", { alt: "", hidden: true, width: 48, height: 48 });
  fillThumbnail(image, fossil).catch(() => {});
  return element("div", {
    role: "row", class: "row", "data-fossil": fossil, "aria-rowindex": position + 2,
    style: `top:${position * rowHeight}px`,
    onclick: () => {
      setActive(position);
      openCard(fossil);
    }
  }, element("div", { role: "cell", class: "thumb" }, image),
  ...tableColumns.map((column) => cellOf(column, fossil)));
}

// On paper nothing scrolls, and the head stands on every page, which only a real table's does.
function fillPaperTable() {
  const image = (fossil) => {
    const made = element("img", { alt: "", hidden: true });
    fillThumbnail(made, fossil).catch(() => {});
    return made;
  };
  table.paper.replaceChildren(
    element("thead", {}, element("tr", {}, element("th", {}), ...tableColumns.map((column) =>
      element("th", { class: column.numeric ? "number" : null }, column.title)))),
    element("tbody", {}, ...view.shown.map((fossil) => element("tr", {},
      element("td", { class: "thumb" }, image(fossil)),
      ...tableColumns.map((column) => element("td", { class: column.numeric ? "number" : "words" },
        ...contentOf(column, fossil)))))));
}

function renderRows() {
  const head = table.head.offsetHeight;
  const first = Math.max(0, Math.floor(table.scroller.scrollTop / rowHeight) - rowsBeyond);
  const count = Math.ceil((table.scroller.clientHeight - head) / rowHeight) + 2 * rowsBeyond;
  const last = Math.min(view.shown.length, first + count);
  for (const [position, row] of table.rows) {
    if (position < first || position >= last) {
      row.remove();
      table.rows.delete(position);
    }
  }
  for (let position = first; position < last; ++position) {
    if (!table.rows.has(position)) {
      const row = rowOf(position);
      table.rows.set(position, row);
      table.body.append(row);
    }
    table.rows.get(position).classList.toggle("active", position === table.active);
  }
}

function refreshTable() {
  table.rows.forEach((row) => row.remove());
  table.rows.clear();
  table.active = 0;
  table.scroller.scrollTop = 0;
  table.body.style.height = `${view.shown.length * rowHeight}px`;
  table.grid.setAttribute("aria-rowcount", view.shown.length + 1);
  table.said.textContent = view.shown.length === fossilCount ? `${countText(fossilCount)} fossils`
    : `${countText(view.shown.length)} of ${countText(fossilCount)} fossils`;
  table.nothing.hidden = view.shown.length > 0;
  for (const sorter of table.head.querySelectorAll("[data-sort]")) {
    const way = sorter.dataset.sort !== view.sortKey ? "none" : view.descending ? "descending" : "ascending";
    sorter.parentElement.setAttribute("aria-sort", way);
  }
  renderRows();
}

function setActive(position) {
  table.active = Math.max(0, Math.min(view.shown.length - 1, position));
  const top = table.active * rowHeight;
  const room = table.scroller.clientHeight - table.head.offsetHeight;
  if (top < table.scroller.scrollTop) {
    table.scroller.scrollTop = top;
  } else if (top + rowHeight > table.scroller.scrollTop + room) {
    table.scroller.scrollTop = top + rowHeight - room;
  }
  renderRows();
}

function showInTable(fossil) {
  setActive(view.shown.indexOf(fossil));
}

function tableKey(event) {
  if (event.target !== table.scroller) {
    return;
  }
  const page = Math.max(1, Math.floor(table.scroller.clientHeight / rowHeight) - 2);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page,
    Home: -view.shown.length, End: view.shown.length };
  if (event.key in steps) {
    event.preventDefault();
    setActive(table.active + steps[event.key]);
  } else if (event.key === "Enter" && view.shown.length > 0) {
    event.preventDefault();
    openCard(view.shown[table.active]);
  }
}

function labelled(label, control) {
  return element("label", {}, element("span", {}, label), control);
}

function option(value, label) {
  return element("option", { value }, label);
}

function classChoices() {
  const counts = new Array(report.classes.length).fill(0);
  fossils.class.forEach((one) => ++counts[one]);
  return element("fieldset", { class: "class-choices" }, element("legend", {}, "Classes"),
    ...report.classes.map((one, c) => element("label", {},
      element("input", { type: "checkbox", checked: true, "data-class": c, onchange: (event) => {
        event.target.checked ? view.hiddenClasses.delete(c) : view.hiddenClasses.add(c);
        updateView();
      } }),
      element("span", { class: "swatch", style: `--swatch:${one.colour}` }),
      `${one.name} (${countText(counts[c])})`)));
}

// With how many there are of each.
function taxonChoice() {
  const choices = [...taxonChoices].map(([key, choice]) => {
    let count = 0;
    for (let i = 0; i < fossilCount; ++i) {
      count += choice.holds(i);
    }
    return { key, label: choice.label, count, isTaxon: key.startsWith("=") };
  }).filter((choice) => choice.count > 0)
    .sort((a, b) => b.isTaxon - a.isTaxon || (a.isTaxon ? collator.compare(a.label, b.label) : 0));
  return labelled("Taxon", element("select", { id: "taxon", onchange: (event) => {
    view.taxon = event.target.value;
    updateView();
  } }, option("", "all"), ...choices.map((choice) => option(choice.key, `${choice.label} (${countText(choice.count)})`))));
}

function rangeChoice() {
  const bound = (key, label) => element("input", {
    type: "number", step: "any", placeholder: label, "aria-label": label, id: `range-${key}`,
    oninput: (event) => {
      view[key] = event.target.value === "" ? null : Number(event.target.value);
      updateView();
    }
  });
  const choice = element("select", { id: "range-measure", onchange: (event) => {
    view.measureKey = event.target.value;
    updateView();
  } }, ...columns.filter((column) => column.numeric && column.key !== "id")
    .map((column) => option(column.key, column.title)));
  view.measureKey = choice.value;
  return element("div", { class: "range" }, labelled("Range of", choice), bound("low", "from"), bound("high", "to"));
}

function filters() {
  const search = element("input", { type: "search", id: "search", placeholder: ofSeveralScans ? `id, scan, class, ${hasTaxa ? "taxon, " : ""}remark  ( / )` : `id, class, ${hasTaxa ? "taxon, " : ""}remark  ( / )`,
    oninput: (event) => {
      view.search = event.target.value;
      updateView();
    } });
  const flag = element("select", { id: "flag", onchange: (event) => {
    view.flag = event.target.value;
    updateView();
  } }, option("", "all"), ...flagNames.map((name, bit) => option(`flag-${bit}`, name)),
  option("review-0", "not reviewed"), option("review-1", "accepted"), option("review-2", "rejected"));
  return element("div", { class: "filters" }, labelled("Search", search), labelled("Show", flag),
    hasTaxa ? taxonChoice() : null,
    rangeChoice(), classChoices());
}

// The columns' least widths together: in a narrower window the table scrolls sideways.
function leastWidth() {
  return tableColumns.reduce((sum, column) => sum + Number(column.width.match(/\d+/)[0]), 64);
}

function makeTable(place) {
  table.said = element("output", { id: "shown-count" });
  table.nothing = element("p", { class: "said", hidden: true }, "No fossil is like that.");
  table.paper = element("table", { class: "paper-table", "aria-label": "Fossils" });
  table.head = element("div", { role: "row", class: "row head" },
    element("div", { role: "columnheader", class: "thumb" }, element("span", { class: "unseen" }, "picture")),
    ...tableColumns.map(headCell));
  table.body = element("div", { class: "rows", role: "rowgroup" });
  table.grid = element("div", { role: "table", "aria-label": "Fossils", class: "fossil-grid",
    style: `--columns:64px ${tableColumns.map((column) => column.width).join(" ")};--least:${leastWidth()}px` },
  table.head, table.body);
  table.scroller = element("div", { class: "scroller", tabindex: 0,
    "aria-label": "Fossils; arrow keys choose one, Enter opens it",
    onscroll: () => requestAnimationFrame(() => renderRows()), onkeydown: tableKey }, table.grid, table.nothing);
  place.append(filters(), element("div", { class: "table-tools" }, table.said,
    button("Save as CSV", saveCsv, { id: "save-csv" })), table.scroller, table.paper);
  view.listeners.push(refreshTable);
  updateView();
  new ResizeObserver(() => renderRows()).observe(table.scroller);
  window.addEventListener("beforeprint", fillPaperTable);
  window.addEventListener("afterprint", () => table.paper.replaceChildren());
}
