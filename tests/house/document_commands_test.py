# SPDX-License-Identifier: Apache-2.0
"""Every `fossilct` command line of the documents is one that the program takes: its command, its options and their
values, which --check-options looks at without running anything; and so are the job files in them.
Usage: document_commands_test.py PROGRAM DOCUMENT..."""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

program, documents = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
usage_error = 2


def blocks(text):
    """The indented and the fenced blocks, as lists of lines."""
    block, fenced = [], False
    for line in text.splitlines() + [""]:
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            block.append(line.strip())
            continue
        elif not line and block and not fenced:
            block.append("")  # a block goes on behind an empty line
            continue
        if block:
            yield block
        block = []
    if block:
        yield block


def command_lines(block):
    pending = ""
    for line in block:
        line = pending + line
        pending = line[:-1] if line.endswith("\\") else ""
        if not pending and re.match(r"fossilct\s", line):
            yield line


def words_of(line):
    """As a shell reads it, without comment and redirection."""
    words = shlex.split(line, comments=True)[1:]
    return words[:words.index(">")] if ">" in words else words


def run(words, folder):
    return subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, timeout=120)


def fault_of_line(line, folder):
    result = run([*words_of(line), "--check-options"], folder)
    return "" if result.returncode == 0 else f"{line}\n    exit code {result.returncode}: {result.stderr.strip()}"


def fault_of_job(block, folder):
    """Its scans are not there, which the check finds; but every section, key and option must be known."""
    text = "\n".join(block)
    if "[scan" not in text:
        text += "\n[scan a]\npath = a.tif\n"
    (pathlib.Path(folder) / "job.ini").write_text(text)
    result = run(["run", "job.ini", "--check"], folder)
    return "" if result.returncode in (0, 3) else f"{text}\n    exit code {result.returncode}: {result.stderr.strip()}"


with tempfile.TemporaryDirectory() as scratch:
    # It must find fault with what is wrong, or it would say nothing of what is right.
    for wrong in ("fossilct info a.h5 --statistic", "fossilct info", "fossilct extrac l.h5", "fossilct train --seed x"):
        if not fault_of_line(wrong, scratch):
            sys.exit(f"a wrong command line passes: {wrong}")
    if not fault_of_job(["[defaults]", "min-diametre-um = 30"], scratch):
        sys.exit("a wrong job file passes")

    faults, lines, jobs = [], {}, 0
    for document in documents:
        text = document.read_text()
        for block in blocks(text):
            lines.update((line, document.name) for line in command_lines(block))
            if block[0] in ("[job]", "[defaults]", "[scans]") or block[0].startswith("[scan "):
                jobs += 1
                faults += [f"{document.name}: {fault}" for fault in [fault_of_job(block, scratch)] if fault]
    for line, name in lines.items():
        faults += [f"{name}: {fault}" for fault in [fault_of_line(line, scratch)] if fault]
    missing = [document.name for document in documents if document.name not in lines.values()]
    print(f"{len(lines)} command lines and {jobs} job files in {len(documents)} documents")
    if faults or missing:
        sys.exit("\n".join(faults + [f"{name}: holds no command line; has its form changed?" for name in missing]))
