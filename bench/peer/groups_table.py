"""The lines of groups.py as a table for docs/RESULTS.md: NMI (ACC) of each seed, groups found, CPU seconds.

python bench/peer/groups_table.py OUT.jsonl
"""

import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1])]
PEERS = {
    "k-means": ["k-means"],
    "mixture": ["mixture, K given"],
    "mixture, BIC": ["mixture, K by BIC"],
    "spectral": ["spectral"],
    "Leiden, best of three": ["Leiden 0.3", "Leiden 0.5", "Leiden 1.0"],
    "UMAP + HDBSCAN": ["UMAP + HDBSCAN"],
    "UMAP + mixture": ["UMAP + mixture, K given"],
}


def cell(data, names):
    kinds = [[row for row in rows if row["data"] == data and row["peer"] == name] for name in names]
    kinds = [kind for kind in kinds if kind]
    if not kinds:
        return "not run"
    best = max(kinds, key=lambda kind: sum(row["nmi"] for row in kind) / len(kind))
    nmi = " ".join(f"{row['nmi']:.3f}" for row in best)
    acc = " ".join(f"{row['acc']:.2f}" for row in best)
    found = "" if best[0]["found"] == best[0]["classes"] else f", K {'/'.join(str(r['found']) for r in best)}"
    noise = f", {100 * best[0]['noise']:.0f} % noise" if best[0]["noise"] > 0 else ""
    at = f", at {best[0]['peer'].split()[1]}" if len(names) > 1 else ""
    return f"{nmi} ({acc}{found}{noise}{at})"


def seconds(data):
    own = {row["peer"]: row["seconds"] for row in rows if row["data"] == data and row["seed"] == 0}
    names = ["k-means", "mixture, K given", "spectral", "Leiden 1.0", "UMAP + HDBSCAN"]
    return ", ".join(f"{own[name]:.1f}" if name in own else "-" for name in names)


def leiden(data):
    cells = []
    for name in PEERS["Leiden, best of three"]:
        own = [row for row in rows if row["data"] == data and row["peer"] == name]
        found = "/".join(str(row["found"]) for row in own)
        scores = " ".join(f"{row['nmi']:.3f}" for row in own)
        cells.append(f"{scores} (K {found})" if own else "not run")
    return cells


sets = list(dict.fromkeys(row["data"] for row in rows))
titles = ["data (rows, classes)", "ours, K given", "ours, K found", *PEERS]
print("| " + " | ".join(titles) + " |")
print("| --- " * len(titles) + "|")
for data in sets:
    first = next(row for row in rows if row["data"] == data)
    name = f"{data} ({first['rows']:,}, {first['classes']})"
    print(f"| {name} | | | " + " | ".join(cell(data, names) for names in PEERS.values()) + " |")
print("\n| data | Leiden 0.3 | 0.5 | 1.0 | CPU s: k-means, mixture, spectral, Leiden, UMAP + HDBSCAN |")
print("| --- | --- | --- | --- | --- |")
for data in sets:
    print(f"| {data} | " + " | ".join([*leiden(data), seconds(data)]) + " |")
