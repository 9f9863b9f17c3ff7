// SPDX-License-Identifier: Apache-2.0

function openFromAddress() {
  const fossil = fossils.id.findIndex((_, i) => location.hash === `#${fossilAddress(i)}`);
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
