#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of file of ours that a later command reads, cut off and with flipped bits. The command must end with an
error that names the file, or with the result of the whole file; it may not crash, and must leave nothing behind.

What people write (job file, tables) has no checksum: there another number is another number, and only crashes and
leftovers count. Rows of a catalogue have none either: a signature tells what was changed in them, so it is signed here.

Usage: damage_test.py PROGRAM WORK_FOLDER"""
import csv
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

program, work = sys.argv[1], pathlib.Path(sys.argv[2])
chance = random.Random(20261128)
CUTS, FLIPS = 4, 8
found = []


def fossilct(*words, cwd=work):
    return subprocess.run([program, *map(str, words)], cwd=cwd, capture_output=True, timeout=120)


def make(*words):
    done = fossilct(*words)
    assert done.returncode in (0, 3), (words, done.stderr.decode())


def damages(data, begin):
    """What may become of a file from byte `begin` on: its name for a message, and the bytes."""
    for _ in range(CUTS):
        size = chance.randrange(begin, len(data))
        yield f"cut to {size} of {len(data)} bytes", data[:size]
    for _ in range(FLIPS):
        at, bit = chance.randrange(begin, len(data)), chance.randrange(8)
        yield f"bit {bit} of byte {at} flipped", data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


def names_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def result_of(done, output):
    """What a command gave: a file, or without one what it printed."""
    return (output.read_bytes() if output.is_file() else None) if output else done.stdout


def try_kind(kind, file, command, output=None, begin=0, by_hand=False, is_told=lambda done: False):
    """`file` is damaged again and again from byte `begin` on, and `command` run on it; `output` is the file it writes.
    `by_hand`: what a person wrote. `is_told`: whether a result that is another is said to be so."""
    whole = file.read_bytes()
    expected = None
    for what, data in [("whole", whole), *damages(whole, begin)]:
        file.write_bytes(data)
        before = names_below(work)
        done = fossilct(*command)
        case = f"{kind}, {what}: exit code {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
        result = result_of(done, output)
        if output:
            output.unlink(missing_ok=True)
        left = names_below(work) - before
        if done.returncode < 0 or done.returncode >= 128:
            found.append(f"{case}: crashed")
        elif left:
            found.append(f"{case}: left {left}")
        elif expected is None:
            assert done.returncode == 0, case
            expected = result
        elif done.returncode != 0 and output and result is not None:
            found.append(f"{case}: left its output")
        elif done.returncode != 0 and not by_hand and file.name not in done.stderr.decode(errors="replace"):
            found.append(f"{case}: does not name {file.name}")
        elif done.returncode == 0 and not by_hand and result != expected and not is_told(done):
            found.append(f"{case}: another result was taken for right")
    file.write_bytes(whole)
    print(f"{kind}: {CUTS + FLIPS} damages of {len(whole)} bytes", flush=True)


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
make("phantom", "--output", "scan.h5", "--labels", "labels.h5", "--size", 64, "--fossils", 2, "--seed", 3)
make("export", "scan.h5", "--output", "scan.nrrd")
make("import", "scan.nrrd", "--output", "plain.h5", "--compression", "none", "--no-levels")
make("extract", "labels.h5", "--scan", "scan.h5", "--output", "a.fossils", "--min-diameter-um", 5, "--name", "a")
make("review", "a.fossils", "--sign", "A. Reader")
(work / "depths.csv").write_text("scan,top_m,bottom_m\na,10,11\n")
make("catalogue", "merge", "a.fossils", "--output", "well.sqlite", "--depth-table", "depths.csv")
(work / "night.ini").write_text("[job]\nstages = import, index\n[scan a]\npath = scan.h5\n")
make("run", "night.ini")

nrrd = work / "out.nrrd"
for name in ["scan", "labels", "plain"]:
    export = ["export", f"{name}.h5", "--output", nrrd.name, "--spacing-um", 1]
    try_kind(f"volume file ({name})", work / f"{name}.h5", export, nrrd)
    try_kind(f"volume file ({name}), its facts", work / f"{name}.h5", ["info", f"{name}.h5", "--json"])

catalogue = work / "a.fossils"
crops = sorted(path for path in (catalogue / "crops").iterdir())
# Their headers are for CropReader to hold against the scan, which the commands of another program do.
for crop in [crops[0], next(path for path in crops if "_mask" in path.name)]:
    header = crop.read_bytes().index(b"\n\n") + 2
    try_kind(f"crop {crop.name}", crop, ["export", crop, "--output", nrrd.name], nrrd, begin=header)
if re.search(r"^  mesh ", fossilct("help").stdout.decode(), re.M):
    mask = catalogue / "crops/1_mask.nrrd"
    make("mesh", "a.fossils", "--ids", 1)
    try_kind("crop, meshed", mask, ["mesh", "a.fossils", "--ids", 1, "--again"], next((catalogue / "meshes").iterdir()))
try_kind("catalogue", catalogue / "catalogue.sqlite", ["catalogue", "info", "a.fossils", "--json"],
         is_told=lambda done: not json.loads(done.stdout).get("signature", {}).get("holds", False))
try_kind("instances", catalogue / "instances.h5", ["export", catalogue / "instances.h5", "--output", nrrd.name], nrrd)
try_kind("well", work / "well.sqlite", ["abundance", "well.sqlite", "--output", "out.csv"], work / "out.csv", by_hand=True)
try_kind("journal of a job", work / "night.job/journal.sqlite", ["status", "night.job", "--json"])
try_kind("depth table", work / "depths.csv",
         ["catalogue", "merge", "a.fossils", "--output", "w.sqlite", "--depth-table", "depths.csv"], work / "w.sqlite",
         by_hand=True)
try_kind("job file", work / "night.ini", ["run", "night.ini", "--check"], by_hand=True)

# A night with a scan that is damaged where its check does not look: told in the morning, and the other is done.
make("phantom", "--output", "b.h5", "--labels", "b-labels.h5", "--size", 64, "--fossils", 2, "--seed", 4)
whole = (work / "b.h5").read_bytes()
(work / "b.h5").write_bytes(whole[:len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1:])
(work / "two.ini").write_text("[job]\nstages = import, extract, well, abundance-table, index\n[defaults]\nmin-diameter-um = 5\n"
                              "[scan a]\npath = scan.h5\nlabels = labels.h5\n[scan b]\npath = b.h5\nlabels = b-labels.h5\n")
night = work / "two.job"


def run_two(expect):
    done = fossilct("run", "two.ini")
    assert done.returncode == expect, (done.returncode, done.stderr.decode())
    with open(night / "summary.csv", newline="", encoding="utf-8") as file:
        return {row["scan"]: row for row in csv.DictReader(file)}


make("run", "two.ini", "--check")
rows = run_two(3)
assert (rows["a"]["state"], rows["b"]["state"], rows["b"]["failed_stage"]) == ("done", "failed", "import"), rows
assert "b.h5" in rows["b"]["reason"] and "b.h5" in (night / "index.html").read_text(), rows
assert (night / "abundance.csv").exists() and not (night / "scans/b/scan.h5").exists()
(work / "b.h5").write_bytes(whole)
assert run_two(0)["b"]["state"] == "done"

# What a stage made goes bad on the disk, its size and time as they were, before the next one reads it.
made = night / "scans/b/scan.h5"
whole, times = made.read_bytes(), made.stat()
made.write_bytes(whole[:len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1:])
os.utime(made, ns=(times.st_atime_ns, times.st_mtime_ns))
(work / "two.ini").write_text((work / "two.ini").read_text().replace("diameter-um = 5", "diameter-um = 6"))
rows = run_two(3)
assert (rows["a"]["state"], rows["b"]["failed_stage"]) == ("done", "extract"), rows
assert "scan.h5" in rows["b"]["reason"], rows
made.unlink()
assert run_two(0)["b"]["state"] == "done"
print("a night with a damaged scan")

for line in found:
    print(line)
sys.exit(1 if found else 0)
