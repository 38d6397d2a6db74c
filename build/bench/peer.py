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

CORES = len(os.sched_getaffinity(0))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(model, embedding=False):
    params = xllamacpp.CommonParams()
    params.model.path, params.port, params.hostnames = model, free_port(), ["127.0.0.1"]
    params.n_ctx, params.n_parallel = 2048, 1
    # As our engine does: one core stays free while writing.
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = max(1, CORES - 1), CORES
    params.verbosity = -1
    if embedding:
        params.embedding, params.n_batch, params.n_ubatch = True, 512, 512
    return xllamacpp.Server(params)


def post(server, path, body):
    request = urllib.request.Request(server.listening_address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as response:
        return json.load(response)


def report(name, what, count, wall, cpu):
    print(f"{count / wall:.2f} {name} {what}/s")
    print(f"{count / cpu:.2f} {name} {what}/cpu-s", flush=True)


def measured(run):
    """Wall and processor seconds of run; the server lives in this process."""
    wall, cpu = time.monotonic(), time.process_time()
    run()
    return time.monotonic() - wall, time.process_time() - cpu


def embedding(server):
    texts = ["notice " * 254] * 16
    post(server, "/v1/embeddings", {"input": texts[:1]})
    rounds = 3
    report("EmbedPassages", "passages", rounds * len(texts), *measured(lambda: [post(server, "/v1/embeddings", {"input": texts}) for _ in range(rounds)]))


def writing(server):
    body = {"temperature": 0, "ignore_eos": True, "cache_prompt": False}
    post(server, "/completion", {**body, "prompt": "Notice.", "n_predict": 8})
    report("Write", "tokens", 128, *measured(lambda: post(server, "/completion", {**body, "prompt": "Notice.", "n_predict": 128})))
    prompt = "The parties agree that this agreement may be ended by notice in writing. " * 40
    read = []
    wall, cpu = measured(lambda: read.append(post(server, "/completion", {**body, "prompt": prompt, "n_predict": 1})))
    report("ReadPrompt", "tokens", read[0]["timings"]["prompt_n"], wall, cpu)


embedding(serve(os.path.join(sys.argv[1], "embed-q8_0.gguf"), embedding=True))
writing(serve(os.path.join(sys.argv[1], "chat-q8_0.gguf")))
# The servers have no way to be stopped that waits for nothing.
os._exit(0)
