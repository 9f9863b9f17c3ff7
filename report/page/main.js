// SPDX-License-Identifier: Apache-2.0

function openFromAddress() {
  const match = location.hash.match(/^#fossil-(\d+)$/);
  const fossil = match ? fossils.id.indexOf(Number(match[1])) : -1;
  if (fossil >= 0) {
    openCard(fossil);
  }
}

function pageKey(event) {
  const isTyping = event.target.closest?.("input, select, textarea");
  const search = document.getElementById("search");
  if (event.key === "/" && !isTyping && !card.dialog.open && search) {
    event.preventDefault();
    search.focus();
  }
}

document.body.append(card.dialog);
if (fossilCount > 0) {
  makeTable(document.getElementById("fossil-table"));
}
if (report.slices.length > 0) {
  makeSliceView(document.getElementById("slice-view"));
}
document.addEventListener("keydown", pageKey);
window.addEventListener("hashchange", openFromAddress);
openFromAddress();
