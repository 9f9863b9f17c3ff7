#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a job of small scans and disturbs it at random moments: SIGKILL to the run or to one of its stages, SIGTERM, a
scan that goes away, too little memory, a full disk. After each, the same command is started again. In the end
every output must be that of a job that nobody disturbed, and nothing unfinished may be left.

Usage: night_kills.py PROGRAM WORK_FOLDER [--scans N] [--kills N] [--minutes N] [--seed N] [--all] [--tmpfs MB]

--all adds SIGKILL to a stage alone, scans that go away and too little memory; --tmpfs mounts a small disk (root alone may) and fills it.
A start that came to its end before its moment is printed and does not count.
--minutes ends it with the turn in which that time is over. Prints a line a start."""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("--scans", type=int, default=2)
parser.add_argument("--kills", type=int, default=6)
parser.add_argument("--minutes", type=float, default=1e9)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--all", action="store_true")
parser.add_argument("--tmpfs", type=int, default=0, metavar="MB")
options = parser.parse_args()
program, work = str(pathlib.Path(options.program).resolve()), options.work.resolve()
chance = random.Random(options.seed)

# Changes from run to run: when it was made, and SHA-256 of files that say when they were made.
# The command of a second try has fewer threads.
TIMES = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?( ?UTC|Z)?|\b[0-9a-f]{64}\b"
                   rb'|"command":"(?:[^"\\]|\\.)*"|"options":\{[^{}]*\}'
                   rb"|<dd>fossilct [^<]*</dd>|<dt>(threads|batch|device)</dt><dd>[^<]*</dd>")


def fossilct(*arguments):
    done = subprocess.run([program, *map(str, arguments)], cwd=work, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done.stdout


def make_inputs():
    commands = fossilct("help")
    for i in range(options.scans):
        fossilct("phantom", "--output", f"scan{i}.h5", "--labels", f"labels{i}.h5", "--size", 64, "--fossils", 1,
                 "--seed", 10 + i)
    text = "[job]\noutput = OUTPUT\nwatchdog-minutes = 5\n[defaults]\nmin-diameter-um = 5\n"
    text += "views.size = 32\n" if re.search(r"^  views ", commands, re.M) else ""
    for i in range(options.scans):
        text += f"[scan core {i}]\npath = scan{i}.h5\ntop-depth-m = {i}\nbottom-depth-m = {i + 0.5}\n"
        # Through segment, where that is built; no two classes of one value, which can't be joined in a well.
        by_threshold = re.search(r"^  segment ", commands, re.M)
        text += "segment.threshold = otsu\n" if by_threshold else f"labels = labels{i}.h5\n"
    return text


def write_job(name, text, folder):
    (work / name).write_text(text.replace("OUTPUT", str(folder)))


def start(job, *more):
    return subprocess.Popen([program, "run", job, "--quiet", *more], cwd=work, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def children(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


def database_content(path):
    """All rows, times left out."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    digest = hashlib.sha256()
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        for row in sorted(map(repr, database.execute(f'SELECT * FROM "{table}"'))):
            digest.update(TIMES.sub(b"TIME", row.encode()))
    database.close()
    return digest.hexdigest()


def content(path):
    if path.suffix == ".sqlite":
        return database_content(path)
    if path.suffix == ".h5":  # voxels and grid; the file says when it was made
        voxels = work / "voxels.nrrd"
        fossilct("export", path, "--output", voxels, "--overwrite", "--spacing-um", 1)
        return hashlib.sha256(voxels.read_bytes()).hexdigest()
    data = path.read_bytes()
    if path.suffix in (".html", ".json", ".csv", ".nrrd"):
        data = TIMES.sub(b"TIME", data)
    return hashlib.sha256(data).hexdigest()


def outputs(folder):
    """Of a job's folder: what every file holds, by its name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        own = name.startswith(("journal.sqlite", "log/", "filler", "lost+found"))
        if path.is_file() and not own and name not in ("index.html", "summary.csv"):
            found[name] = content(path)
    return found


def require_same(expected, folder, what):
    found = outputs(folder)
    left = [name for name in found if ".partial-" in name or name.endswith((".lock", "-journal", "-wal", "/lock"))]
    assert not left, (what, left)
    assert found.keys() == expected.keys(), (what, found.keys() ^ expected.keys())
    different = [name for name in found if found[name] != expected[name]]
    assert not different, (what, different)
    assert (folder / "index.html").exists() and (folder / "summary.csv").exists()


deck, counts = [], collections.Counter()


def failures_of(folder):
    """What the journal says of stages that failed, for the log."""
    if not (folder / "journal.sqlite").exists():
        return ""
    told = subprocess.run([program, "status", folder, "--json"], capture_output=True, text=True, timeout=300)
    if told.returncode != 0:
        return f"; status: {told.stderr.strip()}"
    state = json.loads(told.stdout)
    stages = [(scan["name"], stage) for scan in state["scans"] for stage in scan["stages"]]
    stages += [("", stage) for stage in state.get("stages", [])]
    return "".join(f"; {name} {stage['stage']}: {stage.get('reason', '')}" for name, stage in stages
                   if stage["state"] == "failed").replace(str(work), "WORK")


class Disturbed:
    """A job that is disturbed until it came to its end."""

    seconds = 0  # that an undisturbed one takes; the machine may get slower or faster meanwhile

    def __init__(self, folder):
        self.folder = folder
        self.done_before = False  # some of its work
        kinds = ["kill", "kill", "term"]
        self.kinds = kinds + (["child", "away", "memory"] if options.all else []) + (["full"] if options.tmpfs else [])

    def next_kind(self):
        """Each as often as it stands among the kinds, in an order of chance."""
        if not deck:
            deck.extend(chance.sample(self.kinds, len(self.kinds)))
        return deck.pop()

    def once(self):
        """Starts it, disturbs it, and waits for its end. Whether it was struck, whether it came to its end."""
        kind = self.next_kind()
        delay = chance.uniform(0, Disturbed.seconds)
        began = time.monotonic()
        run = start("night.ini", *(["--memory", "0.02", "--start-anyway"] if kind == "memory" else []))
        time.sleep(delay)
        alive = run.poll() is None
        mend = getattr(self, kind)(run) if alive else None
        out, _ = run.communicate(timeout=600)
        if not alive and not self.done_before and run.returncode == 0:
            Disturbed.seconds = min(Disturbed.seconds, time.monotonic() - began)
        self.done_before = True
        struck = run.returncode != 0 if kind == "memory" else alive  # from its beginning
        if mend:
            mend()
        counts[kind if struck else "none: it had ended"] += 1
        print(f"{kind if struck else 'none'} after {delay:.2f} s: exit code {run.returncode}{failures_of(self.folder)}", flush=True)
        assert run.returncode in (0, 1, 3, 4, 130, -signal.SIGKILL), (run.returncode, out)
        # One blow alone: the second try, with less, must do it.
        assert kind != "child" or not struck or run.returncode != 3, out
        return struck, run.returncode == 0

    def kill(self, run):
        run.kill()

    def child(self, run):
        for pid in children(run.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def term(self, run):
        run.send_signal(signal.SIGTERM)

    def memory(self, run):
        pass

    def away(self, run):
        scan = work / f"scan{chance.randrange(options.scans)}.h5"
        scan.rename(work / "away.h5")
        return lambda: (work / "away.h5").rename(scan)

    def full(self, run):
        filler = self.folder / "filler"
        try:
            with filler.open("wb") as file:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
        except OSError:
            pass
        return filler.unlink


def clear(folder):
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def undisturbed(text):
    """In the folder where it will be disturbed: provenance names it."""
    folder = work / "night.job"
    write_job("night.ini", text, folder)
    began = time.monotonic()
    run = start("night.ini")
    out, _ = run.communicate(timeout=600)
    assert run.returncode == 0, (run.returncode, out)
    seconds = time.monotonic() - began
    expected = outputs(folder)
    for name in ["well.sqlite", "abundance.csv", "abundance.html"]:
        assert name in expected, (name, expected.keys())
    again = start("night.ini")
    out, _ = again.communicate(timeout=600)
    assert again.returncode == 0, out
    require_same(expected, folder, "run again")
    clear(folder)
    return expected, seconds


def disturb(expected, seconds):
    folder = work / "night.job"
    done = 0
    Disturbed.seconds = seconds
    end = time.monotonic() + 60 * options.minutes
    for turn in range(10 * options.kills):
        if done >= options.kills or time.monotonic() > end:
            return
        disturbed = Disturbed(folder)
        ended = False
        while not ended and done < options.kills and time.monotonic() < end:
            struck, ended = disturbed.once()
            done += struck
        if not ended:
            run = start("night.ini")
            out, _ = run.communicate(timeout=600)
            assert run.returncode == 0, (run.returncode, out)
        require_same(expected, folder, f"turn {turn}")
        print(f"turn {turn}: every output as undisturbed", flush=True)
        clear(folder)


shutil.rmtree(work, ignore_errors=True)
(work / "night.job").mkdir(parents=True)
job_text = make_inputs()
expected_outputs, undisturbed_seconds = undisturbed(job_text)
print(f"undisturbed: {undisturbed_seconds:.1f} s, {len(expected_outputs)} files", flush=True)
if options.tmpfs:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={options.tmpfs}m", "tmpfs", work / "night.job"], check=True)
try:
    disturb(expected_outputs, undisturbed_seconds)
finally:
    if options.tmpfs:
        subprocess.run(["umount", work / "night.job"], check=False)
print("in all: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())), flush=True)
sys.exit(0)
