#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A job whose folders, files, scans and classes have names that a shell, a page or a path would take for something
else: nothing is run, nothing is written outside the job's folder, and pages show the names as they are.

Usage: strange_names_test.py PROGRAM WORK_FOLDER"""
import csv
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys

program, work = sys.argv[1], pathlib.Path(sys.argv[2])
CLASSES = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>"]
FOLDERS = ["$(touch ran)", "a;touch ran", "`touch ran`", "-rf", "| touch ran #", "core ä ö", "%s%n & <b>"]


def fossilct(*words, expect=0):
    done = subprocess.run([program, *map(str, words)], cwd=work, capture_output=True, text=True, timeout=240)
    if done.returncode != expect:
        sys.exit(f"{words}: exit code {done.returncode}, expected {expect}\n{done.stdout}\n{done.stderr}")
    return done


def require(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


class Page(html.parser.HTMLParser):
    """What a browser would take for programs of the page, and what it would show."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.handlers, self.images, self.shown, self.inside = [], [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        self.handlers += [value for name, value in attributes if name.startswith("on")]
        self.images += [dict(attributes).get("src") for _ in [0] if tag == "img"]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        (self.scripts if self.inside == "script" else self.shown).append(data)


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
job = "[job]\nstages = import, extract, report, well, abundance, abundance-table, index\n[defaults]\nmin-diameter-um = 5\n"
for number, folder in enumerate(FOLDERS):
    (work / folder).mkdir()
    scan, labels = f"./{folder}/{folder} scan.h5", f"./{folder}/labels.h5"
    fossilct("phantom", "--output", scan, "--labels", "plain.h5", "--size", 64, "--fossils", 2, "--seed", 3 + number,
             "--overwrite")
    fossilct("import", "plain.h5", "--output", labels, "--labels", "--class", f"1={CLASSES[number % 2]}:#e8a33d")
    name = folder.lstrip("-")
    job += f"[scan {name}]\npath = {scan}\nlabels = {labels}\ntop-depth-m = {number}\nbottom-depth-m = {number + 0.5}\n"
(work / "plain.h5").unlink()
(work / "tonight.ini").write_text(job)
before = {path for path in work.rglob("*")}
fossilct("run", "tonight.ini", "--check")
fossilct("run", "tonight.ini")
night = work / "tonight.job"
outside = {path for path in work.rglob("*") if night not in [path, *path.parents]} - before
require(not outside, f"nothing is made outside the job: {outside}")
require(not list(work.rglob("ran")), "nothing of a name was run")

pages = sorted(night.rglob("*.html"))
reports = len(FOLDERS) if re.search(r"^  report ", fossilct("help").stdout, re.M) else 0
require(len(pages) == 2 + reports, f"a report of each scan, the abundance, the morning: {pages}")
for path in pages:
    page = Page(path.read_text())
    require(not any("alert(" in str(handler) for handler in page.handlers), f"{path}: no name is a handler")
    require("x" not in page.images, f"{path}: no name is a picture")
    require(not any(re.fullmatch(r"\s*alert\(\d\)\s*", script) for script in page.scripts), f"{path}: no name is a script")
    shown = " ".join("".join(page.shown + page.scripts).split())
    if path.name == "index.html":
        for folder in FOLDERS:
            require(folder.lstrip("-") in shown, f"{path} shows {folder}")
    elif path.name == "abundance.html":
        require(all(name in shown or name.replace("<", "\\u003c") in shown for name in CLASSES), f"{path} shows the classes")
with open(night / "abundance.csv", newline="", encoding="utf-8") as file:
    taxa = {row["taxon"] for row in csv.DictReader(file)}
require(taxa == set(CLASSES), f"the classes are counted by their names: {taxa}")

# Classes of one value and different names are joined by name, which the log of the well tells.
log = (night / "log/.job/well.log").read_text()
require("classes are joined by their names" in " ".join(log.split()), log)

# A scan's name is no way out of the job's folder.
for name in ["../x", "..", ".x", "a/b", "-rf", "/tmp/x"]:
    (work / "out.ini").write_text(f"[scan {name}]\npath = ./-rf/-rf scan.h5\n")
    refused = fossilct("run", "out.ini", "--check", expect=2)
    require("out.ini line 1" in refused.stderr, refused.stderr)
    require(not (work / "out.job").exists(), f"nothing is made for {name}")

# A name with a line's end comes only by a pattern.
(work / "new\nline").mkdir()
(work / "-rf/-rf scan.h5").rename(work / "new\nline/$(touch ran)\n[scan b].h5")
(work / "pattern.ini").write_text("[job]\nstages = import, index\n[scans]\nscans = new*/*.h5\n")
fossilct("run", "pattern.ini")
require([path.name for path in (work / "pattern.job/scans").iterdir()] == ["$(touch ran)__scan b]"] or
        len(list((work / "pattern.job/scans").iterdir())) == 1, "one scan, by a name that is one line")
require("\n" not in next((work / "pattern.job/scans").iterdir()).name, "a scan's folder has a name of one line")
require(not list(work.rglob("ran")), "nothing of a name was run")
fossilct("status", "pattern.job")
print(f"{len(FOLDERS)} names of folders, 2 of classes, {len(pages)} pages")
