// SPDX-License-Identifier: Apache-2.0
// Heavy parts of the report, read when they are needed: elements of this page, or scripts beside it
// (fetch and modules do not work from file://).

const isFolder = document.documentElement.dataset.form === "folder";
const showsMeshes = document.documentElement.dataset.meshes === "yes";
const partPromises = new Map();
const arrivals = new Map();

globalThis.fossilctPart = (name, content) => arrivals.set(name, content);

function runScript(attributes, text) {
  return new Promise((resolve, reject) => {
    const script = element("script", attributes);
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${attributes.src} is missing beside the page`));
    script.text = text || "";
    document.head.append(script);
    if (!attributes.src) {
      resolve();
    }
  });
}

const wholePage = new Promise((resolve) => {
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", resolve, { once: true });
  } else {
    resolve();
  }
});

async function readPart(name) {
  if (isFolder) {
    await runScript({ src: `parts/${name}.js` });
    const content = arrivals.get(name);
    arrivals.delete(name);
    return content;
  }
  // The parts stand behind this script: the last of a large page may not have been read yet.
  if (!document.getElementById(`part-${name}`)) {
    await wholePage;
  }
  return JSON.parse(document.getElementById(`part-${name}`).textContent);
}

function part(name) {
  if (!partPromises.has(name)) {
    partPromises.set(name, readPart(name));
  }
  return partPromises.get(name);
}

// Meshes are large and looked at once: not kept.
function passingPart(name) {
  return readPart(name);
}

let threePromise = null;
function threeLibrary() {
  threePromise ??= isFolder
    ? runScript({ src: "parts/three.js" })
    : wholePage.then(() => runScript({}, document.getElementById("three-source").textContent));
  return threePromise;
}
