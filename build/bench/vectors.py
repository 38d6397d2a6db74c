"""vectors.py VECTORS QUESTIONS TABLE HNSW_MINUTES measures faiss, one thread.

VECTORS and QUESTIONS are little-endian float32, 384 numbers a vector. A line
is appended to TABLE for each index: how many vectors, what was measured, the
per cent searched, milliseconds at best and in the middle, recall@50 against
exact float32, bytes per vector, a note. Of a graph that is not finished in
HNSW_MINUTES, the part that is made then is measured, against what is nearest
among its own vectors.
"""

import os
import resource
import sys
import time

import faiss
import numpy as np

DIM, HITS, QUESTIONS = 384, 50, 50


def main(vectors, questions, table, hnsw_minutes):
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
        ]:
            began = time.perf_counter()
            if make is None:
                index, data, ask = faiss.IndexBinaryFlat(DIM), bits(x), bits(q)
            else:
                index, data, ask = make(), x, q
                index.train(data[:100_000])
            index.add(data)
            made = time.perf_counter() - began
            times, hits = search(index, ask)
            truth = hits if truth is None else truth
            line(out, n, name, times, recall(hits, truth), size, f"made in {made:.1f} s")
            del index
        graph(x, q, out, 60 * hnsw_minutes)


def graph(x, q, out, seconds):
    """HNSW, built a piece at a time until all is in it or the time is over."""
    if seconds <= 0:
        return
    index, piece = faiss.IndexHNSWFlat(DIM, 32, faiss.METRIC_INNER_PRODUCT), 10_000
    before, began, cpu = resident(), time.perf_counter(), time.process_time()
    while index.ntotal < len(x) and time.perf_counter() - began < seconds:
        index.add(x[index.ntotal : index.ntotal + piece])
    n, wall, cpu = index.ntotal, time.perf_counter() - began, time.process_time() - cpu
    size = (resident() - before) / n
    flat = faiss.IndexFlatIP(DIM)
    flat.add(x[:n])
    _, truth = search(flat, q)
    note = f"made in {wall:.0f} s, {cpu:.0f} s of processor time" + ("" if n == len(x) else f"; the time was over before {len(x)}")
    for ef in (64, 128, 256):
        index.hnsw.efSearch = ef
        times, hits = search(index, q)
        line(out, n, f"faiss: HNSW 32, efSearch {ef}", times, recall(hits, truth), size, note)


def line(out, n, name, times, found, size, note):
    print(n, name, 100, f"{times[0]:.3f}", f"{times[len(times) // 2]:.3f}", f"{found:.4f}", f"{size:.0f}", note, sep="\t", file=out, flush=True)


def recall(hits, truth):
    return sum(len(set(a) & set(b)) for a, b in zip(hits, truth)) / truth.size


def resident():
    """Bytes of memory that this process has."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()


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
    main(*sys.argv[1:4], float(sys.argv[4]))
