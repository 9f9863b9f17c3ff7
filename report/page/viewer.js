// SPDX-License-Identifier: Apache-2.0
// One mesh that can be turned. Works with three.js of npm and with Debian's (r111).

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

// The data is little-endian, as is every machine that runs a browser.
function geometryOf(mesh) {
  const quantised = new Uint16Array(bytesOf(mesh.points));
  const middle = [0, 1, 2].map((axis) => (mesh.low[axis] + mesh.high[axis]) / 2);
  const points = new Float32Array(quantised.length);
  for (let i = 0; i < quantised.length; ++i) {
    const axis = i % 3;
    points[i] = mesh.low[axis] - middle[axis]
      + quantised[i] / 65535 * (mesh.high[axis] - mesh.low[axis]);
  }
  const triangles = bytesOf(mesh.triangles);
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(points, 3));
  geometry.setIndex(new THREE.BufferAttribute(
    mesh.indexBytes === 2 ? new Uint16Array(triangles) : new Uint32Array(triangles), 1));
  geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  return geometry;
}

// As on palaeontologists' plates: grey, light from the upper left, before a plain ground.
function litCamera(scene, radius) {
  const camera = new THREE.PerspectiveCamera(30, 1, radius / 50, radius * 50);
  camera.position.set(0, -radius * 4.1, radius * 0.9);
  camera.up.set(0, 0, 1);
  // Lights are in other units since r155.
  const unit = Number(THREE.REVISION.match(/\d+/)[0]) >= 155 ? Math.PI : 1;
  const key = new THREE.DirectionalLight(0xffffff, 0.85 * unit);
  key.position.set(-2, 2.4, 2.2);
  const fill = new THREE.DirectionalLight(0xffffff, 0.22 * unit);
  fill.position.set(2.5, -1, 1);
  camera.add(key, fill, key.target, fill.target);
  scene.add(camera, new THREE.AmbientLight(0xffffff, 0.22 * unit));
  return camera;
}

// Round about the z axis by `angle`, and up or down by `rise`, both in radians.
function turnCamera(camera, angle, rise) {
  const { x, y, z } = camera.position;
  const distance = camera.position.length();
  const azimuth = Math.atan2(y, x) + angle;
  const height = Math.min(1.5, Math.max(-1.5, Math.asin(z / distance) + rise));
  camera.position.set(distance * Math.cos(height) * Math.cos(azimuth),
    distance * Math.cos(height) * Math.sin(azimuth), distance * Math.sin(height));
  camera.lookAt(0, 0, 0);
}

function turnByKey(event, camera, controls, draw) {
  const steps = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.15], ArrowDown: [0, -0.15] };
  const zooms = { "+": 0.9, "=": 0.9, "-": 1 / 0.9 };
  if (steps[event.key]) {
    turnCamera(camera, ...steps[event.key]);
  } else if (zooms[event.key]) {
    camera.position.multiplyScalar(zooms[event.key]);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  controls.update();
  draw();
}

// Shows a mesh in `place`; returns a function that frees what it took.
function showMesh(place, mesh, label) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
  renderer.setPixelRatio(Math.min(2, window.devicePixelRatio));
  const canvas = renderer.domElement;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${label}, in 3D; arrow keys turn it, + and - zoom`);
  const geometry = geometryOf(mesh);
  const material = new THREE.MeshStandardMaterial({ color: 0xcfcdc8, roughness: 0.85, metalness: 0 });
  const scene = new THREE.Scene();
  scene.add(new THREE.Mesh(geometry, material));
  const camera = litCamera(scene, geometry.boundingSphere.radius || 1);
  const controls = new THREE.OrbitControls(camera, canvas);
  const draw = () => renderer.render(scene, camera);
  controls.addEventListener("change", draw);
  canvas.addEventListener("keydown", (event) => turnByKey(event, camera, controls, draw));
  const fit = () => {
    const width = place.clientWidth, height = place.clientHeight;
    if (width > 0 && height > 0) {
      renderer.setSize(width, height);
      camera.aspect = width / height;
      camera.updateProjectionMatrix();
      draw();
    }
  };
  place.replaceChildren(canvas);
  const watcher = new ResizeObserver(fit);
  watcher.observe(place);
  controls.update();
  fit();
  return () => {
    watcher.disconnect();
    controls.dispose();
    geometry.dispose();
    material.dispose();
    renderer.dispose();
    renderer.forceContextLoss();
  };
}
