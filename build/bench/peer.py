"""peer.py MODELS: what llama.cpp's own server does with our two models, in the
same units as the benchmarks of backend/llama, and under their names: passages
of 256 tokens embedded a second, tokens written and tokens of a prompt read."""

import json
import os
import socket
import sys
import time
import urllib.request

import xllamacpp

THREADS = len(os.sched_getaffinity(0))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(model, embedding=False):
    params = xllamacpp.CommonParams()
    params.model.path, params.port, params.hostnames = model, free_port(), ["127.0.0.1"]
    params.n_ctx, params.n_parallel = 2048, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.verbosity = -1
    if embedding:
        params.embedding, params.n_batch, params.n_ubatch = True, 512, 512
    return xllamacpp.Server(params)


def post(server, path, body):
    request = urllib.request.Request(server.listening_address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as response:
        return json.load(response)


def embedding(server):
    texts = ["notice " * 254] * 16
    post(server, "/v1/embeddings", {"input": texts[:1]})
    rounds, begin = 5, time.monotonic()
    for _ in range(rounds):
        post(server, "/v1/embeddings", {"input": texts})
    print(f"{rounds * len(texts) / (time.monotonic() - begin):.2f} EmbedPassages passages/s", flush=True)


def writing(server):
    prompt = "The parties agree that this agreement may be ended by notice in writing. " * 20
    speeds = [
        post(server, "/completion", {"prompt": prompt, "n_predict": 64, "temperature": 0, "ignore_eos": True, "cache_prompt": False})["timings"]
        for _ in range(3)
    ]
    print(f"{max(s['predicted_per_second'] for s in speeds):.2f} Write tokens/s")
    print(f"{max(s['prompt_per_second'] for s in speeds):.2f} ReadPrompt tokens/s", flush=True)


embedding(serve(os.path.join(sys.argv[1], "embed-q8_0.gguf"), embedding=True))
writing(serve(os.path.join(sys.argv[1], "chat-q8_0.gguf")))
# The servers have no way to be stopped that waits for nothing.
os._exit(0)
