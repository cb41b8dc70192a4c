"""Writes test/fixtures/mixed/: one table of numbers, words, dates and gaps as CSV, TSV and Parquet.

Run with Python and the packages below; the tests read what it wrote.
"""

from pathlib import Path

import numpy as np
import pandas as pd

OUT = Path(__file__).parent.parent / "fixtures" / "mixed"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(5)
N = 96
group = rng.permutation(np.repeat([0, 1, 2], [48, 32, 16]))
cities = np.array([["Rome", "Oslo"], ["Paris", "Rome"], ["Bern", "Oslo"]])
age = np.round(np.array([25, 45, 65])[group] + rng.normal(0, 4, N), 2)
age[rng.choice(N, 7, replace=False)] = np.nan
visits = pd.array(rng.integers(0, 9, N) + 10 * group, dtype="Int32")
visits[3] = pd.NA
city = pd.Series(cities[group, rng.integers(0, 2, N)]).astype(object)
city[rng.choice(N, 5, replace=False)] = None
since = pd.Timestamp("2021-01-01") + pd.to_timedelta(100 * group + rng.integers(0, 60, N), unit="D")
seen = since + pd.to_timedelta(rng.integers(0, 24 * 60, N), unit="min")
frame = pd.DataFrame(
    {
        "who": [f"p{i:03d}" for i in range(N)],
        "age": age,
        "visits": visits,
        "city": city,
        "active": rng.random(N) < 0.5,
        "since": since.date,
        "seen": seen,
        "notes": [f"note {i} on this person" for i in range(N)],
        "score": np.round(rng.normal(0, 1, N) + 3 * group, 4),
    }
)
frame.to_parquet(OUT / "mixed.parquet", index=False)
frame.assign(city=frame["city"].astype("category")).to_parquet(OUT / "dictionary.parquet", index=False)
frame.to_csv(OUT / "mixed.csv", index=False)
frame.to_csv(OUT / "mixed.tsv", index=False, sep="\t", na_rep="NA")
frame[frame.columns[::-1]].to_csv(OUT / "reversed.csv", index=False, sep=";", decimal=",")
