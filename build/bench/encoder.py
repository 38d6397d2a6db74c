"""encoder.py MODEL FOLDER compares what ./kernels/encoder wrote into FOLDER with
ONNX Runtime on the same tokens and weights: in float32 and, as its tools make
it, in eight bits. MODEL is the folder of MiniLM as it was published. One
thread, and the processor's time. Peers only: nothing of this is shipped.
"""

import glob
import json
import os
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

FUSED = "com.microsoft"


def tensors(path):
    with open(path, "rb") as f:
        size = int.from_bytes(f.read(8), "little")
        head, data = json.loads(f.read(size)), f.read()
    out = {}
    for name, t in head.items():
        if name != "__metadata__" and t["dtype"] == "F32":
            a, b = t["data_offsets"]
            out[name] = np.frombuffer(data[a:b], "<f4").reshape(t["shape"])
    return out


def graph(folder, out):
    """The model in the operators that ONNX Runtime computes fastest."""
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    w, nodes, kept = tensors(os.path.join(folder, "model.safetensors")), [], {}
    eps = config["layer_norm_eps"]

    def keep(name, value=None):
        kept[name] = w[name] if value is None else np.ascontiguousarray(value)
        return name

    def add(kind, inputs, outputs, **attributes):
        domain = FUSED if kind not in ("Cast", "Sub", "MatMul") else ""
        nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))

    add("Cast", ["attention_mask"], ["mask"], to=TensorProto.INT32)
    add("Cast", ["input_ids"], ["ids"], to=TensorProto.INT32)
    add("Sub", ["ids", "ids"], ["types"])
    e = "embeddings."
    add("EmbedLayerNormalization",
        ["ids", "types", *(keep(e + n) for n in ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"))],
        ["x0", "unused"], epsilon=eps)
    for i in range(config["num_hidden_layers"]):
        p, x = f"encoder.layer.{i}.", f"x{i}"
        parts = [p + f"attention.self.{n}." for n in ("query", "key", "value")]
        add("Attention", [x, keep(f"qkv{i}", np.concatenate([w[n + "weight"].T for n in parts], 1)), keep(f"qkvb{i}", np.concatenate([w[n + "bias"] for n in parts])), "mask"],
            [f"seen{i}"], num_heads=config["num_attention_heads"])
        add("MatMul", [f"seen{i}", keep(f"o{i}", w[p + "attention.output.dense.weight"].T)], [f"out{i}"])
        n = p + "attention.output.LayerNorm."
        add("SkipLayerNormalization", [f"out{i}", x, keep(n + "weight"), keep(n + "bias"), keep(p + "attention.output.dense.bias")], [f"h{i}"], epsilon=eps)
        add("MatMul", [f"h{i}", keep(f"u{i}", w[p + "intermediate.dense.weight"].T)], [f"up{i}"])
        add("BiasGelu", [f"up{i}", keep(p + "intermediate.dense.bias")], [f"g{i}"])
        add("MatMul", [f"g{i}", keep(f"d{i}", w[p + "output.dense.weight"].T)], [f"down{i}"])
        n = p + "output.LayerNorm."
        add("SkipLayerNormalization", [f"down{i}", f"h{i}", keep(n + "weight"), keep(n + "bias"), keep(p + "output.dense.bias")], [f"x{i + 1}"], epsilon=eps)
    last, width = f"x{config['num_hidden_layers']}", config["hidden_size"]
    info = helper.make_tensor_value_info
    g = helper.make_graph(nodes, "bert", [info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("input_ids", "attention_mask")],
                          [info(last, TensorProto.FLOAT, ["batch", "tokens", width])], [numpy_helper.from_array(v, n) for n, v in kept.items()])
    onnx.save(helper.make_model(g, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)], ir_version=9), out)


def session(path):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = o.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, o, providers=["CPUExecutionProvider"])


def embed(s, passages):
    out = []
    for p in passages:  # one at a time is fastest, and needs no padding
        ids = np.array([p], np.int64)
        v = s.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0].mean(0)
        out.append(v / np.linalg.norm(v))
    return np.array(out)


def rate(s, passages, turns=3):
    best = float("inf")
    for _ in range(turns):
        began = time.process_time()
        embed(s, passages)
        best = min(best, time.process_time() - began)
    return len(passages) / best


def main(model, folder):
    fp32, int8 = os.path.join(folder, "fp32.onnx"), os.path.join(folder, "int8.onnx")
    graph(model, fp32)
    quantize_dynamic(fp32, int8, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Attention"],
                     extra_options={"DefaultTensorType": TensorProto.FLOAT})
    fp32, int8 = session(fp32), session(int8)
    row = "{:34} {:>12} {:>12} {:>22} {:>8}"
    print(row.format("", "passages/s", "tokens/s", "cosine mean, least", "ours ÷"))
    for name in ("long", "mixed"):
        with open(os.path.join(folder, name + ".json")) as f:
            passages = json.load(f)
        tokens = sum(map(len, passages)) / len(passages)
        ours = np.fromfile(os.path.join(folder, name + ".f32"), "<f4").reshape(len(passages), -1)
        exact = embed(fp32, passages)
        best = 0
        lines = [json.load(open(p)) for p in sorted(glob.glob(os.path.join(folder, f"speed-{name}-*.json")))]
        for x in sorted(lines, key=lambda x: -x["passages"]):
            best = max(best, x["passages"])
            cos = (ours * exact).sum(1)
            seen = f"{cos.mean():.4f} {cos.min():.4f}" if x["passages"] == best else ""
            print(row.format(f"{name}: {x['path']}", f"{x['passages']:.1f}", f"{x['tokens']:.0f}", seen, ""))
            if "together" in x:
                print(row.format("  all processors, by the clock", f"{x['together']:.1f}", f"{x['together'] * tokens:.0f}", "", ""))
        some = passages[:16] if name == "long" else passages[:64]
        mean = sum(map(len, some)) / len(some)
        for label, s in (("ONNX Runtime, float32", fp32), ("ONNX Runtime, 8 bits", int8)):
            r = rate(s, some)
            cos = (embed(s, some) * exact[: len(some)]).sum(1)
            print(row.format(f"{name}: {label}", f"{r:.1f}", f"{r * mean:.0f}", f"{cos.mean():.4f} {cos.min():.4f}", f"{best * tokens / (r * mean):.1f}×"))


main(*sys.argv[1:])
