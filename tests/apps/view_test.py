#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The viewer as a user has it: real keys, wheel and clicks on an X server of its own, and what is
then in the catalogue. Usage: view_test.py PROGRAM CATALOGUE WORK_FOLDER XVFB XDOTOOL"""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

program, source, work, xvfb, xdotool = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4], sys.argv[5]
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
catalogue = work / "t.fossils"
shutil.copytree(source, catalogue)
scan = pathlib.Path(source).parent / "phantom.h5"
bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}


def review():
    job = subprocess.run([program, "review", catalogue, "--queue", "--json"], capture_output=True, text=True, timeout=60)
    assert job.returncode == 0, job.stderr
    return json.loads(job.stdout)


def without_display():
    for display, said in ((None, "DISPLAY is not set"), (":4711", "the display ':4711'")):
        env = bare if display is None else {**bare, "DISPLAY": display}
        job = subprocess.run([program, "view", catalogue], capture_output=True, text=True, env=env, timeout=60)
        assert job.returncode == 4 and said in job.stderr and "ssh -X" in job.stderr, (job.returncode, job.stderr)


def without_companion():
    """fossilct by itself says what the viewer is built with."""
    lone = work / "bin" / "fossilct"
    lone.parent.mkdir()
    shutil.copy(program, lone)
    job = subprocess.run([lone, "view", catalogue], capture_output=True, text=True, env=bare, timeout=60)
    assert job.returncode == 1 and "/libexec/fossilct/fossilct-view: " in job.stderr, (job.returncode, job.stderr)
    assert "built where there is Qt 5 (Debian: qtbase5-dev)" in job.stderr, job.stderr
    assert subprocess.run([lone, "help"], capture_output=True, timeout=60).returncode == 0


class Screen:
    """An X server on a free display."""

    def __enter__(self):
        ours, theirs = os.pipe()
        self.server = subprocess.Popen([xvfb, "-displayfd", str(theirs), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
                                       pass_fds=[theirs], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            self.env = {**bare, "DISPLAY": ":" + pipe.readline().strip()}
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def do(self, *words, check=True):
        return subprocess.run([xdotool, *words], env=self.env, capture_output=True, text=True, timeout=30, check=check).stdout


class Viewer:
    """The program, and what it has said so far."""

    def __init__(self, screen, *options):
        self.job = subprocess.Popen([program, "view", catalogue, "--scan", scan, "--verbose", "--json", *options],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=screen.env)
        self.said = []
        threading.Thread(target=lambda: self.said.extend(iter(self.job.stderr.readline, "")), daemon=True).start()
        wait_for(lambda: any("first slices after" in line for line in self.said) or self.job.poll() is not None, "the slices")
        assert self.job.poll() is None, self.said
        self.window = screen.do("search", "--sync", "--onlyvisible", "--name", "fossilct").split()[0]
        screen.do("windowfocus", "--sync", self.window)

    def end(self):
        out = self.job.stdout.read()
        assert self.job.wait(timeout=60) == 0, self.said
        return json.loads(out)


def wait_for(ready, what, seconds=40):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "waited in vain for " + what
        time.sleep(0.1)


def decided_by_keys(screen):
    queue = [row["id"] for row in review()["queue"]]
    viewer = Viewer(screen, "--by", "X. Tester")
    # Through the slices by the wheel; a drag of the left button moves the cross-hair, selects nothing.
    screen.do("mousemove", "--window", viewer.window, "250", "250", "click", "5", "click", "5", "click", "4")
    screen.do("mousedown", "1", "mousemove_relative", "40", "30", "mousemove_relative", "10", "5", "mouseup", "1")
    screen.do("key", "r")       # the first is rejected, the next selected
    screen.do("key", "a")       # and accepted
    screen.do("key", "ctrl+z")  # that was wrong
    screen.do("key", "F1")
    wait_for(lambda: screen.do("search", "--onlyvisible", "--name", "Keys and mouse", check=False).strip(), "the help")
    screen.do("windowfocus", viewer.window)
    screen.do("key", "ctrl+q")
    assert viewer.end()["decided"] == 3
    after = review()
    assert after["rejected"] == 1, after
    assert [row["id"] for row in after["queue"]] and queue[0] not in [row["id"] for row in after["queue"]], after
    assert queue[1] in [row["id"] for row in after["queue"]], after
    with contextlib.closing(sqlite3.connect(catalogue / "catalogue.sqlite")) as database:
        rows = database.execute("SELECT specimen_id, action, person FROM review ORDER BY id").fetchall()
    assert rows == [(queue[0], "reject", "X. Tester"), (queue[1], "accept", "X. Tester"), (queue[1], "reopen", "X. Tester")], rows


without_display()
without_companion()
with Screen() as shown:
    decided_by_keys(shown)
