"""Asks the reference tokenizer for the tokens of many odd lines.

    pip install tokenizers==0.23.3
    python3 reference.py --lines 150000 --vocab vocab.txt --out all.jsonl
    WORDPIECE_REFERENCE=all.jsonl go test -run Reference ./kernels/wordpiece

The first line of the output has the options and the vocabulary's path, the
others a text and its tokens. --fixture writes lines.jsonl and vocab.txt, which
the tests use, instead.
"""
import argparse
import json
import random
import unicodedata

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

WORDS = """the of and to in a that agreement party shall any or by such for with this be as not Section § 12(b)(6) plaintiff
defendant's Court herein v. U.S.C. F.3d jurisdiction indemnification naïve façade Zürich Ålesund coöperate résumé İstanbul
straße ΣΊΣΥΦΟΣ Ελληνικά русский Ёлка עברית العربية हिन्दी 한국어 日本語 中文字符 ไทย Việt 🇨🇭 👩‍⚖️ 🏳️‍🌈 e-mail foo_bar $1,000.50 1/2 ½ ﬁne Ⅻ
[CLS] [SEP] [UNK] [PAD] [MASK] ##ing ## # [ ] don't “quoted” ‘single’ – — … ™ © º № ℃ \u212b \u2126 ǅ ŉ ß ẞ ſ""".split()
MARKS = [chr(c) for c in range(0x110000) if unicodedata.combining(chr(c))]
ODD = [chr(c) for c in (0, 1, 7, 9, 10, 11, 12, 13, 27, 0x7F, 0x80, 0x85, 0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x1680, 0x180E, 0x2000, 0x200B, 0x200D, 0x2028, 0x2029, 0x202E, 0x2060, 0x3000, 0x3164, 0xFE0F, 0xFEFF, 0xFFF9, 0xFFFD, 0xFFFF, 0xE000, 0xE0001, 0x10FFFF)]
CLASSED = "\u302e\u302f\u1b44\U0001d165\U0001d16d\ua953\u1e08\U0001e000\U0001e94a"


def char(r):
    while True:
        c = r.choice((r.randrange(0x250), r.randrange(0x3100), r.randrange(0x10000), r.randrange(0x20000), r.randrange(0x110000)))
        if not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def word(r):
    kind = r.randrange(12)
    if kind < 5:
        w = r.choice(WORDS)
        return r.choice((w, w, w, w.upper(), w.title(), unicodedata.normalize("NFD", w), unicodedata.normalize("NFKC", w)))
    if kind == 5:
        return "".join(char(r) for _ in range(r.randint(1, 6)))
    if kind == 6:
        base = r.choice((0, 0x80, 0x300, 0x370, 0x400, 0x590, 0x900, 0x1100, 0x1E00, 0x2000, 0x3040, 0x4E00, 0x9F00, 0xAC00, 0xF900, 0x1F600, 0x1D100, 0x2B700, 0x2F800))
        return "".join(chr(base + r.randrange(0x100)) for _ in range(r.randint(1, 8)))
    if kind == 7:
        return r.choice(("a", "É", "가", "語", "Ω")) + "".join(r.choice(MARKS) if r.random() < 0.5 else r.choice(CLASSED) for _ in range(r.randint(1, 5)))
    if kind == 8:
        w = r.choice(WORDS)
        i = r.randint(0, len(w))
        return w[:i] + r.choice(ODD) + w[i:]
    if kind == 9:
        return "".join(r.choice("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»¿‽、。〈〉") for _ in range(r.randint(1, 4)))
    if kind == 10:
        return str(r.randrange(10 ** r.randint(1, 12)))
    return "".join(r.choice(WORDS) for _ in range(r.randint(2, 4)))


def line(r, n):
    kind = r.randrange(40)
    if kind == 0:  # a very long word, mostly about as long as a word may be
        length = r.choice((98, 99, 100, 101, 102, 150, 1000))
        return r.choice(("a", "ab", "é", "e\u0301", "語x", "\u302e", "𝒳", "İ")) * length
    if kind == 1:
        return ""
    return r.choice((" ", " ", " ", "", "\t", "\u00a0", ", ")).join(word(r) for _ in range(r.randint(1, n)))


def lines(r, count, n):
    for start in range(0, 0x110000, 64):  # every character there is
        chars = [chr(c) for c in range(start, start + 64) if not 0xD800 <= c <= 0xDFFF]
        if count > 20000:
            yield "".join(chars)
            yield "a".join(chars)
    for _ in range(count):
        yield line(r, n)


def tokenizer(vocab, cased, accents):
    t = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=not accents)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


def read_vocab(path):
    with open(path, encoding="utf-8", newline="\n") as f:
        return {s.rstrip("\n"): i for i, s in enumerate(f)}


def write(path, head, texts, t, vocab):
    with open(path, "w") as out:
        out.write(json.dumps(head) + "\n")
        for text in texts:
            ids = [vocab["[CLS]"], *t.encode(text, add_special_tokens=False).ids, vocab["[SEP]"]]
            out.write(json.dumps([text, ids], separators=(",", ":")) + "\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lines", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--vocab")
    p.add_argument("--out")
    p.add_argument("--cased", action="store_true")
    p.add_argument("--accents", action="store_true")
    p.add_argument("--fixture", action="store_true")
    a = p.parse_args()
    r = random.Random(a.seed)
    if a.fixture:
        texts = list(lines(r, a.lines, 5))
        t = tokenizer({"[UNK]": 0}, False, False)
        t.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=3000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
        vocab = t.get_vocab()
        with open("vocab.txt", "w", newline="\n") as f:
            f.writelines(s + "\n" for s in sorted(vocab, key=vocab.get))
        vocab = read_vocab("vocab.txt")
        write("lines.jsonl", {"vocab": "vocab.txt"}, texts, tokenizer(vocab, False, False), vocab)
        return
    vocab = read_vocab(a.vocab)
    head = {"vocab": a.vocab, "cased": a.cased, "accents": a.accents}
    write(a.out, head, lines(r, a.lines, 30), tokenizer(vocab, a.cased, a.accents), vocab)


main()
