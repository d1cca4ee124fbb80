#!/usr/bin/env python3
"""Faults in the stored integers of a quantised ONNX network, replayed by a plain loop that knows nothing of ClipScope: the listed bits are flipped in
the file's own words, all images go through a small evaluation of the graph in float32, and the counts of every trial must be equal.

test_quantised_replay.py CLIPSCOPE_CLI SHARED: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx_file as onnx
    import torch
    from torch.nn import functional
except ImportError:
    sys.exit(77)

IMAGES = 60
NEAR_TIE = 1e-4  # gap between the best two logits, relative to the larger: rounding of another library may turn it
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Graph:
    def __init__(self, path):
        graph = onnx.decode(onnx.value(onnx.decode(path.read_bytes()), 7))
        self.stored = dict(onnx.array_of(onnx.decode(part)) for part in onnx.values(graph, 5))
        self.nodes = [self.read(onnx.decode(part)) for part in onnx.values(graph, 1)]
        text = lambda part: onnx.value(onnx.decode(part), 1).decode()
        self.input, self.output = text(onnx.value(graph, 11)), text(onnx.value(graph, 12))

    @staticmethod
    def read(node):
        attributes = {}
        for part in onnx.values(node, 5):
            attribute = onnx.decode(part)
            numbers, tensor, text = onnx.integers(attribute, 8), onnx.value(attribute, 5), onnx.value(attribute, 4)
            single = onnx.value(attribute, 3, onnx.value(attribute, 2))
            attributes[onnx.value(attribute, 1).decode()] = (onnx.array_of(onnx.decode(tensor))[1] if tensor is not None else
                                                             text.decode() if text is not None else numbers or single)
        names = lambda field: [part.decode() for part in onnx.values(node, field)]
        return onnx.value(node, 4).decode(), names(1), names(2), attributes

    def run(self, images):
        values = {"": None, self.input: images, **{name: torch.from_numpy(array) for name, array in self.stored.items()}}
        for operator, inputs, outputs, attributes in self.nodes:
            values[outputs[0]] = OPERATORS[operator]([values[name] for name in inputs], attributes)
        return values[self.output].numpy()


def along(x, number, attributes):
    if number.dim() == 0 or number.numel() == 1:
        return number.reshape(())
    shape = [1] * x.dim()
    shape[attributes.get("axis", 1)] = -1
    return number.reshape(shape)


def quantise(inputs, attributes):
    x, scale, zero = inputs
    least, most = (0, 255) if zero.dtype == torch.uint8 else (-128, 127)
    return torch.clamp(torch.round(x / along(x, scale, attributes)) + along(x, zero, attributes).float(), least, most).to(zero.dtype)


def dequantise(inputs, attributes):
    x, scale = inputs[:2]
    zero = along(x, inputs[2], attributes) if len(inputs) > 2 else torch.tensor(0)
    return (x.long() - zero.long()).float() * along(x, scale, attributes)


def convolve(inputs, attributes):
    pads = attributes.get("pads", [0, 0, 0, 0])
    x = functional.pad(inputs[0], (pads[1], pads[3], pads[0], pads[2]))
    return functional.conv2d(x, inputs[1], inputs[2] if len(inputs) > 2 else None, attributes.get("strides", [1, 1]))


def cut(inputs, attributes):
    x, starts, ends, axes, steps = inputs
    for start, end, axis, step in zip(starts.tolist(), ends.tolist(), axes.tolist(), steps.tolist()):
        if step > 0:
            size = x.shape[axis]
            x = x.index_select(axis, torch.arange(size)[start:min(end, size):step])
        else:
            x = torch.from_numpy(np.ascontiguousarray(x.numpy()[tuple([slice(None)] * axis + [slice(start, max(end, -x.shape[axis] - 1), step)])]))
    return x


def pad(inputs, attributes):
    pads, rank = inputs[1].tolist(), inputs[0].dim()
    return functional.pad(inputs[0], [pads[side * rank + dim] for dim in reversed(range(rank)) for side in (0, 1)], value=float(inputs[2]))


def gather(inputs, attributes):
    return torch.from_numpy(np.asarray(np.take(inputs[0].numpy(), inputs[1].numpy(), attributes.get("axis", 0))))


def reshape(inputs, attributes):
    return inputs[0].reshape(inputs[1].tolist())


OPERATORS = {
    "QuantizeLinear": quantise, "DequantizeLinear": dequantise, "Conv": convolve, "Slice": cut, "Pad": pad, "Gather": gather, "Reshape": reshape,
    "Constant": lambda inputs, attributes: torch.from_numpy(np.asarray(attributes["value"])),
    "ConstantOfShape": lambda inputs, attributes: torch.full(inputs[0].tolist(), int(attributes["value"].reshape(-1)[0])),
    "Concat": lambda inputs, attributes: torch.cat(inputs, attributes["axis"]),
    "Transpose": lambda inputs, attributes: inputs[0].permute(attributes["perm"]),
    "Cast": lambda inputs, attributes: inputs[0].long(),
    "Shape": lambda inputs, attributes: torch.tensor(inputs[0].shape),
    "Unsqueeze": lambda inputs, attributes: inputs[0].unsqueeze(int(inputs[1].reshape(-1)[0])),
    "Add": lambda inputs, attributes: inputs[0] + inputs[1],
    "Relu": lambda inputs, attributes: torch.relu(inputs[0]),
    "AveragePool": lambda inputs, attributes: functional.avg_pool2d(inputs[0], attributes["kernel_shape"], attributes.get("strides", [1, 1])),
    "Gemm": lambda inputs, attributes: functional.linear(inputs[0], inputs[1] if attributes.get("transB") else inputs[1].t(), inputs[2]),
}


def read_images(folder):
    records = np.frombuffer((folder / "test_batch.bin").read_bytes(), np.uint8).reshape(-1, 3073)[:IMAGES]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255)
    images = (pixels - np.float32(MEAN)[:, None, None]) / np.float32(STD)[:, None, None]
    return torch.from_numpy(images), records[:, 0].astype(np.int64)


def name_by_path(graph, path):
    """{"layer1.0.conv1.weight": name of its stored integers}, by the names of the nodes that use them."""
    file = onnx.decode(onnx.value(onnx.decode(path.read_bytes()), 7))
    made_from = {outputs[0]: inputs[0] for operator, inputs, outputs, _ in graph.nodes if operator == "DequantizeLinear"}
    names = {}
    for part in onnx.values(file, 1):
        node = onnx.decode(part)
        if onnx.value(node, 4) not in (b"Conv", b"Gemm"):
            continue
        pieces = onnx.value(node, 3).decode().split("/")[1:-1]
        module = ".".join(piece.split(".")[-1] for piece in pieces)
        for role, given in zip(("weight", "bias"), [text.decode() for text in onnx.values(node, 1)][1:]):
            names[f"{module}.{role}"] = made_from[given]
    return names


def flip(stored, names, faults):
    for parameter, element, bit in faults:
        words = stored[names[parameter]].reshape(-1)
        words.view({1: np.uint8, 4: np.uint32}[words.itemsize])[element] ^= 1 << bit


def read_faults(path):
    faults = collections.defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            faults[row["layer"], float(row["rate"]), int(row["trial"])].append((row["parameter"], int(row["element"]), int(row["bit"])))
    return faults


def main():
    cli, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    model, data = shared / "models/modern/resnet20_static_qdq.onnx", shared / "data/cifar-10-batches-bin"
    if not model.exists() or not data.exists():
        return 77
    numbers = lambda values: ",".join(map(str, values))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([cli, "sensitivity", "--model", str(model), "--data", str(data), "--images", f"first:{IMAGES}", "--mean", numbers(MEAN), "--std",
                        numbers(STD), "--layers", "CONV-1,CONV-9,FC-1,network", "--rates", "1e-4,1e-3", "--trials", "3", "--exact", "--json",
                        str(folder / "result.json"), "--faults-out", str(folder / "faults.csv")], check=True, stdout=subprocess.DEVNULL)
        result, faults = json.loads((folder / "result.json").read_text()), read_faults(folder / "faults.csv")
    graph = Graph(model)
    names = name_by_path(graph, model)
    images, labels = read_images(data)
    trials = flipped = different = doubtful = 0
    with torch.no_grad():
        for curve in result["curves"]:
            for point in curve["points"]:
                for outcome in point["outcomes"]:
                    listed = faults.get((curve["layer"], point["rate"], outcome["trial"]), [])
                    flip(graph.stored, names, listed)
                    logits = graph.run(images)
                    flip(graph.stored, names, listed)
                    ranked = -np.sort(-logits, axis=1)
                    ties = int((ranked[:, 0] - ranked[:, 1] <= NEAR_TIE * np.abs(logits).max(axis=1)).sum())
                    correct = int((logits.argmax(axis=1) == labels).sum())
                    trials, flipped = trials + 1, flipped + len(listed)
                    if correct != outcome["correct"]:
                        different += abs(correct - outcome["correct"]) > ties
                        doubtful += abs(correct - outcome["correct"]) <= ties
                        print(f"{curve['layer']}, rate {point['rate']}, trial {outcome['trial']}: {outcome['correct']} right, replayed {correct}; {ties} near-ties")
    print(f"{trials} trials with {flipped} flipped bits replayed, {different} differ, {doubtful} more by near-ties")
    return 1 if different or not flipped else 0


if __name__ == "__main__":
    sys.exit(main())
