"""vectors.py VECTORS QUESTIONS TABLE HNSW_MOST measures faiss, one thread.

VECTORS and QUESTIONS are little-endian float32, 384 numbers a vector. A line
is appended to TABLE for each index: how many vectors, what was measured, the
per cent searched, milliseconds at best and in the middle, recall@50 against
exact float32, bytes per vector, a note.
"""

import os
import sys
import time

import faiss
import numpy as np

DIM, HITS, QUESTIONS = 384, 50, 50


def main(vectors, questions, table, hnsw_most):
    faiss.omp_set_num_threads(1)
    x = np.fromfile(vectors, dtype="<f4").reshape(-1, DIM)
    q = np.fromfile(questions, dtype="<f4").reshape(-1, DIM)[:QUESTIONS]
    n = len(x)
    if n * DIM * 4 * 2.2 > free():
        print(f"faiss with {n} vectors: not run, {free() / 1e9:.0f} GB of memory are free")
        return
    faiss.normalize_L2(x)
    with open(table, "a") as out:
        truth = None
        for name, size, make in [
            ("faiss: Flat", 4 * DIM, lambda: faiss.IndexFlatIP(DIM)),
            ("faiss: SQ8", DIM, lambda: faiss.IndexScalarQuantizer(DIM, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)),
            ("faiss: BinaryFlat", DIM / 8, None),
            ("faiss: HNSW 32", 4 * DIM + 8 * 32 + 16, lambda: faiss.IndexHNSWFlat(DIM, 32, faiss.METRIC_INNER_PRODUCT)),
        ]:
            if "HNSW" in name and n > hnsw_most:
                continue
            began = time.perf_counter()
            if make is None:
                index, data, ask = faiss.IndexBinaryFlat(DIM), bits(x), bits(q)
            else:
                index, data, ask = make(), x, q
                index.train(data[:100_000])
            index.add(data)
            made = time.perf_counter() - began
            efs = [64, 128, 256] if "HNSW" in name else [0]
            for ef in efs:
                if ef:
                    index.hnsw.efSearch = ef
                times, hits = search(index, ask)
                truth = hits if truth is None else truth
                found = sum(len(set(a) & set(b)) for a, b in zip(hits, truth)) / truth.size
                title = f"{name}, efSearch {ef}" if ef else name
                print(n, title, 100, f"{times[0]:.3f}", f"{times[len(times) // 2]:.3f}", f"{found:.4f}", f"{size:.0f}",
                      f"made in {made:.1f} s", sep="\t", file=out, flush=True)


def search(index, ask):
    """Each question by itself: the sorted milliseconds, and what was found."""
    times, hits = [], []
    for row in ask:
        began = time.perf_counter()
        hits.append(index.search(row[None, :], HITS)[1][0])
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times), np.array(hits)


def bits(v):
    return np.packbits(v > 0, axis=1)


def free():
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
