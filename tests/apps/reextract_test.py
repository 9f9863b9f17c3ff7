#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Extraction into a folder that has a catalogue already: what is kept, what is refused, what is said.
Usage: reextract_test.py PROGRAM WORK_FOLDER"""
import fcntl
import hashlib
import pathlib
import shutil
import sqlite3
import subprocess
import sys

program, work = sys.argv[1], pathlib.Path(sys.argv[2])
SIZE = 40
EDGES = {(4, 4, 4): 10, (4, 4, 24): 9, (24, 24, 4): 12, (24, 4, 20): 11}  # of cubes, by their first voxel x, y, z


def fossilct(*arguments, code=0):
    done = subprocess.run([program, *map(str, arguments)], cwd=work, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + " " + " ".join(done.stderr.split())


def rows(query, catalogue="f.fossils"):
    database = sqlite3.connect(f"file:{work / catalogue / 'catalogue.sqlite'}?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def ids(catalogue="f.fossils"):
    return [i for (i,) in rows("SELECT id FROM specimen ORDER BY id", catalogue)]


def nrrd(name, cubes, origin=(0, 0, 0), inside=1, outside=0):
    voxels = bytearray([outside]) * SIZE**3
    for (x, y, z), edge in cubes.items():
        for k in range(z, z + edge):
            for j in range(y, y + edge):
                at = (k * SIZE + j) * SIZE + x
                voxels[at : at + edge] = bytes([inside]) * edge
    head = (f"NRRD0004\ntype: uint8\ndimension: 3\nspace: LPS\nsizes: {SIZE} {SIZE} {SIZE}\nencoding: raw\n"
            "space directions: (2,0,0) (0,2,0) (0,0,2)\nspace units: \"um\" \"um\" \"um\"\n"
            f"space origin: ({origin[0]},{origin[1]},{origin[2]})\n\n")
    (work / name).write_bytes(head.encode() + voxels)


def files(catalogue="f.fossils"):
    folder = work / catalogue
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def fresh(labels="labels.nrrd", *options):
    shutil.rmtree(work / "f.fossils", ignore_errors=True)
    fossilct("extract", labels, *options, "-o", "f.fossils")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
nrrd("labels.nrrd", EDGES)
nrrd("scan.nrrd", EDGES, inside=200, outside=90)
jpeg = b"\xff\xd8\xff\xe0JFIF"
(work / "p.jpg").write_bytes(jpeg)
again = ["extract", "labels.nrrd", "-o", "f.fossils"]

# A slip of the fingers does not take reviewed fossils away, nor all ids.
fresh()
assert ids() == [1, 2, 3, 4]
before = files()
told = fossilct(*again, "--min-diameter-um", "1e3", code=1)
assert f"none of the 4 fossils that it holds, of {work / 'labels.nrrd'}, is found again in labels.nrrd" in told, told
assert "--retire-reviewed" in told, told
fossilct("review", "f.fossils", "--accept", "1,4", "--note", "3=holotype", "--photo", "1=p.jpg", "--sign", "Dr. A")
before = files()
told = fossilct(*again, "--min-diameter-um", "26", code=1)  # 2 and 3 stay
assert "2 fossils (1, 4) decided on, noted or photographed, not found again" in told, told
assert files() == before
told = fossilct(*again, "--min-diameter-um", "26", "--retire-reviewed")
assert "2 fossils (1, 4) decided on" in told and "the signature by Dr. A of" in told, told
assert "2 retired" in told, told
assert ids() == [2, 3]
assert (work / "f.fossils/photos/1-1.jpg").read_bytes() == jpeg

# A merge by hand is not undone in silence, and said only once.
fresh()
fossilct("review", "f.fossils", "--merge", "1,3", "--sign", "Dr. A")
told = fossilct(*again, code=1)
assert "corrected or erased by hand, not found as they were left" in told, told
told = fossilct(*again, "--retire-reviewed")
assert "corrected or erased by hand" in told and "void" in told, told
assert len(ids()) == 4
assert "corrected or erased by hand" not in fossilct(*again)

# Through a link: the catalogue behind it goes on, and the link stays one.
shutil.rmtree(work / "f.fossils")
(work / "disk").mkdir()
fossilct("extract", "labels.nrrd", "-o", "disk/real.fossils")
(work / "f.fossils").symlink_to("disk/real.fossils")
assert "kept 4 ids" in fossilct(*again)
assert (work / "f.fossils").is_symlink() and ids("disk/real.fossils") == [1, 2, 3, 4]
assert sorted(p.name for p in (work / "disk").iterdir()) == ["real.fossils"]
(work / "f.fossils").unlink()

# What others put into the folder stays in it, whatever becomes of the fossils; crops are made anew.
fresh()
strangers = {"my_notes.txt": b"mine", "crops/7_mask_edited.nrrd": b"mask", "meshes/core.stl": b"solid", "a/b/c": b"deep"}
for name, content in strangers.items():
    (work / "f.fossils" / name).parent.mkdir(parents=True, exist_ok=True)
    (work / "f.fossils" / name).write_bytes(content)
(work / "f.fossils/elsewhere").symlink_to("../labels.nrrd")
for options in ([], ["--min-diameter-um", "26"], ["--overwrite"]):
    fossilct(*again, *options)
    assert {n: c for n, c in files().items() if n in strangers} == strangers, options
    assert (work / "f.fossils/elsewhere").is_symlink()
    assert (work / "f.fossils/crops/1_mask.nrrd").exists() == (options != ["--min-diameter-um", "26"])
    assert not any(".lock" in n or "partial" in n for n in files())

# Meshes and views of fossils that are no more go with them.
fresh()
products = {"meshes/1.ply": b"ply", "views/1_front.png": b"png", "meshes/2.ply": b"ply"}
for name, content in products.items():
    (work / "f.fossils" / name).parent.mkdir(parents=True, exist_ok=True)
    (work / "f.fossils" / name).write_bytes(content)
fossilct(*again, "--min-diameter-um", "26")
assert {n for n in files() if n in products} == {"meshes/2.ply"}

# What was decided and does not stand is told.
fresh()
fossilct("review", "f.fossils", "--accept", "2,3")
fossilct("review", "f.fossils", "--reject", "1")
nrrd("labels_grown.nrrd", {**EDGES, (4, 4, 4): 16, (24, 24, 4): 13})
told = fossilct("extract", "labels_grown.nrrd", "-o", "f.fossils")
assert "2 fossils (1, 2) decided on came out with other voxels: undecided again" in told, told
assert rows("SELECT id, verdict FROM specimens") == [(1, "undecided"), (2, "undecided"), (3, "accepted"), (4, "undecided")]

# A photograph of a catalogue that was begun anew is not written over by one of a new fossil.
fresh()
fossilct("review", "f.fossils", "--photo", "1=p.jpg")
fossilct(*again, "--overwrite")
another = jpeg + b"2"
(work / "q.jpg").write_bytes(another)
fossilct("review", "f.fossils", "--photo", "1=q.jpg", "--photo", "1=q.jpg")
assert {n: c for n, c in files().items() if n.startswith("photos")} == {
    "photos/1-1.jpg": jpeg, "photos/1-2.jpg": another, "photos/1-3.jpg": another}

# Labels of another place are none of this scan, though they have its size; a rounded header is no other place.
nrrd("scan_here.nrrd", EDGES, (10, 20, 30), inside=200, outside=90)
nrrd("labels_here.nrrd", EDGES, (10.4, 20, 29.6))
nrrd("labels_there.nrrd", EDGES, (410, 20, 30))
nrrd("labels_anywhere.nrrd", EDGES)
with_scan = ["--scan", "scan_here.nrrd", "-o", "p.fossils"]
told = fossilct("extract", "labels_there.nrrd", *with_scan, code=1)
assert "first voxel lies at (410, 20, 30) um, that of the scan scan_here.nrrd at (10, 20, 30) um" in told, told
told = fossilct("extract", "labels_here.nrrd", *with_scan, "--uncertainty", "labels_there.nrrd", code=1)
assert "labels_there.nrrd: the uncertainty's first voxel lies at" in told, told
for labels in ("labels_here.nrrd", "labels_anywhere.nrrd"):
    fossilct("extract", labels, *with_scan, "--overwrite")
for name, x in (("left", 0), ("right", 20)):
    fossilct("import", "scan.nrrd", "--roi", f"{x}:{x + 20},0:40,0:40", "-o", f"{name}.h5")
    fossilct("import", "labels.nrrd", "--labels", "--roi", f"{x}:{x + 20},0:40,0:40", "-o", f"{name}_labels.h5")
told = fossilct("extract", "right_labels.h5", "--scan", "left.h5", "-o", "r.fossils", code=1)
assert "first voxel lies at (40, 0, 0) um" in told, told
fossilct("extract", "right_labels.h5", "--scan", "right.h5", "-o", "r.fossils")

# Without --scan the labels tell which scan it is: where they lie, and whether a fossil is found again.
fresh("labels_here.nrrd")
told = fossilct("extract", "labels_there.nrrd", "-o", "f.fossils", code=1)
assert "is the catalogue of another scan, labels_here.nrrd" in told and "made without --scan" in told, told
fresh()
nrrd("others.nrrd", {(15, 15, 15): 9})
told = fossilct("extract", "others.nrrd", "-o", "f.fossils", code=1)
assert "labels.nrrd, is found again in others.nrrd" in told, told
assert ids() == [1, 2, 3, 4]
nrrd("corrected.nrrd", dict(list(EDGES.items())[:3]))
assert "kept 3 ids" in fossilct("extract", "corrected.nrrd", "-o", "f.fossils")

# The same scan imported twice is one scan; another part of it is another.
def imported(*options):
    fossilct("import", "scan.nrrd", "-o", "imported.h5", "--overwrite", *options)


imported()
catalogue = ["--scan", "imported.h5", "-o", "i.fossils"]
fossilct("extract", "labels.nrrd", *catalogue)
while rows("SELECT sha256 FROM scan", "i.fossils")[0][0] == hashlib.sha256((work / "imported.h5").read_bytes()).hexdigest():
    imported("--no-levels")  # its time has changed within a second
assert "kept 4 ids" in fossilct("extract", "labels.nrrd", *catalogue)
imported("--flip", "x")
assert "is the catalogue of another scan" in fossilct("extract", "labels.nrrd", *catalogue, code=1)

# --overwrite takes the place of a catalogue alone, also of a damaged one, and not while another writes it.
fresh()
(work / "f.fossils/catalogue.sqlite").write_bytes(b"damaged")
assert "damaged" in fossilct(*again, code=1)
fossilct(*again, "--overwrite")
with open(work / "f.fossils/.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert "in use by" in fossilct(*again, "--overwrite", code=1)
(work / "foreign").mkdir()
database = sqlite3.connect(work / "foreign/catalogue.sqlite")
database.execute("CREATE TABLE books (title TEXT)")
database.commit()
database.close()
left = files("foreign")
assert "no catalogue of fossils" in fossilct("extract", "labels.nrrd", "-o", "foreign", "--overwrite", code=1)
assert files("foreign") == left

# Without the volume of ids a way out is told.
fresh()
(work / "f.fossils/instances.h5").unlink()
assert "holds no instances.h5" in fossilct(*again, code=1)
fossilct(*again, "--overwrite")

# Scans in folders of the same name have names of their own, or are given them; a name once given stays.
for core in ("core-a", "core-b"):
    (work / core).mkdir()
    nrrd(f"{core}/scan.nrrd", EDGES, inside=200 if core == "core-a" else 201, outside=90)
    nrrd(f"{core}/labels.nrrd", dict(list(EDGES.items())[: 3 if core == "core-a" else 4]))
    fossilct("extract", f"{core}/labels.nrrd", "--scan", f"{core}/scan.nrrd", "-o", f"{core}.fossils")
assert "core-a core-b" in " ".join(fossilct("catalogue", "merge", "core-a.fossils", "core-b.fossils", "-o", "well.sqlite").split())
again = ["extract", "core-a/labels.nrrd", "--scan", "core-a/scan.nrrd", "-o", "core-a.fossils"]
fossilct(*again, "--name", "box 7")
fossilct(*again)
assert rows("SELECT name FROM scan", "core-a.fossils") == [("box 7",)]
