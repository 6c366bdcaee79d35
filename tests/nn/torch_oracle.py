"""Rebuilds a network from its text in PyTorch and compares outputs and gradients with ours.

usage: torch_oracle.py FOLDER   (FOLDER/NAME.txt and FOLDER/NAME.safetensors pairs)
"""
import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, data, out = json.loads(raw[8 : 8 + length]), raw[8 + length :], {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
            out[name] = flat.reshape(entry["shape"])
    return out


def layers(text):
    for line in text.splitlines()[1:]:
        words = line.split("#")[0].split()
        if words:
            yield words[0], words[1], [w for w in words[2:] if "=" not in w], {
                k: float(v) for k, v in (w.split("=") for w in words[2:] if "=" in w)
            }


def apply(kind, name, x, s, p):
    k = int(s.get("kernel", 1))
    if kind == "conv":
        return F.conv2d(x[0], p[name + ".weight"], p.get(name + ".bias"), int(s.get("stride", 1)),
                        int(s.get("pad", (k - 1) // 2)), 1, int(s.get("groups", 1)))
    if kind == "batchnorm":
        return F.batch_norm(x[0], None, None, p[name + ".scale"], p[name + ".shift"], True)
    if kind in ("relu", "silu"):
        return getattr(F, kind)(x[0])
    if kind == "sigmoid":
        return torch.sigmoid(x[0])
    if kind == "prelu":
        return F.prelu(x[0], p[name + ".slope"])
    if kind == "maxpool":
        return F.max_pool2d(x[0], k, int(s.get("stride", k)), int(s.get("pad", 0)))
    if kind == "avgpool":
        return F.avg_pool2d(x[0], k, int(s.get("stride", k)), int(s.get("pad", 0)),
                            count_include_pad=False)
    if kind == "globalpool":
        return x[0].mean((2, 3), keepdim=True)
    if kind == "linear":
        return F.linear(x[0].flatten(1), p[name + ".weight"], p.get(name + ".bias"))[:, :, None, None]
    if kind == "add":
        return sum(x[1:], x[0])
    if kind == "multiply":
        return x[0] * x[1]
    if kind == "concat":
        return torch.cat(x, 1)
    if kind == "upsample":
        return F.interpolate(x[0], scale_factor=int(s.get("factor", 2)), mode="nearest")
    raise SystemExit(f"unknown layer {kind}")


def distance(found, expected):
    return float((found - expected).norm() / (expected.norm() + 1e-12))


def check(text_path):
    file = read_safetensors(text_path.with_suffix(".safetensors"))
    weights = {n: t.clone().requires_grad_() for n, t in file.items() if "/" not in n}
    results, loss, worst, outputs = {}, 0, 0.0, 0
    for kind, name, inputs, settings in layers(text_path.read_text()):
        if kind == "input":
            shape = [int(settings[k]) for k in ("channels", "height", "width")]
            results[name] = file["in/x"].reshape(-1, *shape)
        elif kind == "output":
            ours = file[f"out/{outputs}"]
            theirs = results[name].flatten()
            worst = max(worst, distance(ours, theirs.detach()))
            loss = loss + (theirs * file[f"loss/{outputs}"]).sum()
            outputs += 1
        else:
            results[name] = apply(kind, name, [results[i] for i in inputs], settings, weights)
    loss.backward()
    for name, tensor in weights.items():
        if tensor.grad is not None:
            worst = max(worst, distance(file["gradient/" + name], tensor.grad))
    print(f"{text_path.stem}: largest relative difference {worst:.2e}")
    return worst < 1e-4


paths = sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))
good = [check(path) for path in paths]
sys.exit(0 if good and all(good) else 1)
