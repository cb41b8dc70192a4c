"""Writes test/fixtures/tables/: small files of every table format, by the writers that people use, and tables.json:
how each is opened and what must be read.

python3 test/golden/tables.py        (numpy 2.4, scipy 1.17, pyarrow 26.0, h5py 3.16)
"""

import gzip
import json
import pathlib

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io
import scipy.sparse

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "fixtures" / "tables"
OUT.mkdir(parents=True, exist_ok=True)
cases = []

# 7 samples of 4 numbers, exact in float32; 7 samples of 5 counts, mostly zero; labels of three classes.
X = (np.arange(28).reshape(7, 4) * 0.75 - 8).round(2)
COUNTS = np.array(
    [[0, 0, 3, 0, 1], [7, 0, 0, 0, 0], [0, 0, 0, 2, 0], [0, 0, 0, 0, 0], [1, 31, 0, 0, 5], [0, 0, 0, 0, 9], [4, 0, 0, 1, 0]]
)
Y = np.array([2, 0, 1, 1, 2, 0, 1])
NAMES = np.array(["beta", "alpha", "gamma"])[Y]


def case(file, values, labels=None, names=None, **options):
    values = np.asarray(values, dtype=np.float64)
    entry = {"file": file, "options": options, "shape": list(values.shape[1:]), "values": values.ravel().tolist()}
    if labels is not None:
        entry["labels"] = [int(k) for k in labels]
        entry["classNames"] = list(names)
    cases.append(entry)


def scaled(counts):
    """ClusterGAN's scaling of counts (methods of the 10x_73k data): log2(x + 1) over its maximum everywhere."""
    logs = np.log2(counts + 1.0)
    return logs / logs.max()


def ranks(words):
    names = sorted(set(words))
    return [names.index(word) for word in words], names


LABELS, CLASSES = ranks(NAMES.tolist())
DIGITS = ([int(k) for k in Y], ["0", "1", "2"])

# --- NumPy ---------------------------------------------------------------------------------------------------------
np.savez(OUT / "plain.npz", x=X.astype("f4"), y=Y)
case("plain.npz", X, *DIGITS)
np.savez_compressed(OUT / "named.npz", points=np.asfortranarray(X), labels=NAMES, other=np.ones((3, 3)))
case("named.npz", X, LABELS, CLASSES, key="points")
case("named.npz", np.ones((3, 3)), key="other")
images = (np.arange(7 * 6) * 5 % 256).reshape(7, 2, 3).astype("u1")
np.savez_compressed(OUT / "split.npz", x_train=images[:5], y_train=Y[:5, None], x_test=images[5:], y_test=Y[5:, None])
case("split.npz", images[:5, None] / 255.0, Y[:5], ["0", "1", "2"])
types = {
    "big": X.astype(">f4"), "half": X.astype("f2"), "i1": COUNTS.astype("i1"), "i2": (COUNTS - 300).astype("<i2"),
    "u2": COUNTS.astype(">u2"), "i4": COUNTS.astype("i4"), "u4": COUNTS.astype("u4"), "i8": (COUNTS - 9).astype("i8"),
    "u8": COUNTS.astype(">u8"), "b1": COUNTS > 0,
}
np.savez_compressed(OUT / "types.npz", **types, complex=X.astype("c8"), text=NAMES, pickled=np.array([[1, "a"]], dtype=object))
for key, array in types.items():
    case("types.npz", array.astype("f8"), key=key)
np.save(OUT / "counts.npy", COUNTS)
case("counts.npy", COUNTS)
case("counts.npy", scaled(COUNTS), counts=True)
case("counts.npy", COUNTS.T, transpose=True)
np.save(OUT / "object.npy", np.array([[1, "a"]], dtype=object))
np.save(OUT / "complex.npy", X.astype("c16"))

# --- Parquet -------------------------------------------------------------------------------------------------------
mixed = pa.table({
    "i4": pa.array(COUNTS[:, 0], pa.int32()), "i8": pa.array(COUNTS[:, 1] - 2, pa.int64()),
    "f4": pa.array(X[:, 0], pa.float32()), "f8": pa.array(X[:, 1], pa.float64()),
    "flag": pa.array(COUNTS[:, 4] > 0), "u1": pa.array(COUNTS[:, 4], pa.uint8()),
    "half": pa.array(X[:, 2].astype("f2"), pa.float16()),
    "kind": pa.array(NAMES.tolist()).dictionary_encode(),
})
numbers = np.stack([COUNTS[:, 0], COUNTS[:, 1] - 2, X[:, 0], X[:, 1], COUNTS[:, 4] > 0, COUNTS[:, 4], X[:, 2]], 1)
for codec in ["snappy", "gzip", "zstd", "brotli", "lz4", "none"]:
    pq.write_table(mixed, OUT / f"{codec}.parquet", compression=codec, row_group_size=3)
    case(f"{codec}.parquet", numbers, LABELS, CLASSES, label="kind")
floats = pa.table({"label": pa.array(Y), **{f"c{j}": pa.array(X[:, j], pa.float32()) for j in range(4)}})
pq.write_table(floats, OUT / "split-bytes.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False,
               column_encoding={f"c{j}": "BYTE_STREAM_SPLIT" for j in range(4)} | {"label": "DELTA_BINARY_PACKED"})
case("split-bytes.parquet", X, *DIGITS)
whole = pa.table({f"c{j}": pa.array(COUNTS[:, j] * 1000003, pa.int32() if j % 2 else pa.int64()) for j in range(5)})
whole = whole.append_column("word", pa.array(NAMES.tolist()))
pq.write_table(whole, OUT / "delta.parquet", data_page_version="2.0", use_dictionary=False,
               column_encoding={f"c{j}": "DELTA_BINARY_PACKED" for j in range(5)} | {"word": "DELTA_LENGTH_BYTE_ARRAY"})
case("delta.parquet", COUNTS * 1000003, LABELS, CLASSES, label="word")
pq.write_table(pa.table({"a": [1.0, 2.0], "__index_level_0__": [5, 6]}), OUT / "index.parquet")
case("index.parquet", [[1], [2]])
required = pa.schema([pa.field("a", pa.float64(), nullable=False), pa.field("b", pa.int32(), nullable=False)])
pq.write_table(pa.table({"a": X[:, 0], "b": pa.array(Y, pa.int32())}, schema=required), OUT / "required.parquet")
case("required.parquet", np.stack([X[:, 0], Y], 1))
pq.write_table(pa.table({"a": [1.0, None], "b": [1, 2]}), OUT / "missing.parquet")
pq.write_table(pa.table({"a": [1.0, float("nan")]}), OUT / "nan.parquet")
pq.write_table(pa.table({"a": [1.0], "b": [[1, 2]]}), OUT / "nested.parquet")
pq.write_table(pa.table({"a": [1.0], "when": pa.array([0], pa.timestamp("ms")), "s": ["t"]}), OUT / "words.parquet")
pq.write_table(pa.table({"a": [1.0, 2.0], "kind": ["ab", "abc"]}), OUT / "prefix.parquet", use_dictionary=False,
               column_encoding={"a": "PLAIN", "kind": "DELTA_BYTE_ARRAY"})
pq.write_table(pa.table({"a": pa.array([], pa.float64())}), OUT / "rowless.parquet")

# --- HDF5 ----------------------------------------------------------------------------------------------------------
with h5py.File(OUT / "gzip.h5", "w") as f:
    f.create_dataset("x", data=X, chunks=(3, 2), compression="gzip", shuffle=True)
    f["y"] = Y
case("gzip.h5", X, *DIGITS)
with h5py.File(OUT / "several.h5", "w", libver="latest") as f:
    f["group/big"] = X.astype(">f4")
    f["group/whole"] = (COUNTS - 300).astype("i2")
    f["flags"] = COUNTS > 0
    f["long"] = COUNTS.astype("u8")
    f["words"] = NAMES.astype(object)
    f["fixed"] = NAMES.astype("S")
    f["half"] = X.astype("f2")
    f["complex"] = X.astype("c8")
    f["one"] = 3.5
    f["group/loop"] = h5py.SoftLink("/group")
    f["away"] = h5py.ExternalLink("other.h5", "/x")
    f["broken"] = h5py.SoftLink("/nowhere")
    f.create_dataset("vast", shape=(10**6, 10**6), chunks=(1000, 1000), dtype="f4")
case("several.h5", X, LABELS, CLASSES, key="group/big", label="words")
case("several.h5", COUNTS - 300, LABELS, CLASSES, key="/group/whole", label="fixed")
case("several.h5", COUNTS > 0, key="flags")
case("several.h5", COUNTS, key="long")
with h5py.File(OUT / "split.h5", "w", libver="latest") as f:
    f["x_train"], f["y_train"], f["x_test"], f["y_test"] = images[:5], Y[:5], images[5:], Y[5:]
case("split.h5", images[:5, None] / 255.0, Y[:5], ["0", "1", "2"])
genes = scipy.sparse.csc_matrix(COUNTS.T)
with h5py.File(OUT / "10x.h5", "w", libver="latest") as f:
    g = f.create_group("matrix")
    g["barcodes"] = np.array([f"cell{i}" for i in range(7)], dtype="S")
    g["data"], g["indices"], g["indptr"] = genes.data.astype("i4"), genes.indices, genes.indptr
    g["shape"] = np.array(genes.shape, dtype="i4")
case("10x.h5", COUNTS, transpose=True)
case("10x.h5", scaled(COUNTS), transpose=True, counts=True)


def categorical(group, name, words):
    g = group.create_group(name)
    codes, names = ranks(words)
    g.attrs["encoding-type"], g.attrs["encoding-version"], g.attrs["ordered"] = "categorical", "0.2.0", False
    g["codes"] = np.array(codes, "i1")
    g["categories"] = np.array(names, dtype=object)


def frame(f, name, index):
    g = f.create_group(name)
    g.attrs["encoding-type"], g.attrs["encoding-version"], g.attrs["_index"] = "dataframe", "0.2.0", "_index"
    g["_index"] = np.array(index, dtype=object)
    return g


def anndata(file, write_x):
    """The layout of anndata 0.8 and later, as its specification of files on disk gives it."""
    with h5py.File(OUT / file, "w", libver="latest") as f:
        f.attrs["encoding-type"], f.attrs["encoding-version"] = "anndata", "0.1.0"
        write_x(f, "X")
        obs = frame(f, "obs", [f"cell{i}" for i in range(7)])
        categorical(obs, "cell_type", NAMES.tolist())
        obs["batch"] = Y
        obs["donor"] = NAMES.astype(object)
        nullable = obs.create_group("grade")
        nullable.attrs["encoding-type"] = "nullable-integer"
        nullable["values"], nullable["mask"] = Y, np.array([False] * 6 + [True])
        obs.attrs["column-order"] = np.array(["cell_type", "batch", "donor", "grade"], dtype=object)
        frame(f, "var", [f"gene{j}" for j in range(5)])
        write_x(f.create_group("layers"), "raw_counts")


def sparse(kind):
    def write(f, name):
        m = scipy.sparse.csr_matrix(COUNTS) if kind == "csr" else scipy.sparse.csc_matrix(COUNTS)
        g = f.create_group(name)
        g.attrs["encoding-type"], g.attrs["encoding-version"] = f"{kind}_matrix", "0.1.0"
        g.attrs["shape"] = np.array(m.shape)
        for part in ["data", "indices", "indptr"]:
            array = getattr(m, part)
            g.create_dataset(part, data=array.astype("f4") if part == "data" else array, compression="gzip", chunks=True)
    return write


def dense(f, name):
    f[name] = COUNTS.astype("f4")


for kind, write in [("dense", dense), ("csr", sparse("csr")), ("csc", sparse("csc"))]:
    anndata(f"{kind}.h5ad", write)
    case(f"{kind}.h5ad", COUNTS)
    case(f"{kind}.h5ad", scaled(COUNTS), LABELS, CLASSES, label="cell_type", counts=True)
case("csr.h5ad", COUNTS, *DIGITS, label="batch", key="layers/raw_counts")
case("csc.h5ad", COUNTS, LABELS, CLASSES, label="donor")
with h5py.File(OUT / "old.h5ad", "w") as f:
    f["X"] = COUNTS.astype("f4")
    obs, old = f.create_group("obs"), f.create_group("obs/__categories")
    obs["louvain"] = np.array(LABELS, "i1")
    old["louvain"] = np.array(CLASSES, dtype=object)
    f.create_group("var")
case("old.h5ad", COUNTS, LABELS, CLASSES, label="louvain")

# --- MatrixMarket --------------------------------------------------------------------------------------------------
scipy.io.mmwrite(OUT / "genes.mtx", scipy.sparse.coo_matrix(COUNTS.T), comment="genes x cells")
case("genes.mtx", COUNTS, transpose=True)
case("genes.mtx", COUNTS.T)
with open(OUT / "genes.mtx", "rb") as plain, gzip.GzipFile(OUT / "genes.mtx.gz", "wb", mtime=0) as packed:
    packed.write(plain.read())
case("genes.mtx.gz", scaled(COUNTS), transpose=True, counts=True)
scipy.io.mmwrite(OUT / "dense.mtx", X)
case("dense.mtx", X)

# --- Tables as text ------------------------------------------------------------------------------------------------
rows = [",".join(["a", "b", '"kind, of ""it"""', "d", "e"])]
rows += [f"{x[0]},{x[1]},{n},{x[2]},{x[3]}" for x, n in zip(X, NAMES)]
with gzip.GzipFile(OUT / "table.csv.gz", "wb", mtime=0) as packed:
    packed.write("\r\n".join(rows).encode())
case("table.csv.gz", X, LABELS, CLASSES, label='kind, of "it"')
case("table.csv.gz", X, LABELS, CLASSES, label="3")

with open(HERE / "tables.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
for path in sorted(OUT.iterdir()):
    print(f"{path.stat().st_size:7d} {path.name}")
