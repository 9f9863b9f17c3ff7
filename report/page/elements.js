// SPDX-License-Identifier: Apache-2.0
// Elements are made, never parsed: text from the data can only become text.

function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svgElement(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function button(label, action, attributes = {}) {
  return element("button", { type: "button", onclick: action, ...attributes }, label);
}

// Four significant digits with commas, as the plots and tables beside write numbers.
const numberFormat = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
function numberText(value, decimals = null) {
  if (value === null || value === undefined) {
    return "–";
  }
  const text = decimals === null ? numberFormat.format(value)
    : value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return text.replace("-", "−");
}
function countText(count) {
  return count.toLocaleString("en-US");
}
