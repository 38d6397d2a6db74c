"""ingest.py CORPUS [--pages N] [--documents N] [--huge BYTES]: how ingestion
stands at scale.

1. Born-digital pages: real PDFs of CORPUS, repeated and mixed until there are
   enough pages, are ingested by the real program; beside it pdftotext reads the
   same files. Processor time is what counts on a machine that others use.
2. The highest memory of the whole process tree meanwhile, and with one file of
   a gigabyte.
3. Cost for each of 100, 1,000 and 10,000 small documents.
"""

import argparse
import glob
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import zlib

import client

HEADLESS = os.path.abspath(os.environ.get("MARKAI_HEADLESS", "build/bin/markai-headless"))
LARGE = 20  # square inches of a picture that may be a page
LIMIT = 10  # seconds that pdftotext may take for one file
OFF = ["--set", "modules.embeddings=false"]
TEXT = OFF + ["--set", "modules.ocr=false"]  # a page that is recognised costs what a hundred others do


class Spent:
    """Wall time, and processor time of all children that have ended."""

    def __enter__(self):
        self.began = (time.monotonic(), used())
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.monotonic() - self.began[0], used() - self.began[1]


def used():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def ingest(folder, home, options=()):
    """Ingests a folder into a new vault; says what it took and its peak memory."""
    passphrase = home + ".passphrase"
    with open(passphrase, "w") as f:
        f.write("correct horse battery staple\n")
    command = [HEADLESS, "ingest", "--home", home, "--passphrase-file", passphrase, "--matter", "M", "--json", *options, folder]
    with Spent() as spent:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        memory = client.Memory(process.pid)
        out = process.stdout.read()
        process.wait()
        spent.peak = memory.stop()
    if process.returncode not in (0, 6):
        raise SystemExit(f"the program ended with {process.returncode}")
    spent.result = json.loads(out)
    return spent


def scanned(path, pages):
    """Whether a PDF is a scan with a text layer: pictures on all pages, and text
    that leaves no ink. Its pages are looked at for redactions, which draws them:
    that is not what reading born-digital pages costs."""
    listed = subprocess.run(["pdfimages", "-list", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=LIMIT).stdout
    large = set()
    for row in (line.split() for line in listed.splitlines()[2:]):
        if int(row[3]) * int(row[4]) > LARGE * max(int(row[12]), 1) * max(int(row[13]), 1):
            large.add(row[0])
    if len(large) < pages:
        return False
    with open(path, "rb") as f:
        data = f.read()
    for stream in re.finditer(rb"stream\r?\n", data):
        content = data[stream.end() : data.find(b"endstream", stream.end())]
        try:
            content = zlib.decompressobj().decompress(content, 4 << 20)
        except zlib.error:
            pass  # it is packed otherwise, or not at all
        if re.search(rb"(?<![\d.])3\s+Tr\b", content):
            return True
    return False


def born_digital(corpus):
    """The PDFs of which every page has text of its own and that are no scans,
    with their numbers of pages."""
    out = []
    for path in sorted(glob.glob(os.path.join(corpus, "**", "*.pdf"), recursive=True)):
        try:
            text = subprocess.run(["pdftotext", path, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT).stdout
        except subprocess.TimeoutExpired:
            continue  # there are files that poppler does not finish in an hour
        pages = text.split(b"\f")[:-1]
        if pages and all(len(page.split()) > 20 for page in pages) and not scanned(path, len(pages)):
            out.append((path, len(pages)))
    return out


def repeat(pdfs, wanted, folder):
    """Writes copies that differ in their bytes until there are enough pages."""
    mixed, total, n = random.Random(1), 0, 0
    while total < wanted:
        for path, pages in mixed.sample(pdfs, len(pdfs)):
            if total >= wanted:
                break
            n, total = n + 1, total + pages
            with open(path, "rb") as f, open(os.path.join(folder, f"{n:05} {os.path.basename(path)}"), "wb") as g:
                g.write(f.read() + b"\n%% copy %d\n" % n)
    return total, n


def scale(corpus, wanted, work):
    pdfs = born_digital(corpus)
    if not pdfs:
        raise SystemExit(f"there are no PDFs with text in {corpus}")
    folder = os.path.join(work, "pages")
    os.mkdir(folder)
    pages, files = repeat(pdfs, wanted, folder)
    print(f"{pages} born-digital pages in {files} files, made of {len(pdfs)} in {corpus}; {len(os.sched_getaffinity(0))} cores", flush=True)
    with Spent() as peer:
        for path in sorted(glob.glob(os.path.join(folder, "*.pdf"))):
            subprocess.run(["pdftotext", path, "-"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ours = ingest(folder, os.path.join(work, "home"), TEXT)
    read = ours.result["pages"]
    print(f"searchable            {read / ours.wall:8.1f} pages/s      {1000 * ours.cpu / read:6.2f} ms of processor a page")
    print(f"pdftotext             {pages / peer.wall:8.1f} pages/s      {1000 * peer.cpu / pages:6.2f} ms of processor a page")
    ratio = (ours.cpu / read) / (peer.cpu / pages)
    print(f"processor time        {ratio:8.2f} times pdftotext's (at most 5)")
    print(f"3,000 pages           {3000 * ours.cpu / read:8.1f} s of processor (at most 180), {3000 * ours.wall / read:.1f} s by the clock")
    print(f"peak memory           {ours.peak / 1e6:8.0f} MB, all processes (at most 900)")
    # Without OCR a page whose text is only a stamp on a picture stays unread.
    print(f"read                  {read:8} of {pages} pages; {len(ours.result['need_you'])} files need a person")
    if read < 0.98 * pages or ours.result["need_you"]:
        raise SystemExit("pages were lost")


def huge(size, work):
    """One PDF of a gigabyte: a page of text, and bytes that no page shows."""
    path = os.path.join(work, "huge")
    os.mkdir(path)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 44>>stream\nBT /F 12 Tf 72 700 Td (The tenant pays.) Tj ET \nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    with open(os.path.join(path, "huge.pdf"), "wb") as f:
        f.write(b"%PDF-1.7\n")
        at = []
        for n, body in enumerate(objects, 1):
            at.append(f.tell())
            f.write(b"%d 0 obj\n%s\nendobj\n" % (n, body))
        at.append(f.tell())
        f.write(b"6 0 obj\n<</Length %d>>stream\n" % size)
        block = random.Random(2).randbytes(1 << 20)
        for _ in range(size >> 20):
            f.write(block)
        f.write(block[: size & (1 << 20) - 1])
        f.write(b"\nendstream\nendobj\n")
        start = f.tell()
        f.write(b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % a for a in at))
        f.write(b"trailer <</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    took = ingest(path, os.path.join(work, "huge-home"), OFF)
    print(f"a file of {size / 1e9:.2f} GB    {took.peak / 1e6:8.0f} MB at most, {took.cpu:.1f} s of processor, {took.result['pages']} page read")


def linear(most, work):
    """What each of more and more small documents costs."""
    words = "tenant landlord rent premises term notice party agreement shall pay month court order motion deed".split()
    mixed, base, before = random.Random(3), None, None
    count = 100
    while count <= most:
        folder = os.path.join(work, f"small-{count}")
        os.mkdir(folder)
        for n in range(count):
            with open(os.path.join(folder, f"{n:06}.txt"), "w") as f:
                f.write(f"Memorandum {n}\n\n" + " ".join(mixed.choice(words) + str(mixed.randrange(1000)) for _ in range(150)))
        took = ingest(folder, os.path.join(work, f"small-home-{count}"), OFF)
        each = 1000 * took.cpu / count
        # The start of the program is paid once.
        more = "" if before is None else f"; each further one {1000 * (took.cpu - before[1]) / (count - before[0]):.2f} ms"
        print(f"{count:6} documents      {each:8.2f} ms of processor each{more}, {took.wall:.1f} s by the clock, {took.peak / 1e6:.0f} MB", flush=True)
        if len(took.result["read"]) != count:
            raise SystemExit(f"{len(took.result['read'])} of {count} were read")
        before = (count, took.cpu)
        count *= 10


def main():
    a = argparse.ArgumentParser()
    a.add_argument("corpus")
    a.add_argument("--pages", type=int, default=3000)
    a.add_argument("--documents", type=int, default=10000)
    a.add_argument("--huge", type=int, default=1 << 30)
    a = a.parse_args()
    with tempfile.TemporaryDirectory() as work:
        if a.pages:
            scale(a.corpus, a.pages, work)
        if a.huge:
            huge(a.huge, work)
        if a.documents:
            linear(a.documents, work)


sys.exit(main())
