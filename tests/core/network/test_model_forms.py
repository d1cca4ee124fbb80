#!/usr/bin/env python3
"""The forms that people keep PyTorch's networks in: frozen, saved on a graphics card, with several outputs, in the old format, as safetensors, as
whole modules, as bare parameters that fit several networks. Each must give what the plain trace of the same module gives, or be refused in
a sentence that says what it is.

test_model_forms.py NETWORK_REPORT CLIPSCOPE_CLI SHARED SCRIPT [NAME...]: exit status 0 passed, 1 failed, 77 skipped because something it needs is
not there.
"""

import copy
import gzip
import importlib.util
import json
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import warnings

from test_exported_networks import SKIPPED, Checks, reports


def same(first, second, tolerance=1e-5):
    return "output" in first and "output" in second and len(first["output"]) == len(second["output"]) and \
        all(abs(a - b) <= tolerance * max(1, abs(b)) for a, b in zip(first["output"], second["output"]))


def said(report):
    return {key: value for key, value in report.items() if key != "output"}


def randomize(module):
    import torch
    for part in module.modules():
        if isinstance(part, torch.nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
    return module.eval()


def small_network():
    from torch import nn
    return randomize(nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, groups=2, bias=False), nn.Tanh(),
                                   nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 10)))


def trace(module, path, size=32, channels=3):
    import torch
    with torch.no_grad():
        torch.jit.trace(module.eval(), torch.randn(2, channels, size, size), check_trace=False, strict=False).save(str(path))
    return path


def layers_of(cli, path):
    done = subprocess.run([cli, "info", path, "--json", "-"], capture_output=True, text=True)
    return [(layer["name"], layer["path"], layer["shape"]) for layer in json.loads(done.stdout)["layers"]] if done.returncode == 0 else done.stderr


def check_frozen(checks, where):
    import torch
    module = small_network()
    plain = trace(module, where.folder / "plain.pt")
    traced = torch.jit.freeze(torch.jit.load(str(plain)).eval())
    scripted = torch.jit.freeze(torch.jit.script(module))
    half = torch.jit.freeze(torch.jit.script(copy.deepcopy(module).bfloat16()))
    for name, frozen in (("traced", traced), ("scripted", scripted), ("in half precision", half)):
        path = where.folder / "frozen.pt"
        frozen.save(str(path))
        found, expected = reports(where.program, 32, "", path, plain)
        checks.check("frozen, " + name, same(found, expected, 5e-2 if "half" in name else 1e-4) and found["layers"] == 3, said(found))
        paths = [path for _, path, _ in layers_of(where.cli, path)]
        checks.check("names, frozen, " + name, paths == ["conv_1", "conv_2", "fc_1"], paths)
    traced.save(str(where.folder / "frozen.pt"))
    hardened = harden(where, where.folder / "frozen.pt")
    checks.check("frozen, hardened", hardened == ["conv_1", "conv_2", "fc_1"], hardened)


def harden(where, path):
    """Layers of the hardened file, or what went wrong."""
    import numpy
    data = where.folder / "data"
    data.mkdir(exist_ok=True)
    images = numpy.random.default_rng(1).integers(0, 256, (60, 3073), dtype=numpy.uint8)
    images[:, 0] = numpy.arange(60) % 10
    (data / "test_batch.bin").write_bytes(images.tobytes())
    (data / "batches.meta.txt").write_text("".join(f"class{i}\n" for i in range(10)))
    done = subprocess.run([where.cli, "harden", "--model", path, "--data", data, "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5", "--images", "first:20", "--tuning-images", "20",
                           "--tuning-split", "test", "--rates", "1e-3", "--trials", "1", "--output", where.folder / "hardened.pt"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr
    return [path for _, path, _ in layers_of(where.cli, where.folder / "hardened.pt")]


def check_devices(checks, where):
    import torch
    from torch import nn

    class OnCard(nn.Module):
        def __init__(self, device):
            super().__init__()
            self.layer = nn.Linear(12, 4)
            self.device = torch.device(device)

        def forward(self, x):
            x = x.to(self.device).flatten(1) + torch.ones([12], device=self.device)
            return self.layer(x)

    class Moved(OnCard):
        def forward(self, x):
            return self.layer((x.flatten(1) + torch.ones([12], device=torch.device("cuda:0"))).cuda())

    for name, kind in (("a device as attribute", OnCard), ("cuda()", Moved)):
        card, plain = kind("cuda:0"), OnCard("cpu")
        plain.load_state_dict(card.state_dict())
        torch.jit.script(card.eval()).save(str(where.folder / "card.pt"))
        torch.jit.script(plain.eval()).save(str(where.folder / "plain.pt"))
        # The network alone cannot be run where there is no such card, so its own report compares nothing here.
        found = report_of_program(where, where.folder / "card.pt", 2)
        expected = report_of_program(where, where.folder / "plain.pt", 2)
        checks.check("graphics card, " + name, same(found, expected), said(found))


def report_of_program(where, path, size):
    done = subprocess.run([where.program, str(size), "!", path], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[0])


def check_outputs(checks, where):
    import torch
    from torch import nn

    class Several(nn.Module):
        def __init__(self, answer, classes=10):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2), nn.ReLU())
            self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())
            self.hidden = nn.Linear(64, 10)
            self.head = nn.Linear(10, classes)
            self.second = nn.Linear(64, 7)
            self.answer = answer

        def forward(self, x):
            maps = self.body(x)
            features = self.pool(maps)
            hidden = torch.relu(self.hidden(features))
            return self.answer(self, maps, features, hidden, self.head(hidden))

    answers = {
        "logits alone": lambda s, maps, features, hidden, logits: logits,
        "a dictionary": lambda s, maps, features, hidden, logits: {"aux": s.hidden(features), "logits": logits},
        "a dictionary of other names": lambda s, maps, features, hidden, logits: {"features": features, "classes": logits},
        "features and logits": lambda s, maps, features, hidden, logits: (features, logits),
        "hidden values of as many": lambda s, maps, features, hidden, logits: (hidden, logits),
        "a list": lambda s, maps, features, hidden, logits: [logits, features],
        "maps and logits": lambda s, maps, features, hidden, logits: (maps, logits),
        "probabilities and logits": lambda s, maps, features, hidden, logits: (torch.softmax(logits, 1), logits),
        "nested": lambda s, maps, features, hidden, logits: ((maps, features), (logits,)),
    }
    state = Several(None).state_dict()
    expected = None
    for name, answer in answers.items():
        module = Several(answer)
        module.load_state_dict(state)
        found = report_of_program(where, trace(module, where.folder / "outputs.pt"), 32)
        expected = expected or found
        checks.check("outputs: " + name, same(found, expected, 0), said(found))
    two = Several(lambda s, maps, features, hidden, logits: (logits, s.second(features)))
    error = report_of_program(where, trace(two, where.folder / "outputs.pt"), 32).get("error", "")
    checks.check("outputs of two sizes", "2 outputs (10, 7 values" in error, error)


def check_old_format(checks, where):
    import torch
    from collections import OrderedDict
    module = lenet("relu", "max")
    plain = trace(module, where.folder / "plain.pt", channels=1)
    state, path = module.state_dict(), where.folder / "old.pth"
    shared = torch.cat([tensor.flatten() for tensor in state.values()])
    views, start = OrderedDict(), 0
    for key, tensor in state.items():
        views[key] = shared[start:start + tensor.numel()].view(tensor.shape)
        start += tensor.numel()
    for name, value in (("state", state), ("checkpoint", {"epoch": 3, "net": state, "acc": 91.0}), ("double", {k: v.double() for k, v in state.items()}),
                        ("one storage", views), ("parameters", OrderedDict((k, torch.nn.Parameter(v)) for k, v in state.items()))):
        torch.save(value, path, _use_new_zipfile_serialization=False)
        found, expected = reports(where.program, 32, "", path, plain)
        checks.check("old format, " + name, same(found, expected) and found["architecture"] == "lenet5", said(found))
    whole = small_network()
    torch.save(whole, path, _use_new_zipfile_serialization=False)
    found, expected = reports(where.program, 32, "", path, trace(whole, plain))
    checks.check("old format, whole module", same(found, expected, 0), said(found))
    torch.save(state, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    for name, bad, word in (("cut", content[:-2], "does not hold"), ("cut in the pickle", content[:150], "damaged"),
                            ("a size of 2^60", replaced_last(content, struct.pack("<q", 840), struct.pack("<q", 2**60)), "does not hold")):
        path.write_bytes(bad)
        error = reports(where.program, 32, "", path)[0].get("error", "")
        checks.check("old format, " + name, word in error and "\n" not in error, error)


def replaced_last(content, old, new):
    position = content.rindex(old)
    return content[:position] + new + content[position + len(old):]


def write_safetensors(path, tensors, change=None, header=None):
    import torch
    names = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int8: "I8"}
    entries, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in sorted(tensors.items()):
        content = tensor.contiguous().view(torch.uint8).numpy().tobytes() if tensor.dim() else struct.pack("<q", int(tensor))
        entries[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    if change:
        change(entries)
    text = (header or json.dumps(entries)).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def check_safetensors(checks, where):
    import torch
    module = named_lenet()
    plain = trace(module, where.folder / "plain.pt", channels=1)
    state, path = module.state_dict(), where.folder / "net.safetensors"
    counted = dict(state, **{"n_averaged": torch.tensor(3)})
    for name, tensors, tolerance in (("float32", state, 1e-6), ("float64", {k: v.double() for k, v in state.items()}, 1e-6),
                                     ("float16", {k: v.half() for k, v in state.items()}, 1e-2),
                                     ("bfloat16", {k: v.bfloat16() for k, v in state.items()}, 5e-2),
                                     ("prefixes", {"module." + k: v for k, v in state.items()}, 1e-6), ("a counter", counted, 1e-6)):
        found, expected = reports(where.program, 32, "", write_safetensors(path, tensors), plain)
        checks.check("safetensors, " + name, same(found, expected, tolerance) and found["architecture"] == "lenet5", said(found))

    def overlap(entries):
        entries["fc1.bias"]["data_offsets"] = [8, 488]

    def beyond(entries):
        entries["fc1.bias"]["data_offsets"] = [2**40, 2**40 + 480]

    def other_shape(entries):
        entries["fc1.bias"]["shape"] = [2**62, 4]

    def other_type(entries):
        entries["fc1.bias"]["dtype"] = "F8_E4M3"

    for name, change, word in (("overlapping", overlap, "overlaps"), ("beyond the end", beyond, "does not hold"), ("2^64 elements", other_shape, "size"),
                               ("of another type", other_type, "F8_E4M3")):
        error = reports(where.program, 32, "", write_safetensors(path, state, change))[0].get("error", "")
        checks.check("safetensors, " + name, word in error and "\n" not in error, error)
    for name, header, word in (("nested", '{"a":' * 100000, "header"), ("a list", '{"a":[1]}', "header"), ("cut", '{"a":{"dtype":"F32"', "header")):
        error = reports(where.program, 32, "", write_safetensors(path, {}, None, header))[0].get("error", "")
        checks.check("safetensors, header " + name, word in error and "\n" not in error, error)
    path.write_bytes(struct.pack("<Q", 2**35) + b"{")
    error = reports(where.program, 32, "", path)[0].get("error", "")
    checks.check("safetensors, 32 GB of header", "34359738368 bytes" in error, error)


def named_lenet():
    from torch import nn
    from torch.nn import functional

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

        def forward(self, x):
            x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
            x = functional.max_pool2d(functional.relu(self.conv2(x)), 2).flatten(1)
            return self.fc3(functional.relu(self.fc2(functional.relu(self.fc1(x)))))

    return LeNet().eval()


def lenet(activation, pooling, size=32, side=5, c5=False, padding=0):
    from torch import nn
    act = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]
    pool = nn.MaxPool2d if pooling == "max" else nn.AvgPool2d
    parts = [nn.Conv2d(1, 6, 5, padding=padding), act(), pool(2), nn.Conv2d(6, 16, 5), act(), pool(2)]
    parts += [nn.Conv2d(16, 120, 5), act(), nn.Flatten()] if c5 else [nn.Flatten(), nn.Linear(16 * side * side, 120), act()]
    return nn.Sequential(*parts, nn.Linear(120, 84), act(), nn.Linear(84, 10)).eval()


def mlp(activation, *widths):
    from torch import nn
    parts = [nn.Flatten()]
    for i in range(len(widths) - 1):
        parts += [nn.Linear(widths[i], widths[i + 1])] + ([activation()] if activation and i + 2 < len(widths) else [])
    return nn.Sequential(*parts).eval()


def mnist_example():
    from torch import nn
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(),
                         nn.Linear(128, 10), nn.LogSoftmax(1)).eval()


def vgg(widths):
    from torch import nn
    parts, channels = [], 3
    for width in widths:
        parts += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()] if width else [nn.MaxPool2d(2)]
        channels = width or channels
    return randomize(nn.Sequential(nn.Sequential(*parts), nn.Flatten(), nn.Linear(512, 10)))


def check_architectures(checks, where):
    import torch
    from torch import nn
    cases = [
        ("lenet5", "", lenet("relu", "max"), 1, 32), ("lenet5[tanh,average]", "", lenet("tanh", "average"), 1, 32),
        ("lenet5[sigmoid]", "", lenet("sigmoid", "max"), 1, 32), ("lenet5[tanh]", "120 x 256", lenet("tanh", "max", side=4), 1, 28),
        ("lenet5[28]", "padding", lenet("relu", "max", padding=2), 1, 28), ("lenet5[tanh,average]", "C5", lenet("tanh", "average", c5=True), 1, 32),
        ("mlp", "", mlp(nn.ReLU, 2352, 300, 100, 10), 3, 28), ("mlp[none]", "", mlp(None, 3072, 20, 10), 3, 32), ("mlp", "one layer", mlp(None, 2352, 10), 3, 28),
        ("mnist_example", "", mnist_example(), 1, 28), ("vgg13_bn", "", vgg([64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]), 3, 32)]
    for name, form, module, channels, size in cases:
        torch.save(module.state_dict(), where.folder / "state.pth")
        asked = name if "[" in name else ""
        found = reports(where.program, size, asked, where.folder / "state.pth")[0]
        expected = reports(where.program, size, "", trace(module, where.folder / "traced.pt", size, channels))[0]
        checks.check(f"{name} {form}", same(found, expected, 1e-4) and found["architecture"] == name, said(found))
    error = subprocess.run([where.cli, "info", where.folder / "state.pth", "--arch", "lenet5[cubic]"], capture_output=True, text=True)
    checks.check("a form that is not known", error.returncode == 2 and "lenet5[tanh,average]" in error.stderr, error.stderr)


def check_choice(checks, where):
    """Images answered by the module itself: of the networks that the parameters fit, only the module's own gets them all right."""
    import numpy
    import torch
    generator = numpy.random.default_rng(3)
    for activation, pooling, name in (("tanh", "average", "lenet5[tanh,average]"), ("relu", "max", "lenet5")):
        module = lenet(activation, pooling, side=4)
        pixels = generator.integers(0, 256, (400, 28, 28), dtype=numpy.uint8)
        for image in pixels:  # large spots, so that answers differ
            image[generator.integers(0, 14):, generator.integers(0, 14):] //= 8
        images = torch.from_numpy(pixels.astype(numpy.float32) / numpy.float32(255))[:, None]
        with torch.no_grad():
            module[-1].weight *= 20
            module[-1].bias -= module(images).mean(0)
            labels = module(images).argmax(1).numpy().astype(numpy.uint8)
        data = where.folder / "idx"
        data.mkdir(exist_ok=True)
        for split in ("train", "t10k"):
            (data / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 2051, 400, 28, 28) + pixels.tobytes())
            (data / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, 400) + labels.tobytes())
        torch.save(module.state_dict(), where.folder / "state.pth")
        done = subprocess.run([where.cli, "evaluate", "--model", where.folder / "state.pth", "--data", data, "--normalize", "none", "--images", "all",
                               "--json", "-"], capture_output=True, text=True)
        good = done.returncode == 0 and json.loads(done.stdout)["clean_accuracy"] == 1 and f"several networks: {name} recognises 100.0 %" in done.stderr
        checks.check("choice of " + name, good, done.stdout[:300] + done.stderr)


def check_whole_modules(checks, where):
    import torch
    from torch import nn
    path, plain = where.folder / "module.pth", where.folder / "plain.pt"
    layers = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 8, 3, padding="same", dilation=2), nn.BatchNorm2d(8, eps=1e-3), nn.LeakyReLU(0.2), nn.MaxPool2d(2)),
        nn.Sequential(nn.Conv2d(8, 8, (3, 1), padding=(1, 0), padding_mode="reflect", groups=4), nn.GroupNorm(2, 8), nn.GELU(), nn.Dropout(0.5)),
        nn.ZeroPad2d(1), nn.PReLU(8), nn.AvgPool2d(3, 2, 1), nn.ConvTranspose2d(8, 6, 2, stride=2), nn.Hardtanh(-2, 2), nn.ELU(0.7),
        nn.AdaptiveAvgPool2d((2, 3)), nn.SiLU(), nn.Identity(), nn.Flatten(), nn.Linear(36, 16, bias=False), nn.LayerNorm(16), nn.Softplus(2.0, 15.0),
        nn.Linear(16, 10), nn.LogSoftmax(1))
    shared = nn.Linear(10, 10)
    twice = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 10), nn.ReLU(), shared, nn.Tanh(), shared)
    for name, module in (("many layers", randomize(layers)), ("a layer twice", twice.eval()), ("DataParallel", nn.DataParallel(small_network()))):
        inner = module.module if isinstance(module, nn.DataParallel) else module
        torch.save(module, path)
        found, expected = reports(where.program, 32, "", path, trace(inner, plain))
        good = same(found, expected, 0) and all(found[key] == expected[key] for key in ("layers", "parameters"))
        checks.check("whole module, " + name, good, (said(found), said(expected)))
    torch.save({"epoch": 1, "model": small_network()}, path)
    checks.check("whole module in a checkpoint", "output" in reports(where.program, 32, "", path)[0], "")

    class Net(nn.Module):
        def __init__(self, part):
            super().__init__()
            self.part = part

    globals()["Net"] = Net
    Net.__qualname__ = "Net"
    inner = lenet("relu", "max")
    torch.save(Net(inner), path)
    found, expected = reports(where.program, 32, "", path, trace(inner, plain, channels=1))
    checks.check("whole module of a class of its own", same(found, expected) and found["architecture"] == "lenet5", said(found))
    hooked = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(), nn.Linear(4500, 4))
    nn.utils.weight_norm(hooked[0])
    for name, module, word in (("unknown class", Net(small_network()), "__main__.Net"), ("hooks", hooked, "hooks"),
                               ("a layer that is not known", nn.Sequential(nn.Conv2d(3, 5, 3), nn.Fold((4, 4), 2)), "Fold")):
        torch.save(module, path)
        error = reports(where.program, 32, "", path)[0].get("error", "")
        checks.check("whole module, " + name, word in error and "export-script" in error and "\n" not in error and len(error) < 500, error)


def check_refused(checks, where):
    cases = [("Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "git lfs pull"), ("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(90), "HDF5"),
             ("gzip", gzip.compress(b"network"), "gzip"), ("a web page", b"\n<!DOCTYPE html><html>", "web page"), ("TFLite", b"\x1c\0\0\0TFL3" + bytes(90), "TensorFlow Lite"),
             ("SavedModel", b"\x08\x01\x12\x90\x01" + bytes(90), "SavedModel"), ("a pickle", pickle.dumps({"a": [1, 2]}, 4), "pickle"),
             ("NumPy", b"\x93NUMPY\x01\0" + bytes(90), "NumPy"), ("JSON", b'{"layers": []}', "JSON")]
    for name, content, word in cases:
        path = where.folder / "other.bin"
        path.write_bytes(content)
        done = subprocess.run([where.cli, "info", path], capture_output=True, text=True)
        checks.check("refused: " + name, done.returncode == 1 and word in done.stderr and done.stderr.count("\n") == 1 and len(done.stderr) < 500, done.stderr)
    mobile = where.shared / "models/modern/resnet20_mobile.ptl"
    if mobile.exists():
        done = subprocess.run([where.cli, "info", mobile], capture_output=True, text=True)
        checks.check("refused: mobile", done.returncode == 1 and "optimize_for_mobile" in done.stderr and len(done.stderr) < 500, done.stderr)


def check_shared(checks, where):
    """One public network in many forms, and a small module: everything against what PyTorch counted and computed."""
    import torch
    modern = where.shared / "models/modern"
    if not modern.is_dir():
        print("no", modern)
        return
    counts = json.loads((modern / "correct_of_1000.json").read_text())
    plain = layers_of(where.cli, modern / "resnet20_traced.pt")
    for name in ("resnet20_traced.pt", "resnet20_traced_2.14.pt", "resnet20_frozen.pt", "resnet20_frozen_2.14.pt", "resnet20.safetensors",
                 "resnet20_state.pth", "resnet20_old_format.pth"):
        done = subprocess.run([where.cli, "evaluate", "--model", modern / name, "--data", where.shared / "data/cifar-10-batches-bin", "--normalize", "imagenet",
                               "--images", "first:1000", "--json", "-"], capture_output=True, text=True)
        right = round(json.loads(done.stdout)["clean_accuracy"] * 1000) if done.returncode == 0 else done.stderr
        checks.check(name, right == counts[name], right)
        layers = layers_of(where.cli, modern / name)
        checks.check("layers of " + name, [(n, s) for n, _, s in layers] == [(n, s) for n, _, s in plain], layers)
    files = [modern / f"sequential_{form}" for form in ("module.pth", "traced.pt", "scripted.pt")]
    found = reports(where.program, 32, "", *files)
    checks.check("one Sequential in three forms", all(same(other, found[0], 0) for other in found[1:]), [said(one) for one in found])
    # The script in Python stands between what is stored and what the program gives for its own images.
    stored = torch.load(modern / "sequential_module_outputs.pth")
    with torch.no_grad():
        again = torch.jit.load(str(modern / "sequential_scripted.pt"))(stored["x"])
    checks.check("the stored outputs", torch.allclose(again, stored["y"], atol=1e-6), (again - stored["y"]).abs().max())


def check_exporter(checks, where):
    import torch
    from torch import nn
    done = subprocess.run([where.cli, "export-script"], capture_output=True)
    checks.check("export-script prints the script", done.stdout == where.script.read_bytes(), "")
    sys.path.insert(0, str(where.script.parent))
    from clipscope_export import ExportError, export
    module = small_network().train()
    path = where.folder / "exported.pt"
    export(module, torch.randn(2, 3, 32, 32), path, mean=(0.4, 0.5, 0.6), std=(0.2, 0.2, 0.25), classes=[f"c{i}" for i in range(10)])
    checks.check("the module is left as it was", module.training, "")
    text = subprocess.run([where.cli, "info", path], capture_output=True, text=True).stdout
    checks.check("what the file says", "3×32×32" in text and "Classes        10" in text and "Normalisation" in text, text)
    found, expected = reports(where.program, 32, "", path, trace(module.eval(), where.folder / "plain.pt"))
    checks.check("exported", same(found, expected, 0), said(found))

    class Draws(nn.Module):
        def forward(self, x):
            return torch.rand(x.shape[0], 3) + x.flatten(1)[:, :3]

    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(12, 3)

        def forward(self, x):
            y = self.layer(x.flatten(1))
            if bool(x.mean() > 0):
                y = y * 2
            return y

    branches = Branches().eval()
    export(branches, torch.rand(2, 3, 2, 2), where.folder / "branches.pt")
    again, other = torch.jit.load(str(where.folder / "branches.pt")), -torch.rand(5, 3, 2, 2)
    checks.check("a branch on values is scripted", torch.equal(again(other), branches(other)), "")
    for name, call in (("random numbers", lambda: export(Draws(), torch.randn(2, 3, 4, 4), where.folder / "no.pt")),
                       ("class names that do not fit", lambda: export(module, torch.randn(2, 3, 32, 32), where.folder / "no.pt", classes=["a"])),
                       ("a state dictionary", lambda: export(module.state_dict(), torch.randn(2, 3, 32, 32), where.folder / "no.pt"))):
        try:
            call()
            checks.check("exporter refuses " + name, False, "it does not")
        except ExportError as error:
            checks.check("exporter refuses " + name, not list(where.folder.glob("no.pt*")), error)


class Where:
    def __init__(self, folder, program, cli, shared, script):
        self.folder, self.program, self.cli = pathlib.Path(folder), program, cli
        self.shared, self.script = pathlib.Path(shared), pathlib.Path(script)


def main():
    if not all(importlib.util.find_spec(module) for module in ("torch", "torchvision", "numpy")):
        print("python3-torch, python3-torchvision or python3-numpy is not here")
        return SKIPPED
    import torch
    warnings.filterwarnings("ignore")
    torch.manual_seed(5)
    checks, wanted = Checks(), sys.argv[5:]
    parts = {"frozen": check_frozen, "devices": check_devices, "outputs": check_outputs, "old": check_old_format, "safetensors": check_safetensors,
             "modules": check_whole_modules, "refused": check_refused, "architectures": check_architectures, "choice": check_choice,
             "exporter": check_exporter, "shared": check_shared}
    with tempfile.TemporaryDirectory() as folder:
        for name, part in parts.items():
            if not wanted or name in wanted:
                part(checks, Where(folder, *sys.argv[1:5]))
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
