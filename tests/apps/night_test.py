# SPDX-License-Identifier: Apache-2.0
"""A night from its check to its morning, as its user meets it: night_test.py PROGRAM FOLDER. Only stages that need
neither LibTorch nor a renderer: labels are given."""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)


def fossilct(*words, expect=0, environment=None):
    result = subprocess.run([program, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=240,
                            env={**os.environ, **(environment or {})})
    if result.returncode != expect:
        sys.exit(f"{words}: exit code {result.returncode}, expected {expect}\n{result.stdout}\n{result.stderr}")
    return result


def require(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def recorder(name):
    """A program that writes its arguments, its stdin and the job's variables beside itself."""
    path = folder / name
    path.write_text("#!/bin/sh\n"
                    f"for a in \"$@\"; do printf '%s\\n' \"$a\"; done > '{folder}/{name}.arguments'\n"
                    f"cat > '{folder}/{name}.input'\n"
                    f"printf '%s\\n' \"$FOSSILCT_JOB\" \"$FOSSILCT_OUTCOME\" \"$FOSSILCT_PAGE\" > '{folder}/{name}.variables'\n")
    path.chmod(0o755)
    return path


for seed, scan, labels in ((3, "core a.h5", "labels a.h5"), (4, "core b.h5", "labels b.h5")):
    fossilct("phantom", "--output", scan, "--labels", labels, "--instances", "ids.h5", "--truth", "truth.csv",
             "--size", "96", "--fossils", "4", "--seed", seed, "--overwrite")
whole = (folder / "core b.h5").read_bytes()
(folder / "damaged.h5").write_bytes(whole[:len(whole) // 3])
recorder("done here")
recorder("sendmail")

job = """[job]
stages = import, extract, well, abundance, abundance-table, index
on-done = 'done here' "$HOME ; a"
mail-to = a@b.example, c@d.example
[scan core a]
path = core a.h5
labels = labels a.h5
top-depth-m = 1203.5
bottom-depth-m = 1203.6
[scan <script>alert(1)]
path = damaged.h5
top-depth-m = 1203.6
bottom-depth-m = 1203.7
labels = labels b.h5
"""
(folder / "tonight.ini").write_text(job.replace("'done here'", f"'{folder}/done here'"))

# The check finds the damaged scan, writes nothing, and the run does not begin.
check = fossilct("run", "tonight.ini", "--check", expect=3)
require("CAN'T END  <script>alert(1) import" in check.stdout, "the check names the damaged scan:\n" + check.stdout)
require("known rate" in check.stdout and "core a" in check.stdout, "the check has a table")
refused = fossilct("run", "tonight.ini", expect=4)
require("can't come to its end" in refused.stderr and "--start-anyway" in refused.stderr, refused.stderr)
require(not (folder / "tonight.job").exists(), "nothing was written so far")

# Started all the same: one scan is done, the other told.
fossilct("run", "tonight.ini", "--start-anyway", "--sendmail", folder / "sendmail", expect=3)
night = folder / "tonight.job"
page = (night / "index.html").read_text()
require("<script" not in page, "no name becomes markup")
require(page.index("<h2>What failed</h2>") < page.index("<h2>Scans</h2>"), "failures come first")
require('href="./scans/core%20a/fossils/specimens.csv"' in page, "the page leads to the table of fossils")
summary = rows(night / "summary.csv")
require([row["state"] for row in summary] == ["done", "failed"], f"states of the summary: {summary}")
fossils = rows(night / "scans/core a/fossils/specimens.csv")
require(int(summary[0]["fossils"]) == len(fossils) > 0, "the summary counts the catalogue's fossils")
require(float(summary[0]["top_m"]) == 1203.5, "the depth reached the summary")
require("damaged.h5" in summary[1]["reason"], "the reason names the file")

# Notices: words and variables as they were given, one letter to both.
require((folder / "done here.arguments").read_text() == f"$HOME ; a\n{night}\n", "on-done's words")
require((folder / "done here.variables").read_text() == f"{night}\nfailed\n{night}/index.html\n", "its variables")
require((folder / "sendmail.arguments").read_text() == "-i\n--\na@b.example\nc@d.example\n", "sendmail's interface")
letter = (folder / "sendmail.input").read_text()
require("Subject: tonight: failed" in letter and "1 of 2 scans done, 1 failed" in letter, letter)

# Status tells the same to a person and to a program, by the folder and by the job file.
text = fossilct("status", "tonight.job").stdout
require("FAILED" in text and "1 of 2 scans done, 1 failed" in text, text)
state = json.loads(fossilct("status", "tonight.ini", "--json").stdout)
require(state["state"] == "failed" and state["process"] is None, "a run that ended")
require([scan["state"] for scan in state["scans"]] == ["done", "failed"], "states of the scans")
require(fossilct("status", "tonight.job", "--follow").stdout == text, "nothing is followed when no run goes on")

# Mended, the same command does what is missing, and its morning says so.
(folder / "damaged.h5").write_bytes(whole)
done = {stage["stage"]: stage["began"] for stage in state["scans"][0]["stages"] if stage["state"] == "done"}
(folder / "tonight.ini").write_text((folder / "tonight.ini").read_text().replace("on-done", "#on-done")
                                    .replace("mail-to", "#mail-to").replace("[scan <script>alert(1)]", "[scan b]"))
shutil.rmtree(night / "scans/<script>alert(1)")
fossilct("run", "tonight.ini")
state = json.loads(fossilct("status", "tonight.job", "--json").stdout)
require(state["state"] == "done", "all is done")
require({stage["stage"]: stage["began"] for stage in state["scans"][0]["stages"] if stage["state"] == "done"} == done,
        "what was done is not done again")
require("What failed" not in (night / "index.html").read_text(), "the page has no failures any more")

# Scans that come while it waits.
incoming = folder / "incoming"
incoming.mkdir()
(folder / "watch.ini").write_text("[job]\nstages = import, index\n")
watcher = subprocess.Popen([program, "run", "watch.ini", "--watch", "incoming", "--watch-rest", "0.4"], cwd=folder,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
try:
    for name in ("first.h5", "second.h5"):
        shutil.copy(folder / "core a.h5", incoming / (name + ".part"))
        (incoming / (name + ".part")).rename(incoming / name)
        end = time.monotonic() + 60
        table = folder / "watch.job/summary.csv"
        while time.monotonic() < end and not (table.exists() and
                                              [row["state"] for row in rows(table) if row["scan"] == name[:-3]] == ["done"]):
            time.sleep(0.1)
        require(time.monotonic() < end, f"{name} was taken when it had come")
    watcher.send_signal(signal.SIGTERM)
    _, errors = watcher.communicate(timeout=60)
finally:
    watcher.kill()
require(watcher.returncode == 130, f"a watch that is stopped ends with 130, not {watcher.returncode}: {errors}")
print("a night, its morning, and scans that come")
