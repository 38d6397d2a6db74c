"""answer.py FILE: checks the JSON of `markai ask` about the notice period.

The answer must not be a refusal, must cite the sample contract, and each
citation must carry a quotation, a page and boxes.
"""

import json
import sys

answer = json.load(open(sys.argv[1], encoding="utf-8"))
assert not answer["refused"], "the answer is a refusal"
assert answer["sentences"], "the answer has no sentences"
assert answer["citations"], "the answer cites nothing"
for citation in answer["citations"]:
    assert citation["quote"].strip(), f"a citation without a quotation: {citation}"
    assert citation["page"] >= 1, f"a citation without a page: {citation}"
    assert all(len(box) == 4 for box in citation["boxes"]), f"a box needs four numbers: {citation}"
for sentence in answer["sentences"]:
    assert sentence["verdict"] in {"verbatim", "supported", "altered", "unsupported"}, sentence
quotes = " ".join(citation["quote"] for citation in answer["citations"])
assert "notice" in quotes.lower(), "no quotation speaks of notice"
print("the answer quotes", len(answer["citations"]), "passages")
