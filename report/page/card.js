// SPDX-License-Identifier: Apache-2.0
// The card of one fossil: mesh, pictures, measures; opened over the page.

const card = { fossil: -1, free: null, ticket: 0 };
card.title = element("h2", { id: "card-title" });
card.place = element("p", { class: "card-place" });
card.mesh = element("div", { class: "card-mesh" });
card.pictures = element("div", { class: "card-pictures" });
card.facts = element("div", { class: "card-facts" });
card.dialog = element("dialog", { id: "card", "aria-labelledby": "card-title" },
  element("header", {}, card.title, card.place,
    element("div", { class: "card-buttons" },
      button("‹ Previous", () => stepCard(-1), { id: "card-previous", title: "Left arrow" }),
      button("Next ›", () => stepCard(1), { id: "card-next", title: "Right arrow" }),
      button("Close", () => card.dialog.close(), { id: "card-close", title: "Escape" }))),
  element("div", { class: "card-body" }, card.mesh, card.facts, card.pictures));

card.dialog.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && !event.altKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    stepCard(step);
  }
});
card.dialog.addEventListener("click", (event) => {
  if (event.target === card.dialog) {
    card.dialog.close();
  }
});
// The event comes some time after the closing: the next card may be open by then.
card.dialog.addEventListener("close", () => {
  if (card.dialog.open) {
    return;
  }
  freeMesh();
  card.fossil = -1;
  history.replaceState(null, "", location.pathname + location.search);
});

function freeMesh() {
  ++card.ticket;
  card.free?.();
  card.free = null;
}

function fact(name, value, explanation) {
  return [element("dt", explanation ? { title: explanation } : {}, name), element("dd", {}, value)];
}

function nearestSlice(fossil) {
  let best = -1;
  report.slices.forEach((slice, s) => {
    const shown = slice.outlines.some((outline) => outline.fossil === fossil);
    const closer = best < 0 || Math.abs(slice.z - fossils.centre[fossil][2])
      < Math.abs(report.slices[best].z - fossils.centre[fossil][2]);
    if (shown && closer) {
      best = s;
    }
  });
  return best;
}

function sliceLink(fossil) {
  const slice = nearestSlice(fossil);
  if (slice < 0) {
    return "in none of the slices shown";
  }
  return button(`z = ${numberText(report.slices[slice].z)} µm`, () => {
    card.dialog.close();
    showSlice(slice, fossil);
    document.getElementById("slices").scrollIntoView();
  }, { class: "link" });
}

// The name and, where a model answered, its best with their scores.
function taxonFacts(fossil) {
  const taxon = fossils.taxon[fossil];
  if (!taxon) {
    return [];
  }
  const deviation = taxon.deviation === null ? "" : ` ± ${taxon.deviation.toFixed(2)}`;
  const best = taxon.best.map(([name, score], rank) => `${name} ${score.toFixed(2)}${rank === 0 ? deviation : ""}`);
  return [
    ...fact("taxon", taxon.byPerson ? `${taxon.name}, by a person` : taxonName(fossil)),
    ...(best.length > 0 ? fact("the model says", best.join(", "), "the best taxa with their scores") : []),
    ...(taxon.novelty === null ? [] : fact("novelty", `${taxon.novelty.toFixed(2)}${isNovel(taxon) ? ", like nothing seen" : ""}`,
      "above 1: farther from all taxa than 99% of the specimens that the model was tested on"))];
}

function factsOf(fossil) {
  const box = fossils.box[fossil];
  const sides = [0, 1, 2].map((axis) => numberText(box[axis + 3] - box[axis]));
  const remarks = [...flagsOf(fossil), reviewNames[fossils.review[fossil]], fossils.remark[fossil]]
    .filter((text) => text).join("; ");
  return element("dl", {},
    ...(ofSeveralScans ? fact("scan", scanName(fossil)) : []),
    ...fact("class", className(fossil)),
    ...taxonFacts(fossil),
    ...fact("doubt", fossils.doubt[fossil]?.toFixed(2) ?? "–", "from 0, certain, to 1"),
    ...(remarks ? fact("remarks", remarks) : []),
    ...report.measures.flatMap((measure) =>
      fact(measure.name, numberText(measure.values[fossil], measure.decimals)
        + (measure.unit && measure.values[fossil] !== null ? ` ${measure.unit}` : ""), measure.explanation)),
    ...fact("centre", `${fossils.centre[fossil].map(numberText).join(", ")} µm`),
    ...fact("box", `${sides.join(" × ")} µm`),
    ...(report.slices.length > 0 ? fact("slice", sliceLink(fossil)) : []));
}

function say(place, text) {
  place.replaceChildren(element("p", { class: "said" }, text));
}

async function fillDetails(fossil, ticket) {
  if (fossils.details[fossil] !== 2) {
    say(card.mesh, fossils.details[fossil] === 1
      ? "Mesh and pictures were left out to keep this file small; the report as a folder holds them."
      : ofSeveralScans ? "The report of its scan shows mesh and pictures."
        : "There is no mesh of this fossil.");
    return;
  }
  const details = await passingPart(`fossil-${fossil}`);
  if (ticket !== card.ticket) {
    return;
  }
  card.pictures.replaceChildren(...details.pictures.map((picture) => element("figure", {},
    element("img", { src: picture.uri, alt: picture.caption }),
    element("figcaption", {}, picture.caption))));
  if (!details.mesh) {
    say(card.mesh, "There is no mesh of this fossil.");
  } else if (!showsMeshes) {
    say(card.mesh, "Meshes are not shown: this report was written by a build without three.js.");
  } else {
    await fillMesh(details.mesh, fossil, ticket);
  }
}

async function fillMesh(mesh, fossil, ticket) {
  await threeLibrary();
  if (ticket !== card.ticket) {
    return;
  }
  try {
    card.free = showMesh(card.mesh, mesh, fossilName(fossil));
  } catch (error) {
    say(card.mesh, `This browser can't draw in 3D: ${error.message}`);
  }
}

function openCard(fossil) {
  freeMesh();
  card.fossil = fossil;
  const position = view.shown.indexOf(fossil);
  card.title.replaceChildren(classSwatch(fossil), fossilName(fossil));
  card.place.textContent = position < 0 ? "not in the table as it is filtered"
    : `${countText(position + 1)} of ${countText(view.shown.length)} as sorted`;
  document.getElementById("card-previous")?.toggleAttribute("disabled", position <= 0);
  document.getElementById("card-next")?.toggleAttribute("disabled",
    position < 0 || position + 1 >= view.shown.length);
  card.facts.replaceChildren(factsOf(fossil));
  card.pictures.replaceChildren();
  say(card.mesh, "…");
  if (!card.dialog.open) {
    card.dialog.showModal();
  }
  history.replaceState(null, "", `#${fossilAddress(fossil)}`);
  const ticket = card.ticket;
  fillDetails(fossil, ticket).catch((error) => {
    if (ticket === card.ticket) {
      say(card.mesh, error.message);
    }
  });
}

function stepCard(step) {
  const next = view.shown[view.shown.indexOf(card.fossil) + step];
  if (card.fossil >= 0 && next !== undefined && view.shown.includes(card.fossil)) {
    openCard(next);
    showInTable(next);
  }
}
