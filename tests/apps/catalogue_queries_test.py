#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each query of docs/catalogue.md. Usage: catalogue_queries_test.py catalogue.md WELL.sqlite"""
import re
import sqlite3
import sys

text = open(sys.argv[1], encoding="utf-8").read()
queries = re.findall(r"```sql\n(.*?)```", text, re.S)
assert len(queries) == 5, f"{len(queries)} queries"
database = sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
for query in queries:
    rows = database.execute(query).fetchall()
    assert rows, f"no row:\n{query}"
    for row in rows:
        assert any(value is not None for value in row), query

# Every table and view stands in the document.
for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"):
    assert f"`{name}`" in text, f"{name} is not described"
