#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""train-classifier, classify and embed at work on small pictures, and on pictures as people have them.
Usage: taxa_test.py FOSSILCT WORK_FOLDER [catalogue], the last where phantom, extract and views are built."""
import csv
import json
import math
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import zlib

program, work, with_catalogue = sys.argv[1], pathlib.Path(sys.argv[2]), "catalogue" in sys.argv[3:]
tiny = ["--size", "16", "--set", "phases.0.epochs=2", "--set", "batch=8", "--threads", "1"]


def fossilct(*arguments, code=0):
    done = subprocess.run([program, *map(str, arguments)], cwd=work, capture_output=True, text=True, timeout=120)
    err = " ".join(done.stderr.split())
    assert done.returncode == code, (arguments, done.returncode, done.stdout, err)
    assert "terminate called" not in err and "c10" not in err, err
    return done.stdout, err


def answer(*arguments):
    return json.loads(fossilct(*arguments, "--json")[0])


def rows(name):
    with open(work / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def png(path, rows, colour=0, depth=8, palette=b""):
    """ISO/IEC 15948; colour 0: grey, 3: palette, 6: RGBA."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) if data or kind == b"IEND" else b""

    width = len(rows[0]) * 8 // (depth * {0: 1, 3: 1, 6: 4}[colour])
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def body(lobes, seed, size=32):
    """A bright disc, or one with lobes, on dark ground."""
    numbers = random.Random(seed)
    turn, radius = numbers.uniform(0, 6.3), size * numbers.uniform(0.28, 0.36)

    def value(x, y):
        dx, dy = x + 0.5 - size / 2, y + 0.5 - size / 2
        edge = radius * (1 + (0.35 * math.cos(lobes * math.atan2(dy, dx) + turn) if lobes else 0))
        return 210 if math.hypot(dx, dy) < edge else 30

    return [bytes(value(x, y) for x in range(size)) for y in range(size)]


def photographs(folder, taxa, specimens=4, views=2):
    for number, (taxon, lobes) in enumerate(taxa.items()):
        for specimen in range(specimens):
            for view in range(views):
                png(work / folder / taxon / f"{taxon}{specimen}_v{view}.png", body(lobes, 100 * number + 10 * specimen + view))


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)

# Pictures of all kinds, some of which are none.
photographs("photos", {"round": 0, "star": 5})
grey = body(5, 7)
png(work / "photos/star/rgba_v0.png", [b"".join(bytes([v, v, v, 255]) for v in row) for row in grey], colour=6)
png(work / "photos/star/deep_v0.png", [b"".join(struct.pack(">H", 257 * v) for v in row) for row in grey], depth=16)
png(work / "photos/star/palette_v0.png", [bytes(v > 99 for v in row) for row in grey], colour=3, palette=bytes([30, 30, 30, 210, 210, 210]))
png(work / "photos/round/dot_v0.png", [b"\x7f"])
(work / "photos/round/damaged_v0.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\0\x43\0")
train = ["train-classifier", "photos", *tiny]
out, err = fossilct(*train, "--folds", "2", "-o", "m.safetensors", "--json")
trained = json.loads(out)
assert "damaged_v0.jpg" in err and "dot_v0.png" in err and "2 pictures could not be used" in err, err
test = trained["test"]
assert trained["taxa"] == ["round", "star"] and test["specimens"] == 11 and len(test["folds"]) == 2, trained
assert test["scores"]["accuracy"]["value"] == test["accuracy"] and test["scores"]["unknown_to_model"]["specimens"] == 0
assert sum(map(sum, test["scores"]["confusion"])) == 11
table = rows("m.specimens.csv")
assert len(table) == 11 and {row["known"] for row in table} == {"round", "star"}, table
page = (work / "m.report.html").read_text(encoding="utf-8")
assert "Of 11 specimens of 2 taxa" in page and "2 parts, each held back in turn" in page and "src=\"http" not in page

# The same again is the same; what is there is not lost; a part held back is a test too.
_, err = fossilct(*train, "-o", "m.safetensors", code=1)
assert "m.safetensors: exists already" in err, err
fossilct(*train, "--folds", "2", "-o", "again.safetensors", "--report", "page.html")
assert (work / "again.specimens.csv").read_bytes() == (work / "m.specimens.csv").read_bytes()
assert (work / "page.html").exists() and not (work / "again.report.html").exists()
held = answer(*train, "--validate-share", "0.5", "-o", "held.safetensors")["test"]
assert 4 <= held["specimens"] <= 7 and "folds" not in held, held

# Many settings.
(work / "grid.txt").write_text("# of each\nbatch = 8 | 16\n")
grid = answer(*train, "--grid", "grid.txt", "--folds", "2")
assert [row["settings"]["batch"] for row in grid] == ["8", "16"] and all(row["specimens"] == 11 for row in grid), grid
(work / "grid.txt").write_text("batsch = 8\n")
_, err = fossilct(*train, "--grid", "grid.txt", code=1)
assert "grid.txt: line 1" in err and "batsch" in err, err

# Taxa that are no two, or too small.
photographs("capitals", {"star": 5, "Star": 5}, 2, 1)
_, err = fossilct("train-classifier", "capitals", *tiny, "-o", "none.safetensors", code=1)
assert "'Star' and 'star' differ only in capitals" in err or "'star' and 'Star' differ only in capitals" in err, err
photographs("single", {"round": 0, "star": 5}, 3, 1)
photographs("single", {"alone": 3}, 1, 1)
_, err = fossilct("train-classifier", "single", *tiny, "--validate-share", "0.34", "-o", "single.safetensors")
assert "taxon 'alone' has one specimen" in err, err
photographs("lonely", {"star": 5}, 2, 1)
_, err = fossilct("train-classifier", "lonely", *tiny, "-o", "none.safetensors", code=1)
assert "of 'star': expected two taxa" in err, err
_, err = fossilct("train-classifier", "photos/star", *tiny, "-o", "none.safetensors", code=1)
assert "no specimen's taxon is known" in err and "a folder for each taxon" in err, err
(work / "unnamed.csv").write_text("path\nphotos/star/star0_v0.png\nphotos/star/star1_v0.png\n")
_, err = fossilct("train-classifier", "unnamed.csv", *tiny, "-o", "none.safetensors", code=1)
assert "no specimen's taxon is known" in err and "--taxon-pattern" in err, err
_, err = fossilct(*train, "--with-measurements", "-o", "none.safetensors", code=2)
assert "--with-measurements" in err and "photographs have no measurements" in err, err
assert not (work / "none.safetensors").exists()

# Answers, judged where the taxon is known and the model's.
photographs("test", {"star": 5, "unheard": 3})
judged, err = fossilct("classify", "test", "-m", "m.safetensors", "-o", "a.csv", "--evaluate", "e.html", "--explain", "why",
                       "--explain-most", "2", "--layers", "1,2", "--mc-dropout", "8", "--threads", "1", "--json")
judged = json.loads(judged)
assert "4 specimens of taxa that the model does not know (unheard)" in err, err
assert judged["evaluation"]["specimens"] == 4 and judged["evaluation"]["unknown_to_model"]["taxa"] == ["unheard"], judged
assert len(rows("a.csv")) == 8 and all(row["vote"] for row in rows("a.csv"))
assert "Doubtful specimens under dropout" in (work / "e.html").read_text(encoding="utf-8")
why = sorted(path.name for path in (work / "why").iterdir())
assert len(why) == 1 + 2 * 2 * 3 and "index.html" in why, why
index = (work / "why/index.html").read_text(encoding="utf-8")
assert all(f'src="{name}"' in index for name in why if name != "index.html")
_, err = fossilct("classify", "photos", "-m", "m.safetensors", "--evaluate", "own.html", "--threads", "1")
assert "The model was trained on specimens from here" in err, err
_, err = fossilct("classify", "test/unheard", "-m", "m.safetensors", "--evaluate", "none.html", "--threads", "1", code=1)
assert "no specimen's taxon is known" in err, err
shutil.copytree(work / "test/unheard", work / "foreign/unheard")
_, err = fossilct("classify", "foreign", "-m", "m.safetensors", "--evaluate", "none.html", "--threads", "1", code=1)
assert "none of the known taxa (unheard) is one of the model's (round, star)" in err, err
_, err = fossilct("classify", "test", "-m", "m.safetensors", "--explain", "none", "--layers", "99", code=2)
assert "--layers: '99': the model's network has convolutions 1 to" in err, err
_, err = fossilct("classify", "test", "-m", "m.safetensors", "--explain", "why", "--threads", "1", code=1)
assert "why: exists already" in err, err
assert not (work / "none.html").exists() and not (work / "none").exists()

# Maps.
mapped = answer("embed", "photos", "-m", "m.safetensors", "-o", "map.html", "--table", "map.csv", "--epochs", "20", "--iterations", "50", "--threads", "1")
assert mapped["specimens"] == 11 and len(rows("map.csv")) == 11
assert all(math.isfinite(float(row[axis])) for row in rows("map.csv") for axis in ("tsne_x", "umap_y"))

if not with_catalogue:
    sys.exit()

# A catalogue: pictures are made on the way, names of persons teach, answers are kept and shown.
fossilct("phantom", "-o", "c.h5", "--size", "64", "--fossils", "5", "--labels", "l.h5", "--seed", "3")
fossilct("extract", "l.h5", "--scan", "c.h5", "-o", "c.fossils")
ids = [int(row["id"]) for row in rows("c.fossils/specimens.csv")]
assert len(ids) >= 4, ids
for name, some in (("disc", ids[0::2]), ("tube", ids[1::2])):
    fossilct("review", "c.fossils", "--taxon", ",".join(map(str, some)) + "=" + name, "--by", "A. Reader")
_, err = fossilct("train-classifier", "c.fossils", *tiny, "--views", "front,section-top", "--with-measurements", "--folds", "2", "-o", "c.safetensors")
assert "making the pictures that c.fossils lacks" in err, err
_, err = fossilct("classify", "c.fossils", "-m", "c.safetensors", "--threshold", "0", "--evaluate", "c.html", "--threads", "1")
assert "making the pictures" not in err, err
named = rows("c.fossils/specimens.csv")
assert {row["taxon"] for row in named} == {"disc", "tube"} and {row["taxon_by"] for row in named} == {"person"}, named
_, err = fossilct("classify", "c.fossils", "-m", "m.safetensors", "--evaluate", "none.html", "--threads", "1", code=1)
assert "none of the known taxa (disc, tube) is one of the model's (round, star)" in err, err
fossilct("report", "c.fossils", "-o", "r.html")
(work / "barren.raw").write_bytes(bytes(16**3))
fossilct("extract", "barren.raw", "--raw", "16x16x16:u8", "--spacing-um", "2", "-o", "barren.fossils")
assert answer("classify", "barren.fossils", "-m", "c.safetensors")["specimens"] == 0
page = (work / "r.html").read_text(encoding="utf-8")
assert "named by a person" in page and '"byPerson":true' in page and '"best":[["' in page
# A damaged crop: its fossil has no new pictures, the others get their answers.
crop = work / f"c.fossils/crops/{ids[1]}.nrrd"
crop.write_bytes(crop.read_bytes()[:400])
(work / f"c.fossils/views/{ids[1]}_front.png").unlink()
_, err = fossilct("classify", "c.fossils", "-m", "m.safetensors", "--threads", "1", code=3)
assert "1 fossil without pictures, which could not be made, left out" in err, err
_, err = fossilct("classify", "c.h5", "-m", "m.safetensors", code=1)
assert "c.h5: holds a scan, no catalogue of fossils" in err, err
