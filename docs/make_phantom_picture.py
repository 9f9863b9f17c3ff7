#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/phantom.png (needs python3-h5py and python3-matplotlib):

    fossilct phantom --output p.h5 --labels l.h5 --instances i.h5 --truth t.csv --size 384 --fossils 48
    docs/make_phantom_picture.py p.h5 i.h5 t.csv docs/phantom.png
"""
import csv
import sys

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

scan_path, ids_path, truth_path, output = sys.argv[1:]
with h5py.File(scan_path) as f:
    scan = f["/data"][...]
    dz, dy, dx = f["/data"].attrs["element_size_um"]
with h5py.File(ids_path) as f:
    ids = f["/data"][...]
with open(truth_path) as f:
    kinds = {int(row["id"]): row["kind"] for row in csv.DictReader(f)}

names = sorted(set(kinds.values()))
colours = {k: plt.get_cmap("Set2")(i) for i, k in enumerate(names)}
# the slice that cuts the most fossils
z = int(np.argmax([len(np.unique(s)) for s in ids]))
grey = np.clip((scan[z] - np.percentile(scan[z], 0.5)) / np.ptp(np.percentile(scan[z], [0.5, 99.8])), 0, 1)

figure, axes = plt.subplots(1, 2, figsize=(11, 6.3), facecolor="white")
extent = (0, scan.shape[2] * dx / 1000, scan.shape[1] * dy / 1000, 0)
for axis, title in zip(axes, ("the scan", "what is in it (truth)")):
    axis.imshow(grey, cmap="gray", extent=extent, interpolation="bilinear")
    axis.set_title(title, fontsize=12, pad=10)
    axis.set_xlabel("x, mm")
axes[0].set_ylabel("y, mm")
overlay = np.zeros(grey.shape + (4,))
for i in np.unique(ids[z]):
    if i:
        overlay[ids[z] == i] = colours[kinds[i]]
overlay[..., 3] *= 0.75
axes[1].imshow(overlay, extent=extent, interpolation="nearest")
shown = [k for k in names if any(kinds[i] == k for i in np.unique(ids[z]) if i)]
handles = [plt.Line2D([], [], marker="s", linestyle="", markersize=8, color=colours[k], label=k) for k in shown]
figure.legend(handles=handles, loc="lower center", ncol=len(shown), frameon=False, fontsize=10)
figure.tight_layout(rect=(0, 0.06, 1, 0.98))
figure.savefig(output, dpi=80)
