"""Compares the words that Mark AI reads from PDFs with those that others read.

Each file is read by each program in a process of its own, with a time limit;
recognition is off, because the others read no pictures. The measure is the F1 of
the bags of words of a whole file; order does not count. Evened out on both sides
is what the programs write differently and a reader does not: ligatures, soft
hyphens, lam-alef, marks of direction, the symbol fonts' bullets, leaders of dots,
and whether a footnote's number is glued to the word before it.

A program is a peer on a file where another one agrees with it: who stands alone
against two has misread (turned pages, scripts that run leftwards, fields of forms).
Means over all files are printed too. Files of which poppler reads fewer than 20
words (scans, blanks) or that no two programs open are left out.
"""

import argparse
import collections
import glob
import os
import re
import subprocess
import sys
import unicodedata

LIMIT = 120  # seconds for one file and program
FEWEST = 20  # words
AGREE = 0.9  # peers agree on a file from here on

PYMUPDF = "import sys, pymupdf\nd = pymupdf.open(sys.argv[1])\nfor p in d: print(p.get_text())"
PDFIUM = (
    "import sys, pypdfium2\nd = pypdfium2.PdfDocument(sys.argv[1])\n"
    "for p in d: print(p.get_textpage().get_text_bounded())"
)


def read(command):
    """Returns what a program prints, or None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    return done.stdout.decode("utf-8", "replace")


def words(text):
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", "-").replace("\ufffe", "-").replace("\x02", "-"))
    # Others give the letters of lam-alef in the order in which they are seen.
    text = re.sub("[\u0622\u0623\u0625\u0627\u0644]{2,}", lambda m: "".join(sorted(m.group())), text)
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text)
    text = re.sub("[\uf0a7\uf0b7]", "\u2022", text)  # a code of the font, no character
    text = re.sub(r"(?<!\S)[.\u2026]+(?!\S)|\.{3,}", " ", text)
    text = re.sub(r"(?<=[^\s\d]{2})(?=\d{1,3}(?!\S))", " ", text)
    return collections.Counter(text.split())


def f1(a, b):
    both = sum((a & b).values())
    total = sum(a.values()) + sum(b.values())
    return 2 * both / total if total else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markai", required=True, help="the program")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    peers = {
        "poppler": lambda f: ["pdftotext", "-q", f, "-"],
        "pymupdf": lambda f: [sys.executable, "-c", PYMUPDF, f],
        "pdfium": lambda f: [sys.executable, "-c", PDFIUM, f],
    }
    sums, low, n = collections.Counter(), [], 0
    for path in sorted(f for d in options.folders for f in glob.glob(os.path.join(d, "*.pdf"))):
        theirs = {name: read(command(path)) for name, command in peers.items()}
        theirs = {name: words(text) for name, text in theirs.items() if text is not None}
        if len(theirs) < 2 or sum(theirs.get("poppler", {}).values()) < FEWEST:
            continue
        text = read([options.markai, "extract", "--text", "--set", "modules.ocr=false", path])
        ours = words(text or "")
        scores = {name: f1(ours, bag) for name, bag in theirs.items()}
        near = {x: max(f1(a, b) for y, b in theirs.items() if y != x) for x, a in theirs.items()}
        between = max(near.values())
        n += 1
        for name, score in scores.items():
            sums[name] += score
            sums["files " + name] += 1
            if near[name] >= AGREE:
                sums["peer " + name] += score
                sums["peers " + name] += 1
        best = max(scores.values())
        sums["best"] += best
        if best < AGREE <= between:
            low.append(path)
        line = "  ".join(f"{name} {scores[name]:.4f}" if name in scores else f"{name} -     " for name in peers)
        print(f"{os.path.basename(path)[:60]:60}  {line}  peers among themselves {between:.4f}", flush=True)
    if not n:
        sys.exit("pdftext: no file could be compared")
    print(f"\n{n} files; mean F1 against the closest peer {sums['best'] / n:.4f}")
    for name in peers:
        if sums["files " + name]:
            print(
                f"  against {name:8} {sums['peer ' + name] / max(sums['peers ' + name], 1):.4f} where another agrees with it"
                f" ({sums['peers ' + name]} files), {sums[name] / sums['files ' + name]:.4f} on all {sums['files ' + name]}"
            )
    print(f"  below {AGREE} where peers agree: {', '.join(os.path.basename(p) for p in low) or 'none'}")


if __name__ == "__main__":
    main()
