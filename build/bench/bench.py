"""bench.py CORPUS: prints how fast the program is, as ratios to known programs.

Extraction against pdftotext, OCR against as many tesseract commands as there
are cores, the engine against llama.cpp's own server; then what has no peer:
the time from a drop to the first hit, searches by meaning, answers by stage,
memory.
"""

import glob
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import client
import scan

CORES = len(os.sched_getaffinity(0))
HEADLESS = os.path.abspath("build/bin/markai-headless")
QUESTIONS = ["What is the notice period for termination?", "Who are the parties?", "Which law governs?"]
OCR_PAGES = 8


def main(corpus):
    pdfs = sorted(glob.glob(os.path.join(corpus, "**", "*.pdf"), recursive=True))
    if not pdfs:
        raise SystemExit(f"there are no PDFs in {corpus}")
    print(f"{CORES} cores, {len(pdfs)} PDFs in {corpus}")
    with tempfile.TemporaryDirectory() as folder:
        born = [path for path in pdfs if len(words(path)) > 50]
        extraction(born, folder)
        ocr(max(born, key=os.path.getsize), folder)
        pages, passages = ingestion(corpus, born[0], folder)
    embedding(passages / pages)
    meaning()
    loading()
    engine()


def line(what, ours, unit, peer=None, theirs=None):
    """One figure, and its ratio to the peer's where there is one."""
    text = f"{what:34} {ours:9.1f} {unit:18}"
    if theirs:
        text += f" {peer} {theirs:.1f}, ratio {ours / theirs:.2f}"
    print(text, flush=True)


class Clock:
    """Wall and processor seconds of what this process and its children did.

    On a machine that others use too, the processor's time is the one to trust.
    """

    def __init__(self):
        self.wall, self.cpu = 0.0, 0.0

    def __enter__(self):
        self.begin = (time.monotonic(), self.used())
        return self

    def __exit__(self, *_):
        self.wall += time.monotonic() - self.begin[0]
        self.cpu += self.used() - self.begin[1]

    @staticmethod
    def used():
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime


def compare(what, count, ours, peer, theirs):
    """Pages by both clocks."""
    line(what, count / ours.wall, "pages/s", peer, count / theirs.wall)
    line("  of processor time", count / ours.cpu, "pages/cpu-s", peer, count / theirs.cpu)


def extract(path):
    """What markai extract says of path, None when it cannot be read."""
    done = subprocess.run([HEADLESS, "extract", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)["pages"] if done.returncode == 0 else None


def words(path):
    """The words of path as pdftotext has them."""
    return subprocess.run(["pdftotext", path, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode(errors="replace").split()


def agreement(pages, path):
    """F1 of our words against pdftotext's, as bags."""
    ours, theirs = Counter(" ".join(page["text"] for page in pages).split()), Counter(words(path))
    both = 2 * sum((ours & theirs).values())
    return both / (sum(ours.values()) + sum(theirs.values()) or 1)


def extraction(pdfs, folder):
    """Both as one command a file, over the files that need no OCR."""
    extract(pdfs[0])  # compiles the PDF reader once
    count, ours, theirs, scores = 0, Clock(), Clock(), []
    longest = (0, ours, theirs)
    for path in pdfs:
        mine, peers = Clock(), Clock()
        with mine:
            pages = extract(path)
        if not pages or any(page["ocr"] for page in pages):
            continue
        with peers:
            subprocess.run(["pdftotext", "-bbox", path, os.path.join(folder, "out.html")], stderr=subprocess.DEVNULL)
        count += len(pages)
        scores.append((agreement(pages, path), os.path.basename(path)))
        for total, one in ((ours, mine), (theirs, peers)):
            total.wall += one.wall
            total.cpu += one.cpu
        longest = max(longest, (len(pages), mine, peers), key=lambda entry: entry[0])
    if count == 0:
        return
    compare("extraction with word boxes", count, ours, "pdftotext -bbox", theirs)
    compare(f"  the longest, {longest[0]} pages", longest[0], longest[1], "pdftotext -bbox", longest[2])
    line("word F1 against pdftotext, mean", 100 * sum(score for score, _ in scores) / len(scores), f"%, {len(scores)} files")
    line("  the lowest", 100 * min(scores)[0], f"%  {min(scores)[1]}")


def ocr(source, folder):
    """The peer renders with pdftoppm, then runs a tesseract command a page."""
    path = os.path.join(folder, "scan.pdf")
    count = scan.scan(source, path, folder, OCR_PAGES)
    ours, theirs = Clock(), Clock()
    with ours:
        extract(path)
    with theirs, ThreadPoolExecutor(CORES) as pool:
        list(pool.map(lambda number: tesseract(path, number, folder), range(1, count + 1)))
    compare("OCR", count, ours, f"{CORES} tesseract commands", theirs)


def tesseract(path, number, folder):
    picture = os.path.join(folder, f"page{number}")
    subprocess.run(["pdftoppm", "-gray", "-r", "300", "-singlefile", "-f", str(number), "-l", str(number), path, picture], check=True)
    subprocess.run(
        ["tesseract", picture + ".pgm", picture, "-l", "eng", "tsv"],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        stderr=subprocess.DEVNULL,
        check=True,
    )


def ingestion(corpus, first, folder):
    """A drop of the whole corpus into a new matter, then three questions."""
    text = subprocess.run(["pdftotext", "-l", "1", first, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    word = max(re.findall(r"[A-Za-z]+", text), key=len)
    server = client.Server(HEADLESS, folder)
    try:
        memory = client.Memory(server.process.pid)
        matter = server.call("POST", "/api/matters", {"name": "Bench"})["id"]
        begin = time.monotonic()
        server.call("POST", f"/api/matters/{matter}/paths", {"paths": [os.path.abspath(corpus)]})
        while not server.call("POST", f"/api/matters/{matter}/search", {"query": word})["hits"]:
            if time.monotonic() - begin > 300:
                raise SystemExit("nothing could be found five minutes after the drop")
            time.sleep(0.02)
        line("drop to first search hit", (time.monotonic() - begin) * 1000, "ms")
        while any(job["state"] in ("queued", "running") for job in server.call("GET", f"/api/matters/{matter}/jobs")):
            time.sleep(0.1)
        seconds = time.monotonic() - begin
        counts = next(m for m in server.call("GET", "/api/matters") if m["id"] == matter)
        line("drop to everything embedded", seconds, f"s for {counts['pages']} pages, {counts['embedded']} passages")
        for question in QUESTIONS:
            answer = server.ask(matter, question)
            print(
                f"answer: search {answer['searchMs']:.0f} ms, first sentence {answer['firstMs']:.0f} ms, "
                f"finished {answer['totalMs']:.0f} ms ({question})"
            )
        line("peak memory, all processes (PSS)", memory.stop() / 1e6, "MB")
        return counts["pages"], counts["embedded"]
    finally:
        server.stop()


def embedding(density):
    """Passages embedded through the program's own worker by the built-in
    encoder, and as before by llama.cpp (the setting embedding.engine), in turns.

    The time for 3,000 pages is extrapolated from a sample of long passages, by
    the passages a page of this corpus.
    """
    rates = {"native": 0.0, "llama": 0.0}
    for engine in 2 * list(rates):
        done = subprocess.run(
            [HEADLESS, "doctor", "--json"], env={**os.environ, "MARKAI_SET_EMBEDDING_ENGINE": engine}, stdout=subprocess.PIPE, text=True
        )
        found = re.search(r"then (\d+) long ones a second", done.stdout)
        if not found:
            print(f"embedding by {engine}: not run, the doctor does not say how fast it is")
            return
        rates[engine] = max(rates[engine], float(found[1]))
    line("embedding, long passages", rates["native"], "passages/s", "llama.cpp", rates["llama"])
    ours, theirs = (3000 * density / rates[engine] for engine in rates)
    line("  3,000 pages, extrapolated", ours, "s", "llama.cpp", theirs)


def meaning():
    """Searches in a matter of 100,000 invented passages: in memory, and as
    sqlite-vec does it in the same store."""
    out = subprocess.run(
        ["go", "test", "-count=1", "-v", "-run=^TestLatency$", "./backend/sqlite"],
        env={**os.environ, "MARKAI_BENCH_PASSAGES": "100000"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ).stdout
    found = dict(re.findall(r": (\S.*?\S) {2,}([0-9.]+) ms", out))
    if not found:
        print(out)
        raise SystemExit("the searches by meaning were not measured")
    for scope in ("", " of a tenth"):
        ours, theirs = (float(found[way + scope]) for way in ("search, in memory", "search, in the table (sqlite-vec)"))
        line(f"meaning: 100,000 passages{scope}", ours, "ms p50", "sqlite-vec", theirs)
    line("  the first search after opening", float(found["first search, from blocks"]), "ms", "without blocks", float(found["first search, without blocks"]))


def loading():
    """Vectors in memory after an encrypted matter was opened."""
    out = subprocess.run(
        ["go", "test", "-count=1", "-v", "-run=^TestLoading$", "./backend/sqlite"],
        env={**os.environ, "MARKAI_BENCH_LOAD": "200000"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ).stdout
    for what in ("file at hand", "file from the disk"):
        times = [float(ms) for ms in re.findall(rf"loading, {what} +([0-9.]+) ms a million", out)]
        if times:
            line(f"meaning: loading, {what}", min(times), "ms a million, of 200,000")
        else:
            print(f"meaning: loading, {what}: not run here")


def engine():
    """Our engine's own benchmarks, then llama.cpp's server on the same files.

    The server comes as a generic build (AVX2, no more); our engine chooses the
    widest instructions of the machine, so part of the ratio is theirs.
    """
    out = subprocess.run(
        ["go", "test", "-run=^$", "-bench=.", "-benchtime=5x", "./backend/llama"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout
    ours = {}
    for name, what in (("EmbedPassages", "passages"), ("Write", "tokens"), ("ReadPrompt", "tokens")):
        for unit in (what + "/s", what + "/cpu-s"):
            found = re.search(rf"^Benchmark{name}\S*\s.*?([0-9.]+) {unit}\b", out, re.M)
            if found:
                ours[f"{name} {unit}"] = float(found[1])
    if not ours:
        print(out)
        raise SystemExit("the engine's benchmarks did not run")
    peer = os.path.join(os.environ["MARKAI_CACHE"], "python", "bin", "python")
    theirs = {}
    if subprocess.run([peer, "-c", "import xllamacpp"], stderr=subprocess.DEVNULL).returncode == 0:
        done = subprocess.run([peer, "build/bench/peer.py", os.path.join(os.environ["MARKAI_CACHE"], "models")], stdout=subprocess.PIPE, text=True)
        theirs = {unit: float(value) for value, unit in re.findall(r"([0-9.]+) (\w+ \S+/s)", done.stdout)}
    for what, value in ours.items():
        name, unit = what.split()
        line(f"engine: {name}", value, unit, f"llama.cpp's server, AVX2 build", theirs.get(what))


main(sys.argv[1])
