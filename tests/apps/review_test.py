#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""review and catalogue on folders as a disk may leave them. Usage: review_test.py FOSSILCT INPUTS WORK"""
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

program, inputs, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])


def fossilct(*arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout, " ".join(done.stderr.split())


def fresh(name):
    folder = work / f"{name}.fossils"
    shutil.copytree(inputs / "t.fossils", folder)
    return folder


def rows(folder):
    with open(folder / "specimens.csv", newline="", encoding="utf-8") as file:
        return {int(row["id"]): row for row in csv.DictReader(file)}


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)

folder = fresh("decided")
code, _, err = fossilct("review", folder, "--accept", "4", "--reject", "5", "--note", '6=a "pebble", broken',
                        "--by", "B. Writer", "--photo", f"7={inputs / 'good' / 's_000.png'}")
assert code == 0, err
table = rows(folder)
assert [table[i]["verdict"] for i in (4, 5, 6)] == ["accepted", "rejected", "undecided"], table
assert table[6]["note"] == 'a "pebble", broken'
features = json.loads((folder / "specimens.json").read_text())["features"]
assert [f["properties"]["verdict"] for f in features if f["id"] in (4, 5)] == ["accepted", "rejected"]
assert (folder / "photos" / "7-1.png").read_bytes() == (inputs / "good" / "s_000.png").read_bytes()
database = sqlite3.connect(folder / "catalogue.sqlite")
kept = database.execute("SELECT specimen_id, action, value, person FROM review ORDER BY id").fetchall()
assert kept[2:] == [(4, "accept", "", "B. Writer"), (5, "reject", "", "B. Writer"),
                    (6, "note", 'a "pebble", broken', "B. Writer"), (7, "photo", "photos/7-1.png", "B. Writer")], kept
# The view says the same as the CSV, which is made without it.
view = database.execute("SELECT * FROM specimen_table ORDER BY key")
assert [c[0] for c in view.description][1:] == list(table[4]), [c[0] for c in view.description]
for values in view:
    for value, text in zip(values[1:], table[values[2]].values()):
        same = text == "" if value is None else float(text) == value if isinstance(value, float) else text == str(value)
        assert same, (values, value, text)
database.close()

# Names: one by one, by a table of ids, by a table of places.
folder = fresh("named")
code, _, err = fossilct("review", folder, "--taxon", "4-6,1= Globigerina ruber ", "--by", "B. Writer")
assert code == 0, err
table = rows(folder)
assert [table[i]["taxon"] for i in (1, 4, 6, 7)] == ["Globigerina ruber"] * 3 + [""], table
assert table[4]["taxon_by"] == "person" and table[4]["verdict"] == "undecided", table[4]
ids = work / "ids.csv"
ids.write_text("Taxon,id,remark\nsacculifer,4,\n,5,not named\n\"bulloides, large\",7,\n")
code, _, err = fossilct("review", folder, "--taxa", ids, "--taxon", "6=")
assert code == 0 and "named by" in err and "2 fossils" in err, err
table = rows(folder)
assert [table[i]["taxon"] for i in (4, 5, 6, 7)] == ["sacculifer", "Globigerina ruber", "", "bulloides, large"], table
for content, fault in (("id,taxon\n4,a\n4,b\n", "line 3: fossil 4 stands in line 2 already"),
                       ("id,taxon\n99,a\n", "--taxa: there is no fossil 99"),
                       ("id,taxon\nx,a\n", "line 2: 'x' is no id"),
                       ("id,name\n4,a\n", "the column 'taxon' is missing"),
                       ("id,taxon\n4,unsure\n", "--taxa: 'unsure' is what a model says"),
                       ("kind,centre_x_um,centre_y_um,centre_z_um\na,1,,2\n", "centre_y_um is empty")):
    ids.write_text(content)
    code, _, err = fossilct("review", folder, "--taxa", ids)
    assert code != 0 and fault in err, (content, err)
    assert rows(folder) == table
at = [[float(table[i][f"centroid_{axis}_um"]) for axis in "xyz"] for i in (4, 6)]
places = work / "truth.csv"
places.write_text("id,kind,centre_x_um,centre_y_um,centre_z_um\n" +
                  f"1,diatom,{at[0][0] + 3},{at[0][1]},{at[0][2]}\n" +  # the next one is nearer
                  f"2,ostracod,{at[0][0] + 1},{at[0][1]},{at[0][2]}\n" +
                  f"3,coiled,{at[1][0]},{at[1][1]},{at[1][2]}\n" +
                  "4,coiled,-5000,0,0\n")
code, _, err = fossilct("review", folder, "--taxa", places)
assert code == 0 and "2 fossils; where 2 rows say" in err, err
table = rows(folder)
assert [table[i]["taxon"] for i in (4, 6)] == ["ostracod", "coiled"], table

# One wrong id, and nothing of the call is done.
before = (folder / "catalogue.sqlite").read_bytes()
code, _, err = fossilct("review", folder, "--accept", "8", "--note", "99=x")
assert code == 2 and "no fossil 99" in err, err
assert rows(folder)[8]["verdict"] == "undecided"
assert (folder / "catalogue.sqlite").read_bytes() == before

code, _, err = fossilct("review", folder, "--sign", " ")
assert code == 2 and "--sign: the name is empty" in err, err

# What can't be shown or written is not kept; what another program put there is not sent to the terminal.
for option in ("--sign", "--by", "--note"):
    for bad in (b"\x1b[31mred", b"caf\xe9"):
        value = b"1=" + bad if option == "--note" else bad
        done = subprocess.run([program, b"review", bytes(folder), b"--accept", b"1", option.encode(), value], capture_output=True)
        assert done.returncode == 2 and b"no UTF-8, or control characters" in b" ".join(done.stderr.split()), done.stderr
code, _, err = fossilct("review", folder, "--note", "1=two\nlines, caf\u00e9")
assert code == 0 and rows(folder)[1]["note"] == "two\nlines, caf\u00e9", err
signed = fresh("signed")
assert fossilct("review", signed, "--sign", "Dr. A. Reader")[0] == 0
with sqlite3.connect(signed / "catalogue.sqlite") as database:
    database.execute("UPDATE signature SET person = 'A' || char(27) || '[2J'")
assert "\x1b" not in fossilct("catalogue", "info", signed)[1]

# Signed, then altered behind our back.
code, out, err = fossilct("review", folder, "--sign", "Dr. A. Reader", "--json")
assert code == 0 and json.loads(out)["signature"]["holds"], (out, err)
database = sqlite3.connect(folder / "catalogue.sqlite")
database.execute("UPDATE measurement SET value = value * 2 WHERE specimen = 4 AND kind = 1")
database.commit()
database.close()
code, out, err = fossilct("catalogue", "info", folder)
assert code == 0 and "VOID, the content was altered by another program" in out, (out, err)

# A range as large as there can be takes no longer than the fossils that it has.
folder = fresh("range")
code, _, err = fossilct("review", folder, "--accept", "1-4294967294", "--accept", "1-1000000")
assert code == 0, err
assert all(row["verdict"] == "accepted" for row in rows(folder).values())
with sqlite3.connect(folder / "catalogue.sqlite") as database:
    assert database.execute("SELECT count(*) FROM review WHERE action = 'accept'").fetchone()[0] == 1 + len(rows(folder))

# Damaged: said, not overwritten.
for name, damage in {"empty": lambda b: b"", "text": lambda b: b"no tables here", "cut": lambda b: b[: len(b) // 2]}.items():
    folder = fresh(name)
    database = folder / "catalogue.sqlite"
    database.write_bytes(damage(database.read_bytes()))
    left = database.read_bytes()
    for arguments in (["review", folder, "--accept", "1"], ["catalogue", "info", folder],
                      ["catalogue", "merge", folder, "-o", work / "w.sqlite"]):
        code, _, err = fossilct(*arguments)
        assert code == 1 and "catalogue.sqlite" in err, (arguments, code, err)
    assert database.read_bytes() == left
    assert not (work / "w.sqlite").exists()

# A folder that can't be written is still read. (root writes everywhere.)
if os.geteuid() != 0:
    folder = fresh("read_only")
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555)
    try:
        code, _, err = fossilct("review", folder, "--accept", "1")
        assert code == 1 and "Permission denied" in err, err
        assert fossilct("catalogue", "info", folder)[0] == 0
        assert fossilct("review", folder)[0] == 0
    finally:
        folder.chmod(0o755)
