#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Extraction through the command line: fossils against a phantom's truth, the files of a catalogue against each
other, ids that stay after a correction, and kills at random moments that leave the catalogue as it was.
Usage: extract_test.py PROGRAM WORK_FOLDER KILLS"""
import csv
import gzip
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import h5py
import numpy as np

program, work, kills = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
draw = random.Random(kills)


def fossilct(*arguments, code=0):
    done = subprocess.run([program, *arguments], cwd=work, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def rows(query, catalogue="f.fossils"):
    with sqlite3.connect(f"file:{work / catalogue / 'catalogue.sqlite'}?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def volume(path):
    with h5py.File(work / path) as f:
        return f["/data"][...]


def write_labels(path, labels):
    """The labels with other voxels, everything else of the file as it was."""
    np.ascontiguousarray(labels, np.uint8).tofile(work / "raw.raw")
    z, y, x = labels.shape
    fossilct("import", "raw.raw", "--raw", f"{x}x{y}x{z}:u8", "--labels", "--spacing-um", "4", "-o", path, "--overwrite", "--quiet")


def nrrd(path):
    header, _, data = (work / path).read_bytes().partition(b"\n\n")
    header = dict(line.split(": ", 1) for line in header.decode().splitlines() if ": " in line)
    return header, gzip.decompress(data) if header["encoding"] == "gzip" else data


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
fossilct("phantom", "-o", "scan.h5", "--labels", "labels.h5", "--instances", "truth.h5", "--truth", "truth.csv",
         "--size", "128x128x96", "--fossils", "10", "--fossil-size-um", "120", "--seed", "7", "--quiet")
extract = ["extract", "labels.h5", "--scan", "scan.h5", "-o", "f.fossils"]
told = json.loads(fossilct(*extract, "--json").stdout)

# Every fossil of the truth is found as one, and every voxel of the labels belongs to one.
ids, truth = volume("f.fossils/instances.h5"), volume("truth.h5")
assert ids.dtype == np.uint32 and ids.shape == truth.shape
specimens = {i: (n, first) for i, n, first in rows("SELECT id, voxel_count, first_z FROM specimen")}
assert len(specimens) == told["specimens"] and set(specimens) == set(np.unique(ids)) - {0}
for i, (voxels, first_z) in specimens.items():
    where = ids == i
    assert int(where.sum()) == voxels and int(np.argmax(where.any((1, 2)))) == first_z
    same = np.bincount(truth[where]).argmax()
    iou = (where & (truth == same)).sum() / (where | (truth == same)).sum()
    assert iou > 0.9, (i, same, iou)

# The table, the JSON and the database tell the same; crops lie where the fossils are.
with open(work / "f.fossils/specimens.csv", newline="") as f:
    table = list(csv.DictReader(f))
assert [int(row["id"]) for row in table] == sorted(specimens)
features = json.loads((work / "f.fossils/specimens.json").read_text())["features"]
for row, feature in zip(table, features):
    i = int(row["id"])
    assert int(float(row["voxels"])) == specimens[i][0] and feature["properties"]["id"] == i
    assert abs(float(row["volume_um3"]) - 64 * specimens[i][0]) < 1
    header, data = nrrd(f"f.fossils/crops/{i}.nrrd")
    x, y, z = (round(float(v) / 4) for v in header["space origin"].strip("()").split(","))
    w, h, d = map(int, header["sizes"].split())
    crop = np.frombuffer(data, np.uint16).reshape(d, h, w)
    assert (crop == volume("scan.h5")[z : z + d, y : y + h, x : x + w]).all()
    assert nrrd(f"f.fossils/crops/{i}_mask.nrrd")[0]["sizes"] == header["sizes"]

# A correction: a fossil loses a third, another goes, one comes before all others. Ids stay, the gone one's is not given again.
labels = volume("labels.h5")
by_size = sorted(specimens, key=lambda i: specimens[i][0])
cut, gone = by_size[-1], by_size[0]
depth = np.flatnonzero((ids == cut).any((1, 2)))
where = ids == cut
where[: depth[0] + len(depth) * 3 // 4] = False
labels[where] = 0
labels[ids == gone] = 0
free = next((z, y, x) for z in range(2, 60) for y in range(4, 110, 6) for x in range(4, 110, 6)
            if not labels[z - 2 : z + 12, y - 2 : y + 12, x - 2 : x + 12].any())
labels[free[0] : free[0] + 10, free[1] : free[1] + 10, free[2] : free[2] + 10] = 1
write_labels("corrected.h5", labels)
fossilct("extract", "corrected.h5", "--scan", "scan.h5", "-o", "f.fossils")
after = {i for (i,) in rows("SELECT id FROM specimen")}
assert after == set(specimens) - {gone} | {max(specimens) + 1}, (after, set(specimens), gone)
new_ids = volume("f.fossils/instances.h5")
assert new_ids[free] == max(specimens) + 1
for i in set(specimens) - {gone, cut}:
    assert (new_ids == i).sum() == specimens[i][0]
fossilct(*extract)
again = {i for (i,) in rows("SELECT id FROM specimen")}
assert gone not in again and max(specimens) + 1 not in again, again

# Killed at any moment, the catalogue is what it was; nothing that a kill leaves outlives the next run.
def content():
    return {str(p.relative_to(work)): p.read_bytes() for p in (work / "f.fossils").rglob("*")
            if p.is_file() and p.name != ".lock"}


before = content()
began = time.monotonic()
fossilct("extract", "labels.h5", "--scan", "scan.h5", "-o", "straight.fossils")
seconds = time.monotonic() - began
finished = 0
for _ in range(kills):
    job = subprocess.Popen([program, "extract", "corrected.h5", "--scan", "scan.h5", "-o", "f.fossils", "--quiet"], cwd=work)
    try:
        job.wait(timeout=draw.uniform(0.02, 0.95) * seconds)
        finished += 1  # faster than the straight one
    except subprocess.TimeoutExpired:
        job.send_signal(signal.SIGKILL)
        job.wait()
        if content() != before:  # killed behind the swap, which is its last step
            assert sorted(p.name for p in (work / "f.fossils").iterdir() if p.name != ".lock") == [
                "catalogue.sqlite", "core.nrrd", "crops", "instances.h5", "specimens.csv", "specimens.json"]
            assert volume("f.fossils/instances.h5").max() > max(specimens)
            fossilct(*extract)
            before = content()
    else:
        fossilct(*extract)
        before = content()
assert finished < kills
fossilct("extract", "corrected.h5", "--scan", "scan.h5", "-o", "f.fossils")
left = sorted(p.name for p in work.iterdir() if "partial" in p.name or "lock" in p.name)
assert not left, left
assert {i for (i,) in rows("SELECT id FROM specimen")} >= set(specimens) - {gone, cut}

# An analyst's corrections, on the catalogue of another copy: two become one, a mask is edited outside.
fossilct("extract", "labels.h5", "--scan", "scan.h5", "-o", "hand.fossils")
found = dict(rows("SELECT id, voxel_count FROM specimen", "hand.fossils"))
small, large = sorted(sorted(found)[:2], key=lambda i: found[i])
fossilct("review", "hand.fossils", "--merge", f"{small},{large}")
merged = volume("hand.fossils/instances.h5")
assert (merged == large).sum() == found[small] + found[large] and not (merged == small).any()
assert not (work / f"hand.fossils/crops/{small}.nrrd").exists()
other = max(i for i in found if i not in (small, large))
path = f"hand.fossils/crops/{other}_mask.nrrd"
header, data = nrrd(path)
w, h, d = map(int, header["sizes"].split())
mask = np.frombuffer(data, np.uint8).reshape(d, h, w).copy()
kept = int((mask == 1).sum())
assert kept == found[other]
mask[: int(np.flatnonzero((mask == 1).any((1, 2)))[0]) + 3] = 0
head = (work / path).read_bytes().partition(b"\n\n")[0].replace(b"encoding: gzip", b"encoding: raw")
(work / "edited.nrrd").write_bytes(head + b"\n\n" + mask.tobytes())
fossilct("review", "hand.fossils", "--import-labels", f"{other}=edited.nrrd")
assert (volume("hand.fossils/instances.h5") == other).sum() == int((mask == 1).sum()) < kept
with open(work / "hand.fossils/specimens.csv", newline="") as f:
    row = next(r for r in csv.DictReader(f) if int(r["id"]) == other)
assert int(float(row["voxels"])) == int((mask == 1).sum())
header, data = nrrd(f"hand.fossils/crops/{other}.nrrd")
assert header["type"] == "uint16", header

# What is told per volume of rock is the sum over the whole fossils that were not rejected, after any decision or edit.
def density(catalogue):
    return json.loads(fossilct("catalogue", "info", catalogue, "--json").stdout)["scans"][0]["density"]


def weights(catalogue):
    """1/cm3 by id; None of what may be cut."""
    return {i: None if v is None else 1e12 / v for i, v in rows(
        "SELECT id, counting_volume_um3 FROM specimen_table WHERE verdict != 'rejected'", catalogue)}


def check_density(catalogue):
    told, now = density(catalogue), weights(catalogue)
    whole = [w for w in now.values() if w is not None]
    assert told["counted"] == len(whole) and told["left_out"] == len(now) - len(whole), (told, now)
    assert abs(told["value"] - sum(whole)) < 1e-9 * sum(whole) and told["low"] < told["value"] < told["high"], (told, now)
    return told


straight = check_density("straight.fossils")
assert straight == told["density"] and straight["counted"] >= 3, (straight, told["density"])
cut_ones = dict(rows("SELECT id, truncated FROM specimen", "straight.fossils"))
assert all(w is None for i, w in weights("straight.fossils").items() if cut_ones[i])
whole_one = next(i for i, w in weights("straight.fossils").items() if w is not None)
taken_away = weights("straight.fossils")[whole_one]
fossilct("review", "straight.fossils", "--reject", str(whole_one))
assert abs(check_density("straight.fossils")["value"] + taken_away - straight["value"]) < 1e-9 * straight["value"]
text = fossilct("catalogue", "info", "straight.fossils").stdout
assert f"from {straight['counted'] - 1} whole fossils" in text, text
with sqlite3.connect(work / "straight.fossils/catalogue.sqlite") as database:
    assert "density" not in database.execute("SELECT summary FROM segmentation").fetchone()[0]
# Edits: the weight is that of the box as it is now, on the core as it was extracted.
check_density("hand.fossils")
header, data = nrrd("hand.fossils/core.nrrd")
core = np.frombuffer(data, np.uint8).reshape([int(n) for n in header["sizes"].split()][::-1]) != 0
table = np.pad(np.cumsum(np.cumsum(np.cumsum(core.astype(np.int64), 0), 1), 2), ((1, 0),) * 3)


def all_rock(z, y, x):
    """Where a box of so many voxels lies wholly in rock, by its first voxel."""
    t = table
    return (t[z:, y:, x:] - t[:-z, y:, x:] - t[z:, :-y, x:] - t[z:, y:, :-x] + t[:-z, :-y, x:] + t[:-z, y:, :-x] + t[z:, :-y, :-x]
            - t[:-z, :-y, :-x]) == z * y * x


for i, volume_um3, *box in rows("SELECT id, counting_volume_um3, begin_z, begin_y, begin_x, end_z, end_y, end_x FROM specimen_table",
                                "hand.fossils"):
    begin, size = [b - 1 for b in box[:3]], [e - b + 2 for b, e in zip(box[:3], box[3:])]
    places = all_rock(*size) if all(n <= m for n, m in zip(size, core.shape)) else np.zeros((1, 1, 1), bool)
    inside = all(0 <= b < n for b, n in zip(begin, places.shape)) and places[tuple(begin)]
    assert (volume_um3 is not None) == inside, (i, volume_um3, box)
    assert not inside or abs(volume_um3 - 64 * places.sum()) < 1e-6 * volume_um3, (i, volume_um3, places.sum())

# Beyond a round field of view there may be nothing: it is no rock, and it is said.
scan = volume("scan.h5").astype(np.float32)
z, y, x = np.indices(scan.shape)
outside = np.hypot(x - 63.5, y - 63.5) > 62
scan[outside] = np.nan
scan.tofile(work / "nan.raw")
fossilct("import", "nan.raw", "--raw", "128x128x96:f32le", "--spacing-um", "4", "-o", "nan.h5", "--quiet")
done = fossilct("extract", "labels.h5", "--scan", "nan.h5", "-o", "nan.fossils", "--no-anatomy", "--json")
assert f"{100 * outside.mean():.0f}" in done.stderr and "NaN or infinite: they are not counted as rock" in done.stderr, done.stderr
assert json.loads(done.stdout)["core_share"] <= 1 - outside.mean() + 1e-9, (done.stdout, outside.mean())
