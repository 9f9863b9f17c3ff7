// SPDX-License-Identifier: Apache-2.0
// A map of points: drawn on a canvas, moved and zoomed, told under the pointer.

const map = JSON.parse(document.getElementById("map-data").textContent);
const pointCount = map.names.length;
const view = { layout: 0, scale: 1, x: 0, y: 0, pictures: false, told: -1, hidden: new Set() };
const pictures = new Map();
const outOfGroups = { name: "not known", colour: "#808890" };
const shapes = ["circle", "square", "triangle", "diamond"];
const coloursBeforeShapes = 7;

function groupOf(point) {
  return map.group[point] < 0 ? outOfGroups : map.groups[map.group[point]];
}
function shapeOf(group) {
  return group < 0 ? "circle" : shapes[Math.floor(group / coloursBeforeShapes) % shapes.length];
}

// Of the mark about (0, 0), 2 units wide.
const outlines = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  triangle: [[0, -1.1], [1, 0.8], [-1, 0.8]],
  diamond: [[0, -1.2], [1, 0], [0, 1.2], [-1, 0]]
};

const canvas = element("canvas", { tabindex: 0, role: "img" });
const told = element("div", { class: "map-told", hidden: true });
const explanation = element("p", { class: "note" });

function placeOf(point) {
  const places = map.layouts[view.layout].places;
  return [places[2 * point], places[2 * point + 1]];
}
function pixelOf(point) {
  const [x, y] = placeOf(point);
  // Upwards is upwards.
  return [canvas.clientWidth / 2 + (x - view.x) * view.scale,
    canvas.clientHeight / 2 - (y - view.y) * view.scale];
}

function showWhole() {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < pointCount; ++i) {
    placeOf(i).forEach((value, axis) => {
      low[axis] = Math.min(low[axis], value);
      high[axis] = Math.max(high[axis], value);
    });
  }
  const sides = [0, 1].map((axis) => Math.max(high[axis] - low[axis], 1e-9));
  const room = 0.9;
  view.scale = pointCount === 0 ? 1
    : room * Math.min(canvas.clientWidth / sides[0], canvas.clientHeight / sides[1]);
  // Points in one place, or one point alone.
  view.scale = Math.min(view.scale, 1e6);
  [view.x, view.y] = pointCount === 0 ? [0, 0] : [0, 1].map((axis) => (low[axis] + high[axis]) / 2);
  view.wholeScale = view.scale;
  draw();
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.min(view.wholeScale * 400, Math.max(view.wholeScale / 4, view.scale * factor));
  const dx = x - canvas.clientWidth / 2;
  const dy = y - canvas.clientHeight / 2;
  view.x += dx / view.scale - dx / scale;
  view.y -= dy / view.scale - dy / scale;
  view.scale = scale;
  draw();
}
function move(dx, dy) {
  view.x -= dx / view.scale;
  view.y += dy / view.scale;
  draw();
}

function radius() {
  const grown = Math.sqrt(view.scale / view.wholeScale);
  return Math.min(9, (pointCount > 1500 ? 2.6 : 4) * Math.max(1, Math.sqrt(grown)));
}
function pictureSize() {
  return Math.min(96, Math.max(22, 26 * Math.sqrt(view.scale / view.wholeScale)));
}

function drawMark(context, x, y, size, shape) {
  context.beginPath();
  if (shape === "circle") {
    context.arc(x, y, size, 0, 2 * Math.PI);
  } else {
    outlines[shape].forEach(([dx, dy]) => context.lineTo(x + dx * size, y + dy * size));
    context.closePath();
  }
}

// Decoded once, when it is first to be seen.
function pictureOf(point) {
  if (!map.thumbnails[point]) {
    return null;
  }
  if (!pictures.has(point)) {
    const image = new Image();
    image.onload = draw;
    image.src = map.thumbnails[point];
    pictures.set(point, image);
  }
  const image = pictures.get(point);
  return image.complete && image.naturalWidth > 0 ? image : null;
}

function drawPoint(context, point, paper) {
  const [x, y] = pixelOf(point);
  const beyond = 60;
  if (x < -beyond || y < -beyond || x > canvas.clientWidth + beyond || y > canvas.clientHeight + beyond) {
    return;
  }
  const colour = groupOf(point).colour;
  const picture = view.pictures ? pictureOf(point) : null;
  if (picture) {
    const size = pictureSize();
    context.fillStyle = colour;
    context.fillRect(x - size / 2 - 2, y - size / 2 - 2, size + 4, size + 4);
    context.drawImage(picture, x - size / 2, y - size / 2, size, size);
    return;
  }
  drawMark(context, x, y, radius() * (point === view.told ? 1.7 : 1), shapeOf(map.group[point]));
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = point === view.told ? 2 : 0.8;
  context.strokeStyle = paper;
  context.stroke();
}

let drawing = 0;
function draw() {
  // Once a frame, however often it is asked for.
  drawing ||= requestAnimationFrame(drawNow);
}
function drawNow() {
  drawing = 0;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper");
  for (let i = 0; i < pointCount; ++i) {
    if (!view.hidden.has(map.group[i]) && i !== view.told) {
      drawPoint(context, i, paper);
    }
  }
  if (view.told >= 0) {
    drawPoint(context, view.told, paper);
  }
}

function nearestTo(x, y) {
  const reach = view.pictures ? pictureSize() / 2 + 2 : radius() + 6;
  let nearest = -1;
  let least = reach;
  for (let i = 0; i < pointCount; ++i) {
    const [px, py] = pixelOf(i);
    const distance = view.pictures ? Math.max(Math.abs(px - x), Math.abs(py - y))
      : Math.hypot(px - x, py - y);
    if (distance <= least && !view.hidden.has(map.group[i])) {
      nearest = i;
      least = distance;
    }
  }
  return nearest;
}

function tell(point) {
  if (point === view.told) {
    return;
  }
  view.told = point;
  told.hidden = point < 0;
  if (point >= 0) {
    const picture = map.thumbnails[point]
      ? element("img", { src: map.thumbnails[point], alt: "" }) : null;
    told.replaceChildren(...[picture, element("strong", {}, map.names[point]),
      element("span", {}, groupOf(point).name),
      map.remarks[point] ? element("span", {}, map.remarks[point]) : null].filter(Boolean));
    const [x, y] = pixelOf(point);
    const gap = 14;
    const left = x + gap + told.offsetWidth > canvas.clientWidth ? x - gap - told.offsetWidth : x + gap;
    const top = Math.min(y, canvas.clientHeight - told.offsetHeight - 4);
    told.style.left = `${Math.max(4, left)}px`;
    told.style.top = `${Math.max(4, top)}px`;
  }
  draw();
}

// One pointer moves, two zoom.
const pointers = new Map();
function spread() {
  const [a, b] = [...pointers.values()];
  return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
function eventPlace(event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, eventPlace(event));
  canvas.classList.add("held");
  const { x, y } = eventPlace(event);
  tell(nearestTo(x, y));
});
canvas.addEventListener("pointermove", (event) => {
  const place = eventPlace(event);
  const before = pointers.get(event.pointerId);
  if (!before) {
    tell(nearestTo(place.x, place.y));
    return;
  }
  if (pointers.size === 2) {
    const old = spread();
    pointers.set(event.pointerId, place);
    const now = spread();
    zoom(now.distance / Math.max(old.distance, 1), now.x, now.y);
    move(now.x - old.x, now.y - old.y);
  } else {
    pointers.set(event.pointerId, place);
    tell(-1);
    move(place.x - before.x, place.y - before.y);
  }
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    canvas.classList.toggle("held", pointers.size > 0);
  });
}
canvas.addEventListener("pointerleave", () => tell(-1));
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  tell(-1);
  const { x, y } = eventPlace(event);
  zoom(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 400 : 12)), x, y);
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  const zooms = { "+": 1.4, "=": 1.4, "-": 1 / 1.4 };
  if (steps[event.key]) {
    move(...steps[event.key]);
  } else if (zooms[event.key]) {
    zoom(zooms[event.key]);
  } else if (event.key === "0") {
    showWhole();
  } else {
    return;
  }
  event.preventDefault();
  tell(-1);
});

function layoutButtons() {
  const buttons = map.layouts.map((layout, index) => button(layout.name, () => {
    view.layout = index;
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(i === index)));
    explanation.textContent = layout.explanation;
    tell(-1);
    showWhole();
  }, { "aria-pressed": String(index === 0) }));
  return element("span", {}, ...(buttons.length > 1 ? buttons : []));
}

function toolbar() {
  const pictureSwitch = button("Pictures", () => {
    view.pictures = !view.pictures;
    pictureSwitch.setAttribute("aria-pressed", String(view.pictures));
    draw();
  }, { "aria-pressed": "false" });
  return element("div", { class: "map-tools" }, layoutButtons(),
    element("span", {}, button("+", () => zoom(1.4), { "aria-label": "nearer" }),
      button("−", () => zoom(1 / 1.4), { "aria-label": "farther" }), button("Whole map", showWhole)),
    map.thumbnails.some(Boolean) ? element("span", {}, pictureSwitch) : null);
}

function markOf(group, colour) {
  const shape = shapeOf(group);
  const attributes = { fill: colour };
  const drawn = shape === "circle" ? svgElement("circle", { r: 1, ...attributes })
    : svgElement("polygon", { points: outlines[shape].map((pair) => pair.join(",")).join(" "), ...attributes });
  return svgElement("svg", { viewBox: "-1.3 -1.3 2.6 2.6", "aria-hidden": "true" }, drawn);
}

function groupButton(group) {
  const { name, colour } = group < 0 ? outOfGroups : map.groups[group];
  const count = map.group.filter((one) => one === group).length;
  const made = element("button", { type: "button", "aria-pressed": "true", onclick: () => {
    if (!view.hidden.delete(group)) {
      view.hidden.add(group);
    }
    made.setAttribute("aria-pressed", String(!view.hidden.has(group)));
    tell(-1);
    draw();
  } }, markOf(group, colour), `${name} (${countText(count)})`);
  return count > 0 ? made : null;
}

function legend() {
  const groups = map.groups.map((_, index) => groupButton(index));
  return element("div", { class: "map-groups", role: "group", "aria-label": "shown groups" },
    ...groups, groupButton(-1));
}

const place = document.getElementById("map");
canvas.setAttribute("aria-label",
  `Map of ${countText(pointCount)} points; arrow keys move it, + and - zoom, 0 shows all of it`);
explanation.textContent = map.layouts.length > 0 ? map.layouts[0].explanation : "";
place.replaceChildren(toolbar(), element("div", { class: "map-frame" }, canvas, told), explanation,
  legend());
if (map.layouts.length > 0) {
  showWhole();
  new ResizeObserver(draw).observe(canvas);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
