"""Reads tables with Python's csv module: a JSON object a line in ({"text", "separator"}), a JSON array of rows a line out."""
import csv
import io
import json
import sys

csv.field_size_limit(1 << 30)
for line in open(sys.argv[1], encoding="utf-8"):
    table = json.loads(line)
    rows = list(csv.reader(io.StringIO(table["text"], newline=""), delimiter=table["separator"], strict=True))
    print(json.dumps([row for row in rows if row]))
