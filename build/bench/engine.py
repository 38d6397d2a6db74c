"""engine.py MODEL SLOTS CONTEXT THREADS BATCH_THREADS: llama.cpp's own server,
for backend/llama's TestEngineTable. It prints how many milliseconds it took
from nothing to a first token, then where it listens, and lives until its input
ends. The time does not count Python's own start."""

import json
import os
import socket
import sys
import time
import urllib.request

import xllamacpp


def main(model, slots, context, threads, batch_threads):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    begin = time.monotonic()
    params = xllamacpp.CommonParams()
    params.model.path, params.port, params.hostnames = model, port, ["127.0.0.1"]
    params.n_ctx, params.n_parallel = int(context), int(slots)
    params.n_batch = params.n_ubatch = 256  # as our engine does
    if int(threads) > 0:
        params.cpuparams.n_threads, params.cpuparams_batch.n_threads = int(threads), int(batch_threads)
    params.verbosity = -1
    server = xllamacpp.Server(params)
    body = json.dumps({"prompt": "Hi", "n_predict": 1, "cache_prompt": False}).encode()
    request = urllib.request.Request(server.listening_address + "/completion", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as response:
        response.read()
    print(f"{(time.monotonic() - begin) * 1000:.0f}")
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # the server has no way to be stopped that waits for nothing


main(*sys.argv[1:])
