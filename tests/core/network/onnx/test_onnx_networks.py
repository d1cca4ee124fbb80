#!/usr/bin/env python3
"""Networks as ONNX: what PyTorch exports must give PyTorch's own outputs and list the layers, bits and paths that the same network has as TorchScript,
and the files of one public network must get as many images right as they do elsewhere.

test_onnx_networks.py CLIPSCOPE_CLI NETWORK_REPORT SHARED: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

SKIPPED = 77
IMAGES = 1000
RIGHT = {"resnet20_opset17.onnx": (915, 0), "resnet20_batchnorm.onnx": (915, 0), "resnet20_batch1.onnx": (915, 0), "resnet20_qdq_int8.onnx": (914, 0),
         "resnet20_static_qdq.onnx": (916, 3)}


def networks():
    """(name, module, side of its images): what image classifiers are made of."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Mobile(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
            self.depth = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
            self.squeeze, self.excite = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
            self.head = nn.Linear(16, 5)

        def forward(self, x):
            x = self.stem(x)
            y = self.depth(x)
            y = y * functional.hardsigmoid(self.excite(functional.silu(self.squeeze(functional.adaptive_avg_pool2d(y, 1)))))
            y = torch.cat([x + y, functional.leaky_relu(y, 0.1)], 1)
            y = functional.max_pool2d(functional.interpolate(y, scale_factor=2.0, mode="nearest"), 3, 2, 1)
            return self.head(y.mean((2, 3)))

    class Vision(nn.Module):
        """Patches, a class token, attention, GELU: a vision transformer of one block."""
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 8, 4, 4)
            self.token, self.position = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(torch.randn(1, 17, 8))
            self.norm, self.qkv, self.out = nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 8)
            self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
            self.head = nn.Linear(8, 5)

        def forward(self, x):
            n = x.shape[0]
            x = self.patches(x).reshape(n, 8, -1).permute(0, 2, 1)
            x = torch.cat([self.token.expand(n, -1, -1), x], 1) + self.position
            q, k, v = self.qkv(self.norm(x)).reshape(n, 17, 3, 2, 4).permute(2, 0, 3, 1, 4)
            weights = torch.softmax(q @ k.transpose(-2, -1) * 0.5, -1)
            x = x + self.out((weights @ v).transpose(1, 2).reshape(n, 17, 8))
            return self.head((x + self.mlp(x))[:, 0])

    class Window(nn.Module):
        """Shifted windows, as in Swin."""
        def __init__(self):
            super().__init__()
            self.patches, self.mix, self.head = nn.Conv2d(3, 6, 2, 2), nn.Linear(6, 6), nn.Linear(6, 5)

        def forward(self, x):
            x = torch.roll(self.patches(x).permute(0, 2, 3, 1), (-2, -2), (1, 2))
            n, h, w, c = x.shape
            x = x.view(n, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
            x = functional.elu(self.mix(x))
            x = x.view(n, h // 4, w // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
            return self.head(torch.roll(x, (2, 2), (1, 2)).mean((1, 2)))

    plain = nn.Sequential(nn.Conv2d(3, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 8, 3), nn.PReLU(8), nn.Flatten(), nn.Linear(128, 12), nn.Sigmoid(),
                          nn.Dropout(), nn.Linear(12, 5), nn.LogSoftmax(1))
    torch.manual_seed(11)
    return [("mobile", Mobile()), ("vision", Vision()), ("window", Window()), ("plain", plain)]


SIDES = {"mobile": 16, "vision": 16, "window": 16, "plain": 16}


def do_without_onnx_package():
    """PyTorch's exporter looks for functions of its own with the Python package onnx, of which a system may have a folder and nothing in it."""
    try:
        import onnx
        import torch.onnx._internal.onnx_proto_utils as utils
        if not hasattr(onnx, "load_model_from_string"):
            utils._add_onnxscript_fn = lambda model, functions: model
    except ImportError:
        pass


def export(module, example, folder, name):
    """The network traced, and as ONNX with any batch and with a batch of 1."""
    import torch
    do_without_onnx_package()
    files = {form: folder / f"{name}_{form}" for form in ("traced.pt", "any.onnx", "one.onnx")}
    torch.jit.trace(module, example).save(str(files["traced.pt"]))
    torch.onnx.export(module, example, str(files["any.onnx"]), opset_version=13, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
    torch.onnx.export(module, example[:1], str(files["one.onnx"]), opset_version=13)
    return files


def report(program, side, path):
    output = subprocess.run([program, str(side), "", str(path)], stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def check_network(program, name, module, folder):
    import torch
    module.eval()
    side = SIDES[name]
    files = export(module, torch.randn(2, 3, side, side), folder, name)
    expected = report(program, side, files["traced.pt"])
    problems = []
    for form in ("any.onnx", "one.onnx"):
        found = report(program, side, files[form])
        if "error" in found:
            problems.append(f"{name}, {form}: {found['error']}")
            continue
        difference = max(abs(a - b) for a, b in zip(found["output"], expected["output"]))
        if len(found["output"]) != len(expected["output"]) or not difference < 1e-4:
            problems.append(f"{name}, {form}: outputs differ by {difference}")
        folded = name == "mobile"  # batch norms go into convolutions, which then have biases
        for what in ("layers",) + (() if folded else ("layer_parameters",)):
            if found[what] != expected[what]:
                problems.append(f"{name}, {form}: {found[what]} {what}, as TorchScript {expected[what]}")
    return problems


def check_public(cli, shared):
    models, data, problems = shared / "models/modern", shared / "data/cifar-10-batches-bin", []
    if not models.exists() or not data.exists():
        return []
    for name, (right, tolerance) in RIGHT.items():
        output = subprocess.run([cli, "evaluate", "--model", str(models / name), "--data", str(data), "--images", f"first:{IMAGES}", "--mean", "0.485,0.456,0.406",
                                 "--std", "0.229,0.224,0.225", "--json", "-"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        try:
            found = json.loads(output)["correct"]
        except (ValueError, KeyError):
            problems.append(f"{name}: {output[:300]}")
            continue
        print(f"{name}: {found} of {IMAGES}")
        if abs(found - right) > tolerance:
            problems.append(f"{name}: {found} right, {right} elsewhere")
    refused = subprocess.run([cli, "info", str(models / "resnet20_static_qoperator.onnx")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if refused.returncode != 1 or "QDQ" not in refused.stdout:
        problems.append(f"resnet20_static_qoperator.onnx: {refused.stdout[:300]}")
    return problems


def main():
    try:
        import torch
    except ImportError:
        return SKIPPED
    warnings.simplefilter("ignore")
    cli, program, shared = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    problems = check_public(cli, shared)
    with tempfile.TemporaryDirectory() as name:
        for title, module in networks():
            problems += check_network(program, title, module, pathlib.Path(name))
    print("\n".join(problems) or "all right")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
