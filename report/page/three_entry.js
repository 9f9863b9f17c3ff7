// SPDX-License-Identifier: Apache-2.0
// What the page uses of three.js, as the classic global THREE: the same names that Debian's
// libjs-three gives, so that viewer.js need not know which of the two it got.
import {
  AmbientLight, BufferAttribute, BufferGeometry, Color, DirectionalLight, Mesh,
  MeshStandardMaterial, PerspectiveCamera, REVISION, Scene, Vector3, WebGLRenderer
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";

globalThis.THREE = {
  AmbientLight, BufferAttribute, BufferGeometry, Color, DirectionalLight, Mesh,
  MeshStandardMaterial, OrbitControls, PerspectiveCamera, REVISION, Scene, Vector3, WebGLRenderer
};
