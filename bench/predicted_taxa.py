# SPDX-License-Identifier: Apache-2.0
"""Names of fossils that a model found in a phantom, beside the truth.

Usage: predicted_taxa.py FOSSILCT FOLDER [SEED,SEED...]

In FOLDER: a taxon model of the phantoms of seeds 101 to 104 (true bodies, six views, measurements); each
phantom SEED (201 where none is given) segmented by the starter model, extracted, classified. A true
fossil is found where a body overlaps it by an IoU of 0.5 or more: there is one such body at most.
What is there already is used again. About an hour of processor time for the model, 10 minutes a phantom;
needs python3-h5py and numpy.
"""
import csv
import subprocess
import sys
from math import sqrt
from pathlib import Path

import h5py
import numpy as np

VIEWS = "front,top,left,section-front,section-top,projection"
fossilct, folder = sys.argv[1], Path(sys.argv[2])
seeds = sys.argv[3].split(",") if len(sys.argv) > 3 else ["201"]


def run(product, command, *arguments):
    """Makes `product`, unless it is there."""
    if not (folder / product).exists():
        subprocess.run([fossilct, command, *arguments], cwd=folder, check=True)


def phantom(seed):
    run(f"p{seed}.csv", "phantom", "--output", f"p{seed}.h5", "--labels", f"p{seed}-labels.h5", "--instances",
        f"p{seed}-ids.h5", "--truth", f"p{seed}.csv", "--size", "320", "--fossils", "70", "--seed", seed, "--quiet")


def table(name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def voxels(name):
    with h5py.File(folder / name) as file:
        return file["VTKHDF/PointData/labels"][:].ravel()


def matches(seed):
    """True id -> found id."""
    truth, found = voxels(f"p{seed}-ids.h5"), voxels(f"q{seed}.fossils/instances.h5")
    pairs, overlaps = np.unique(np.stack([truth, found]), axis=1, return_counts=True)
    true_sizes, found_sizes = np.bincount(truth), np.bincount(found)
    return {int(t): int(f) for (t, f), overlap in zip(pairs.T, overlaps)
            if t and f and 2 * overlap >= true_sizes[t] + found_sizes[f] - overlap}


def share(part, whole):
    """With Wilson's 95% interval."""
    if whole == 0:
        return "none"
    z, p = 1.959964, part / whole
    middle, half = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    low, high = ((middle + sign * half) / (1 + z * z / whole) for sign in (-1, 1))
    return f"{part} of {whole}, {100 * p:.1f}% ({100 * low:.1f} to {100 * high:.1f}%)"


training = ["101", "102", "103", "104"]
if not (folder / "taxa.safetensors").exists():
    for seed in training:
        phantom(seed)
        run(f"p{seed}.fossils", "extract", f"p{seed}-labels.h5", "--scan", f"p{seed}.h5", "--output", f"p{seed}.fossils")
        subprocess.run([fossilct, "review", f"p{seed}.fossils", "--taxa", f"p{seed}.csv", "--by", "truth"], cwd=folder, check=True)
    run("taxa.safetensors", "train-classifier", *(f"p{seed}.fossils" for seed in training), "--output", "taxa.safetensors",
        "--with-measurements", "--size", "64", "--views", VIEWS, "--threads", "1", "--set", "phases.0.epochs=12")

rows = []  # whole, taxon, its answer or none, sure
extra = extra_sure = found_bodies = 0
for seed in seeds:
    phantom(seed)
    run(f"q{seed}-labels.h5", "segment", f"p{seed}.h5", "--output", f"q{seed}-labels.h5")
    run(f"q{seed}.fossils", "extract", f"q{seed}-labels.h5", "--scan", f"p{seed}.h5", "--output", f"q{seed}.fossils")
    run(f"q{seed}.answers.csv", "classify", f"q{seed}.fossils", "--model", "taxa.safetensors", "--output", f"q{seed}.answers.csv")
    answers = {int(row["specimen"].split(":")[1]): row for row in table(f"q{seed}.answers.csv")}
    matched = matches(seed)
    found_bodies += len(answers)
    others = set(answers) - set(matched.values())
    extra += len(others)
    extra_sure += sum(answers[i]["answer"] != "unsure" for i in others)
    for fossil in table(f"p{seed}.csv"):
        answer = answers.get(matched.get(int(fossil["id"])))
        is_whole = fossil["whole"] == "1" and fossil["broken"] == "0"
        rows.append((is_whole, fossil["kind"], answer and answer["first"], answer and answer["answer"] != "unsure"))

for title, chosen in (("all", rows), ("whole", [row for row in rows if row[0]])):
    named = [row for row in chosen if row[2]]
    sure = [row for row in named if row[3]]
    print(f"{title}: found {share(len(named), len(chosen))}")
    print(f"{title}: of the found rightly named {share(sum(row[1] == row[2] for row in named), len(named))}")
    print(f"{title}: of the found sure {share(len(sure), len(named))}; of these right "
          f"{share(sum(row[1] == row[2] for row in sure), len(sure))}")
print(f"bodies that match no fossil: {extra} of {found_bodies}, {extra_sure} of them sure of a name")
for _, kind, answer, sure in (row for row in rows if row[2] and row[1] != row[2]):
    print(f"  {kind} taken for {answer}{'' if sure else ' (unsure)'}")
