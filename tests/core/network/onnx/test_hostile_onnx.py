#!/usr/bin/env python3
"""ONNX files that would do harm or make no sense: clipscope-cli must refuse each in one sentence that says why, and stay below 500 MB.

test_hostile_onnx.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx_file as onnx
except ImportError:
    sys.exit(77)

MOST_MEMORY = 500 * 2**20


def external(name, shape, **places):
    """A tensor whose bytes lie in another file."""
    return onnx.encode([(1, size) for size in shape] + [(2, 1), (8, name), (14, 1)] +
                       [(13, onnx.encode([(1, key), (2, str(text))])) for key, text in places.items()])


def with_weight(weight):
    nodes, weights = onnx.small_network()
    return onnx.model(nodes, [weight] + weights[1:])


def nested(depth):
    """An If in an If in an If ..."""
    graph = onnx.encode([(2, "g")])
    for _ in range(depth):
        inner = onnx.encode([(1, "c"), (4, "If"), (5, onnx.encode([(1, "then_branch"), (6, graph), (20, 5)]))])
        graph = onnx.encode([(1, inner), (2, "g")])
    return graph


def chain(nodes, **more):
    return onnx.model(nodes, [onnx.tensor("w", np.ones((2, 16), "<f4"))], **more)


def head(last="c"):
    return [onnx.node("Flatten", ["x"], ["f"]), onnx.node("Gemm", ["f", "w"], [last], transB=1)]


def cases(folder):
    """(name, content, part of the sentence); a good file first, so that the others are refused for what is wrong with them."""
    nodes, weights = onnx.small_network()
    good = onnx.model(nodes, weights)
    (folder.parent / "secret.bin").write_bytes(bytes(72))
    (folder / "beside.bin").write_bytes(bytes(40))
    os.symlink("/etc/passwd", folder / "link.bin")
    node, tensor, model = onnx.node, onnx.tensor, onnx.model
    big = 1 << 40
    yield "good", good, None
    yield "cut", good[:len(good) // 2], "ends too early"
    yield "circle", chain(head() + [node("Add", ["c", "e"], ["d"]), node("Relu", ["d"], ["e"]), node("Relu", ["e"], ["y"])]), "a circle"
    yield "itself", chain(head() + [node("Add", ["c", "y"], ["y"])]), "a circle"
    yield "twice", chain(head() + [node("Relu", ["c"], ["y"]), node("Relu", ["c"], ["y"])]), "there already"
    yield "nothing computes it", chain(head()), "nothing in it computes"
    yield "outside", with_weight(external("conv.weight", (2, 1, 3, 3), location="../secret.bin")), "outside the folder"
    yield "absolute", with_weight(external("conv.weight", (2, 1, 3, 3), location="/etc/passwd")), "outside the folder"
    yield "by link", with_weight(external("conv.weight", (2, 1, 3, 3), location="link.bin")), "outside the folder"
    yield "beyond the end", with_weight(external("conv.weight", (2, 1, 3, 3), location="beside.bin")), "beyond the end"
    yield "far offset", with_weight(external("conv.weight", (2, 1, 3, 3), location="beside.bin", offset=2**63 - 1)), "beyond the end"
    yield "no number", with_weight(external("conv.weight", (2, 1, 3, 3), location="beside.bin", offset="-1")), "where it must say how many bytes"
    yield "not there", with_weight(external("conv.weight", (2, 1, 3, 3), location="none.bin")), "not beside it"
    yield "a folder", with_weight(external("conv.weight", (2, 1, 3, 3), location=".")), "no file"
    yield "claimed outside", with_weight(external("conv.weight", (big, 4), location="beside.bin")), "larger than any network"
    yield "claimed", with_weight(onnx.encode([(1, big), (1, big), (2, 1), (8, "conv.weight")])), "impossible size"
    yield "claimed little data", with_weight(onnx.encode([(1, 2**30), (2, 1), (8, "conv.weight"), (9, bytes(16))])), "not as many elements"
    yield "negative", with_weight(onnx.encode([(1, -4), (2, 1), (8, "conv.weight"), (9, bytes(16))])), "impossible size"
    yield "texts", with_weight(onnx.encode([(1, 1), (2, 8), (8, "conv.weight"), (6, "text")])), "of a type"
    yield "deep", model(nodes, weights, graph_more=[(1, onnx.encode([(4, "If"), (5, onnx.encode([(1, "then_branch"), (6, nested(5000))]))]))]), "nested more deeply"
    yield "many parts", model(nodes, weights, graph_more=[(1, b"")] * 3_100_000) , "more parts than any network"
    def with_sum(made, *tensors):
        """A number made of constants alone, added to what the network puts out."""
        nodes = made + [node("ReduceSum", ["z"], ["r"], keepdims=0)] + head() + [node("Add", ["c", "r"], ["y"])]
        return model(nodes, [tensor("w", np.ones((2, 16), "<f4")), *tensors])

    yield "huge constant", with_sum([node("ConstantOfShape", ["s"], ["z"])], tensor("s", np.array([1 << 20, 1 << 20], "<i8"))), "larger than any network"
    yield "many constants", onnx.model([node("ConstantOfShape", ["s"], [f"z{i}"]) for i in range(40)] + head() + [node("Add", ["c", "q"], ["y"])],
        [tensor("w", np.ones((2, 16), "<f4")), tensor("s", np.array([1 << 24], "<i8")), tensor("q", np.ones(2, "<f4"))]), "larger than any network"
    yield "long range", with_sum([node("Range", ["a", "b", "d"], ["z"])], tensor("a", np.array(0, "<f4")), tensor("b", np.array(1e9, "<f4")),
                                 tensor("d", np.array(1e-3, "<f4"))), "larger than any network"
    yield "tile", with_sum([node("Tile", ["q", "s"], ["z"])], tensor("s", np.array([1 << 45], "<i8")), tensor("q", np.ones(2, "<f4"))), "cannot be run"
    yield "another domain", onnx.model([onnx.encode([(1, "x"), (2, "y"), (4, "Attention"), (7, "com.microsoft")])], [], more=[(8, onnx.encode([(1, "com.microsoft"), (2, 1)]))]), "Attention"
    yield "a loop", chain([node("Loop", ["", "t"], ["y"])]), ""
    yield "integers", onnx.model([node("ConvInteger", ["u", "v"], ["i"]), node("Cast", ["i"], ["g"], to=1), node("Flatten", ["g"], ["y"])],
        [tensor("v", np.ones((1, 1, 3, 3), "i1"))], inputs=[onnx.value_info("u", ["N", 1, 4, 4], 2)]), "takes no float32"
    yield "two inputs", onnx.model([node("Add", ["x", "z"], ["s"])] + [onnx.node("Flatten", ["s"], ["f"]), onnx.node("Gemm", ["f", "w"], ["y"], transB=1)],
        [tensor("w", np.ones((2, 16), "<f4"))], inputs=[onnx.value_info("x", ["N", 1, 4, 4]), onnx.value_info("z", ["N", 1, 4, 4])]), "2 inputs"
    yield "new operators", onnx.model(nodes, weights, opset=90), "version 90"
    yield "functions", onnx.model(nodes, weights, more=[(25, onnx.encode([(1, "f")]))]), "functions of its own"
    yield "sizes", onnx.model([node("Conv", ["x", "conv.weight"], ["a"], kernel_shape=[5, 5]), nodes[1], nodes[2], nodes[3]], weights), "cannot be run"
    yield "strides", onnx.model([node("Conv", ["x", "conv.weight"], ["a"], kernel_shape=[3, 3], strides=[0, 0])] + nodes[1:], weights), "cannot be"
    yield "wrong wire", b"\x08\x08\x12\x04test\x3b\x00", "no ONNX model"


def peak_of(process_id):
    usage = os.wait4(process_id, 0)
    return os.waitstatus_to_exitcode(usage[1]), usage[2].ru_maxrss * 1024


def check(cli, path, expected):
    """What is wrong with how the file was taken; empty where nothing is."""
    process = subprocess.Popen([cli, "info", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    status, memory = peak_of(process.pid)
    if memory > MOST_MEMORY:
        return f"took {memory >> 20} MB"
    if expected is None:
        return "" if status == 0 else f"was refused: {output}"
    sentence = output.strip()
    if status != 1 or "\n" in sentence or len(sentence) > 500:
        return f"status {status}, said: {sentence[:500]}"
    return "" if expected in sentence else f"was refused for another reason than \"{expected}\": {sentence}"


def main():
    cli, failures = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "models"
        folder.mkdir()
        count = 0
        for title, content, expected in cases(folder):
            path = folder / "case.onnx"
            path.write_bytes(content)
            problem = check(cli, path, expected)
            count += 1
            failures += bool(problem)
            if problem:
                print(f"{title}: {problem}")
        print(f"{count} files, {failures} not taken as they should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
