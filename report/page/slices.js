// SPDX-License-Identifier: Apache-2.0
// Slices along z, the fossils outlined in the colours of their classes.

const sliceView = { index: -1, picture: null, choice: null };

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

async function showSlice(index, marked = -1) {
  sliceView.index = index;
  sliceView.choice.value = index;
  const slice = report.slices[index];
  const image = svgElement("image", { width: slice.width, height: slice.height });
  const outlines = slice.outlines.map((outline) => outlineElement(outline, slice));
  outlines.filter((line) => Number(line.dataset.fossil) === marked)
    .forEach((line) => line.classList.add("marked"));
  sliceView.picture.replaceChildren(svgElement("svg", {
    viewBox: `0 0 ${slice.width} ${slice.height}`, role: "group",
    "aria-label": `Slice at z = ${numberText(slice.z)} µm`
  }, image, ...outlines));
  const count = new Set(slice.outlines.map((outline) => outline.fossil)).size;
  sliceView.said.textContent = `z = ${numberText(slice.z)} µm, slice ${index + 1} of `
    + `${report.slices.length}, ${countText(count)} ${count === 1 ? "fossil" : "fossils"} in it`;
  image.setAttribute("href", await part(`slice-${index}`));
}

function makeSliceView(place) {
  sliceView.picture = element("div", { class: "slice-picture" });
  sliceView.said = element("output", {});
  sliceView.choice = element("input", {
    type: "range", min: 0, max: report.slices.length - 1, step: 1, "aria-label": "slice",
    oninput: () => showSlice(Number(sliceView.choice.value))
  });
  const key = element("ul", { class: "key" }, ...report.classes.map((one) =>
    element("li", {}, element("span", { class: "swatch", style: `--swatch:${one.colour}` }), one.name)));
  place.append(element("div", { class: "slice-tools" }, sliceView.choice, sliceView.said),
    sliceView.picture, key);
  showSlice(Math.floor(report.slices.length / 2));
}
