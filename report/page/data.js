// SPDX-License-Identifier: Apache-2.0
// The fossils as columns, and which of them are shown in which order.

const report = JSON.parse(document.getElementById("report-data").textContent);
const fossils = report.fossils;
const fossilCount = fossils.id.length;
const flagNames = ["cut by the border", "fragment", "was split"];
const reviewNames = ["", "accepted", "rejected"];

function className(fossil) {
  return report.classes[fossils.class[fossil]].name;
}
const ofSeveralScans = report.scans.length > 1;
function scanName(fossil) {
  return report.scans[fossils.scan[fossil]] ?? "";
}
// Ids are given anew in every scan.
function fossilName(fossil) {
  return `Fossil ${fossils.id[fossil]}${ofSeveralScans ? ` of ${scanName(fossil)}` : ""}`;
}
function fossilAddress(fossil) {
  return `fossil-${ofSeveralScans ? `${fossils.scan[fossil] + 1}-` : ""}${fossils.id[fossil]}`;
}
function classSwatch(fossil) {
  return element("span", {
    class: "swatch", "aria-hidden": "true",
    style: `--swatch:${report.classes[fossils.class[fossil]].colour}`
  });
}
function flagsOf(fossil) {
  return flagNames.filter((_, bit) => fossils.flags[fossil] & (1 << bit));
}
// What a person or a model says a fossil is; null where nobody does.
const hasTaxa = fossils.taxon.some((taxon) => taxon);
function isNovel(taxon) {
  return taxon.novelty > 1;
}
function taxonName(fossil) {
  const taxon = fossils.taxon[fossil];
  return taxon ? taxon.name || "unsure" : "";
}
// Beside the name: who gave it, or what the model thinks.
function taxonRemark(fossil) {
  const taxon = fossils.taxon[fossil];
  if (!taxon) {
    return "";
  }
  const first = taxon.best[0];
  const guess = first && (taxon.byPerson ? first[0] !== taxon.name : !taxon.name)
    ? `model: ${first[0]} ${first[1].toFixed(2)}` : "";
  const who = taxon.byPerson ? "by hand" : guess ? "" : first[1].toFixed(2);
  return [who, guess, isNovel(taxon) ? "like nothing seen" : ""].filter((part) => part).join("; ");
}
function measureTitle(measure) {
  return measure.unit ? `${measure.name} (${measure.unit})` : measure.name;
}

// What can be sorted by: a value for each fossil, null where there is none.
const columns = [
  { key: "id", title: "id", numeric: true, value: (i) => fossils.id[i], width: "76px" },
  ...(ofSeveralScans
    ? [{ key: "scan", title: "scan", value: scanName, width: "minmax(110px, 1fr)" }] : []),
  { key: "class", title: "class", value: className, width: "minmax(130px, 1.4fr)" },
  ...(hasTaxa ? [
    { key: "taxon", title: "taxon", value: taxonName, width: "minmax(160px, 1.8fr)",
      explanation: "the name that a person gave it, else the model's answer" },
    { key: "score", title: "score", numeric: true, hidden: true, explanation: "the model's first score",
      value: (i) => fossils.taxon[i]?.best[0]?.[1] ?? null, width: "104px" }] : []),
  { key: "doubt", title: "doubt", numeric: true, value: (i) => fossils.doubt[i], width: "104px",
    explanation: "from 0, certain, to 1" },
  ...report.measures.map((measure, m) => ({
    key: `measure-${m}`, title: measureTitle(measure), numeric: true,
    value: (i) => measure.values[i], width: "minmax(104px, 1fr)",
    explanation: measure.explanation, hidden: !measure.inTable, decimals: measure.decimals
  })),
  { key: "flags", title: "remarks", value: (i) => [...flagsOf(i), reviewNames[fossils.review[i]]]
      .filter((name) => name).join(", "), width: "minmax(120px, 1.2fr)" }
];
const columnOf = new Map(columns.map((column) => [column.key, column]));

// What the table can be limited to; every fossil with a name is in the one of its name.
const taxonChoices = new Map();
for (let i = 0; i < fossilCount; ++i) {
  const name = fossils.taxon[i]?.name;
  if (name && !taxonChoices.has(`=${name}`)) {
    taxonChoices.set(`=${name}`, { label: name, holds: (j) => fossils.taxon[j]?.name === name });
  }
}
function addTaxonChoice(key, label, holds) {
  taxonChoices.set(key, { label, holds: (i) => Boolean(fossils.taxon[i] && holds(fossils.taxon[i])) });
}
addTaxonChoice("unsure", "unsure", (taxon) => !taxon.name);
addTaxonChoice("novel", "like nothing seen", isNovel);
addTaxonChoice("person", "named by a person", (taxon) => taxon.byPerson);
addTaxonChoice("other", "person and model differ",
  (taxon) => taxon.byPerson && taxon.best.length > 0 && taxon.best[0][0] !== taxon.name);
taxonChoices.set("nobody", { label: "not named", holds: (i) => !fossils.taxon[i] });

const view = {
  sortKey: "doubt", descending: true,
  search: "", hiddenClasses: new Set(), taxon: "", flag: "", measureKey: "", low: null, high: null,
  shown: [], listeners: []
};

function isWanted(i, measure, search) {
  if (view.hiddenClasses.has(fossils.class[i])) {
    return false;
  }
  if (view.taxon !== "" && !taxonChoices.get(view.taxon).holds(i)) {
    return false;
  }
  if (view.flag.startsWith("flag-") && !(fossils.flags[i] & (1 << Number(view.flag.slice(5))))) {
    return false;
  }
  if (view.flag.startsWith("review-") && fossils.review[i] !== Number(view.flag.slice(7))) {
    return false;
  }
  if (measure && (view.low !== null || view.high !== null)) {
    const value = measure.value(i);
    if (value === null || (view.low !== null && value < view.low)
        || (view.high !== null && value > view.high)) {
      return false;
    }
  }
  return search === "" || String(fossils.id[i]).startsWith(search)
    || className(i).toLowerCase().includes(search)
    || taxonName(i).toLowerCase().includes(search)
    || (ofSeveralScans && scanName(i).toLowerCase().includes(search))
    || [...flagsOf(i), fossils.remark[i]].join(", ").toLowerCase().includes(search);
}

const collator = new Intl.Collator("en", { numeric: true });
// Missing values stay last whichever way; equal ones stay in the order of their ids.
function compare(column, descending) {
  const sign = descending ? -1 : 1;
  const values = Array.from({ length: fossilCount }, (_, i) => column.value(i));
  const order = column.numeric ? (a, b) => a - b : collator.compare;
  return (a, b) => {
    const x = values[a], y = values[b];
    if (x === null || y === null) {
      return (x === null) - (y === null) || fossils.id[a] - fossils.id[b];
    }
    return sign * order(x, y) || fossils.id[a] - fossils.id[b];
  };
}

function updateView() {
  const measure = columnOf.get(view.measureKey);
  const search = view.search.trim().toLowerCase();
  view.shown = [];
  for (let i = 0; i < fossilCount; ++i) {
    if (isWanted(i, measure, search)) {
      view.shown.push(i);
    }
  }
  view.shown.sort(compare(columnOf.get(view.sortKey), view.descending));
  view.listeners.forEach((listener) => listener());
}

function sortBy(key) {
  const column = columnOf.get(key);
  view.descending = view.sortKey === key ? !view.descending : Boolean(column.numeric && key !== "id");
  view.sortKey = key;
  updateView();
}

// RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) {
    text = `'${text}`;
  }
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const taxonHeads = ["taxon", "taxon by", "first", "first score", "second", "second score", "third",
  "third score", "novelty"];
function taxonCells(fossil) {
  const taxon = fossils.taxon[fossil];
  return [taxonName(fossil), taxon ? (taxon.byPerson ? "person" : "model") : "",
    ...[0, 1, 2].flatMap((rank) => taxon?.best[rank] ?? ["", null]), taxon?.novelty ?? null];
}

function csvOfShown() {
  const heads = ["id", ...(ofSeveralScans ? ["scan"] : []), "class", ...(hasTaxa ? taxonHeads : []), "doubt", "x (µm)", "y (µm)", "z (µm)",
    ...report.measures.map(measureTitle), ...flagNames, "review", "remark"];
  const lines = view.shown.map((i) => [
    fossils.id[i], ...(ofSeveralScans ? [scanName(i)] : []), className(i), ...(hasTaxa ? taxonCells(i) : []),
    fossils.doubt[i], ...fossils.centre[i],
    ...report.measures.map((measure) => measure.values[i]),
    ...flagNames.map((_, bit) => (fossils.flags[i] >> bit) & 1),
    reviewNames[fossils.review[i]], fossils.remark[i]
  ]);
  return [heads, ...lines].map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

function saveCsv() {
  // The mark at the beginning tells spreadsheets that this is UTF-8.
  const blob = new Blob(["\ufeff", csvOfShown()], { type: "text/csv" });
  const link = element("a", { href: URL.createObjectURL(blob), download: "fossils.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
