// SPDX-License-Identifier: Apache-2.0
// Slices along z, the fossils outlined in the colours of their classes.

const sliceView = { index: -1, picture: null, choice: null, paper: null };

function outlineElement(outline, slice) {
  const fossil = outline.fossil;
  const points = [];
  for (let i = 0; i < outline.pixels.length; i += 2) {
    points.push(`${outline.pixels[i]},${outline.pixels[i + 1]}`);
  }
  const name = `${fossilName(fossil)}, ${className(fossil)}`;
  return svgElement("polygon", {
    points: points.join(" "), "data-fossil": fossil, tabindex: 0, role: "button", "aria-label": name,
    style: `--class:${report.classes[fossils.class[fossil]].colour}`,
    "stroke-width": Math.max(slice.width, slice.height) / 400,
    onclick: () => openCard(fossil),
    onkeydown: (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        openCard(fossil);
      }
    }
  }, svgElement("title", {}, name));
}

function sliceSaid(index) {
  const slice = report.slices[index];
  const count = new Set(slice.outlines.map((outline) => outline.fossil)).size;
  return `z = ${numberText(slice.z)} µm, slice ${index + 1} of ${report.slices.length}, `
    + `${countText(count)} ${count === 1 ? "fossil" : "fossils"} in it`;
}

// The picture, and a promise of its grey values.
function slicePicture(index, marked = -1) {
  const slice = report.slices[index];
  const image = svgElement("image", { width: slice.width, height: slice.height });
  const outlines = slice.outlines.map((outline) => outlineElement(outline, slice));
  outlines.filter((line) => Number(line.dataset.fossil) === marked)
    .forEach((line) => line.classList.add("marked"));
  const picture = svgElement("svg", {
    viewBox: `0 0 ${slice.width} ${slice.height}`, role: "group",
    "aria-label": `Slice at z = ${numberText(slice.z)} µm`
  }, image, ...outlines);
  const filled = part(`slice-${index}`).then((uri) => image.setAttribute("href", uri));
  return { picture, filled };
}

function showSlice(index, marked = -1) {
  sliceView.index = index;
  sliceView.choice.value = index;
  const { picture, filled } = slicePicture(index, marked);
  sliceView.picture.replaceChildren(picture);
  sliceView.said.textContent = sliceSaid(index);
  return filled;
}

// All of them, for paper alone. Made before anybody prints: pictures that are read from beside the
// page come too late for the printer.
function fillPaperSlices() {
  if (sliceView.paper.childElementCount > 0) {
    return;
  }
  report.slices.forEach((_, index) => {
    const { picture, filled } = slicePicture(index);
    filled.catch(() => {});
    sliceView.paper.append(element("figure", {}, element("div", { class: "slice-picture" }, picture),
      element("figcaption", {}, sliceSaid(index))));
  });
}

function makeSliceView(place) {
  sliceView.picture = element("div", { class: "slice-picture" });
  sliceView.paper = element("div", { class: "paper-slices" });
  sliceView.said = element("output", {});
  sliceView.choice = element("input", {
    type: "range", min: 0, max: report.slices.length - 1, step: 1, "aria-label": "slice",
    oninput: () => showSlice(Number(sliceView.choice.value))
  });
  const key = element("ul", { class: "key" }, ...report.classes.map((one) =>
    element("li", {}, element("span", { class: "swatch", style: `--swatch:${one.colour}` }), one.name)));
  place.append(element("div", { class: "slice-tools" }, sliceView.choice, sliceView.said),
    sliceView.picture, sliceView.paper, key);
  wholePage.then(() => setTimeout(fillPaperSlices, 500));
  window.addEventListener("beforeprint", fillPaperSlices);
  showSlice(Math.floor(report.slices.length / 2));
}
