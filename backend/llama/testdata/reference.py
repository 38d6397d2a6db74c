"""Writes reference.json: what all-MiniLM-L6-v2 gives for a few texts of our own,
computed in double precision with numpy, apart from any code of this program.

    pip install numpy tokenizers safetensors
    python reference.py MODELS/minilm > reference.json

The folder holds model.safetensors, config.json and tokenizer.json as published.
"""
import json
import math
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

TEXTS = [
    "The tenant may terminate this lease upon sixty (60) days' written notice to the landlord.",
    "Plaintiff alleges that Defendant breached § 12.3(b) of the Supply Agreement, dated March 4, 2019.",
    "IT IS HEREBY ORDERED that the motion to dismiss under Fed. R. Civ. P. 12(b)(6) is DENIED.",
    "Société Générale and Müller GmbH agreed to arbitrate in Zürich.",
    "indemnify, defend and hold harmless",
    "$1,250,000.00",
    "Who may audit the books and records?",
    "a",
    "Naïve façade — “quoted” text… with 契約 and ﬁligature\tand\nlines",
    "unpronounceablexyzzywordthatnobodyknows antidisestablishmentarianism",
    "Each party shall keep confidential all information received from the other. " * 30,
]


def main():
    folder = sys.argv[1]
    config = json.load(open(f"{folder}/config.json"))
    w = {k: v.astype(np.float64) for k, v in load_file(f"{folder}/model.safetensors").items()}
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    heads, eps = config["num_attention_heads"], config["layer_norm_eps"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w[name + ".weight"] + w[name + ".bias"]

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    erf = np.vectorize(math.erf)

    def embed(ids):
        n = len(ids)
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][:n] + w["embeddings.token_type_embeddings.weight"][0]
        x = norm(x, "embeddings.LayerNorm")
        for i in range(config["num_hidden_layers"]):
            layer = f"encoder.layer.{i}."
            split = lambda y: y.reshape(n, heads, -1).transpose(1, 0, 2)
            q, k, v = (split(linear(x, f"{layer}attention.self.{p}")) for p in ("query", "key", "value"))
            s = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
            s = np.exp(s - s.max(-1, keepdims=True))
            s = s / s.sum(-1, keepdims=True)
            a = (s @ v).transpose(1, 0, 2).reshape(n, -1)
            x = norm(x + linear(a, f"{layer}attention.output.dense"), f"{layer}attention.output.LayerNorm")
            h = linear(x, f"{layer}intermediate.dense")
            h = 0.5 * h * (1 + erf(h / math.sqrt(2)))
            x = norm(x + linear(h, f"{layer}output.dense"), f"{layer}output.LayerNorm")
        v = x.mean(0)
        return v / np.linalg.norm(v)

    out = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        out.append({"text": text, "tokens": len(ids), "vector": [round(float(x), 6) for x in embed(ids)]})
    json.dump(out, sys.stdout, ensure_ascii=False)


main()
