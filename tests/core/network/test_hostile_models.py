#!/usr/bin/env python3
"""Model files that would do harm: clipscope-cli must refuse each in one sentence that says why, run nothing of it, write no file and stay below
500 MB.

test_hostile_models.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile

SKIPPED = 77
MOST_MEMORY = 500 * 2**20
MARK = "executed"  # the file that every attack tries to write


def rewrite(source, target, changes=(), compressed=()):
    """Copies an archive; `changes` gives a record's new content, or a function of the old one, by the end of its name."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for ending, change in dict(changes).items():
                if name.endswith(ending):
                    content = change(content) if callable(change) else change
            kind = zipfile.ZIP_DEFLATED if any(name.endswith(ending) for ending in compressed) else zipfile.ZIP_STORED
            new.writestr(zipfile.ZipInfo(name), content, kind)
    return target


def replace(old, new):
    def change(content):
        assert old in content, old
        return content.replace(old, new)
    return change


def claim_size(source, target, ending, size):
    """The directory claims `size` bytes for a record; nothing else changes."""
    data = bytearray(source.read_bytes())
    position = data.index(b"PK\x01\x02")
    while data[position:position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", data, position + 28)
        if data[position + 46:position + 46 + name].endswith(ending.encode()):
            struct.pack_into("<II", data, position + 20, size, size)
        position += 46 + name + extra + comment
    target.write_bytes(data)
    return target


class Runs:
    def __reduce__(self):
        return os.system, ("touch " + MARK,)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def make_modules():
    import torch
    from torch import Tensor, nn

    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.layer(x))

    class Saves(Plain):
        def forward(self, x: Tensor) -> Tensor:
            torch.save(x, "executed")
            return torch.relu(self.layer(x))

    class SavesInABranch(Plain):
        def forward(self, x: Tensor) -> Tensor:
            for _ in range(2):
                if x.sum() > 0:
                    torch.save(x, "executed")
            return torch.relu(self.layer(x))

    class SetsState(Plain):
        @torch.jit.export
        def __getstate__(self):
            return self.layer.weight, self.training

        @torch.jit.export
        def __setstate__(self, state: tuple[Tensor, bool]):
            torch.save(state[0], "executed")
            self.training = state[1]

    return Plain, Saves, SavesInABranch, SetsState


def hostile_files(folder):
    import torch
    sys.setrecursionlimit(20_000)
    plain_type, saves, saves_in_a_branch, sets_state = make_modules()
    path = folder / "plain.pt"
    torch.jit.script(plain_type()).save(str(path))
    yield "a plain network", path, None
    for name, module, reason in (("saves.pt", saves, "operation save"), ("branch.pt", saves_in_a_branch, "operation save")):
        torch.jit.script(module()).save(str(folder / name))
        yield name, folder / name, reason
    try:
        torch.jit.script(sets_state()).save(str(folder / "state.pt"))
        yield "__setstate__", folder / "state.pt", "state__, which would run"
    except RuntimeError as error:
        sys.exit(f"cannot make a module with __setstate__: {error}")

    def patched(name, changes, **options):
        return rewrite(path, folder / name, changes, **options)

    def code(name, old, new):
        return patched(name, {".py": lambda content: content.replace(old, new)})

    call = b"    layer = self.layer\n"
    yield "default argument", code("default.pt", b"    x: Tensor) ->", b"    x: Tensor, y: int=torch.save([1], \"executed\")) ->"), "default argument"
    yield "class constant", code("constant.pt", b"  training : bool\n", b"  training : bool\n  k : Final[int] = torch.save([1], \"executed\")\n"), \
        "class constant"
    yield "text bomb", code("bomb.pt", call, call + b"    z = \"a\".ljust(10000000000, \"a\")\n"), "operation ljust"
    yield "custom class", code("custom.pt", call, call + b"    z = __torch__.torch.classes.quantized.Conv2dPackedParamsBase(1)\n"), "Conv2dPackedParamsBase"
    yield "recursion", code("recursion.pt", call, call + b"    z = (self).forward(x, )\n"), ""
    yield "brackets", code("brackets.pt", call, call + b"    z = " + b"(" * 1000 + b"1" + b")" * 1000 + b"\n"), "nested"
    yield "minuses", code("minuses.pt", call, call + b"    z = " + b"- " * 100000 + b"1\n"), "nested"
    yield "sums", code("sums.pt", call, call + b"    z = 1" + b" + 1" * 900 + b"\n"), "nested"
    yield "subscripts", code("subscripts.pt", call, call + b"    z = layer" + b"[0]" * 200000 + b"\n"), "nested"
    hidden = b"    z = \"\"\" \" \"\"\"\n    y = " + b"(" * 1000 + b"1" + b")" * 1000 + b"\n    w = \"\"\" \" \"\"\"\n"
    yield "brackets behind a long text", code("hidden.pt", call, call + hidden), "nested"
    yield "brackets in a type comment", code("comment.pt", call, b"    # type: " + b"(" * 100000 + b")" * 100000 + b"\n" + call), "cannot be parsed"
    yield "sum over several lines", code("lines.pt", call, call + b"    z = 1" + b" + 1\\\n" * 100000 + b" + 1\n"), "cannot be parsed"
    branches = b"".join(b" " * (4 + 2 * i) + b"if True:\n" for i in range(1000)) + b" " * 2004 + b"z = 1\n"
    yield "branches", code("branches.pt", call, call + branches), "nested"
    yield "elifs", code("elifs.pt", call, call + b"    if True:\n      z = 1\n" + b"    elif True:\n      z = 1\n" * 50000), "nested"
    yield "broken code", code("broken.pt", call, b"    layer = = self\n"), "cannot be parsed"

    yield "__reduce__ in a network", patched("reduce.pt", {"data.pkl": pickle.dumps(Runs(), 2)}), "posix.system"
    yield "nested pickle", patched("nested.pt", {"data.pkl": pickle.dumps(nested(1000), 2)}), "nested"
    yield "no pickle", patched("none.pt", {"data.pkl": b"\x80\x02)."}), ""
    yield "old format", rewrite_with(path, folder / "old.pt", "model.json", b"{}"), "model.json"
    yield "old format in capitals", rewrite_with(path, folder / "OLD.pt", "Model.JSON", b"{}"), "Model.JSON"
    yield "code in capitals", rewrite_with(path, folder / "capitals.pt", "CODE/__torch__/other.py", b"def f() -> int:\n  return 1\n"), "CODE/"
    yield "version in capitals", rewrite_with(path, folder / "version.pt", ".data/VERSION", b"3\n"), ".data/VERSION"
    # LibTorch never looks at these; the first two are as PyTorch 2.1 and later write them beside a trace.
    ignored = rewrite_with(path, folder / "ignored.pt", "traced_inputs/0", b"")
    for name, content in (("traced_inputs.pkl", pickle.dumps(Runs(), 2)), ("bytecode.pkl", b"no pickle"), ("notes/a b.txt", b"\0" * 2**26)):
        rewrite_with(ignored, ignored.with_name("ignored_next.pt"), name, content).replace(ignored)
    yield "records that LibTorch never reads", ignored, None
    yield "4 GB in such a record", claim_size(ignored, folder / "claim_ignored.pt", "/bytecode.pkl", 0xFFFFFFFE), "4294967294 bytes"
    yield "4 GB in the directory", claim_size(path, folder / "claim.pt", "/data/0", 0xFFFFFFFE), "4294967294 bytes"
    yield "4 GB in a pickle", patched("pickle.pt", {"data.pkl": replace(b"K\x0c", b"J\xff\xff\xff\x7f")}), "2147483647 elements"
    bomb = patched("deflated.pt", {"/data/0": b"\0" * 2**28}, compressed=("/data/0",))
    yield "compressed tensor", bomb, "268435456 bytes"
    two = folder / "two.pt"
    two.write_bytes(path.read_bytes() + path.read_bytes())
    yield "two archives in one", two, ""

    torch.save({"state_dict": {"fc.weight": torch.zeros(2, 2)}, "extra": Runs()}, folder / "checkpoint.pth")
    yield "__reduce__ in a checkpoint", folder / "checkpoint.pth", "posix.system"
    torch.save(plain_type().state_dict(), folder / "legacy.pth", _use_new_zipfile_serialization=False)
    yield "old torch.save of a linear layer", folder / "legacy.pth", None
    torch.save({"state_dict": {"fc.weight": torch.zeros(2, 2)}, "extra": Runs()}, folder / "old_checkpoint.pth", _use_new_zipfile_serialization=False)
    yield "__reduce__ in the old format", folder / "old_checkpoint.pth", "posix.system"
    module = torch.nn.Sequential(torch.nn.Linear(4, 3))
    module.extra = Runs()
    torch.save(module, folder / "module_runs.pth")
    yield "__reduce__ in a whole module", folder / "module_runs.pth", "posix.system"
    torch.save(torch.nn.Linear(4, 3), folder / "module.pth")
    yield "whole module of PyTorch's own layers", folder / "module.pth", None
    torch.save({"a": nested(1000)}, folder / "deep.pth")
    yield "nested checkpoint", folder / "deep.pth", "nested"


def rewrite_with(source, target, name, content):
    rewrite(source, target)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(zipfile.ZipInfo(archive.namelist()[0].split("/")[0] + "/" + name), content)
    return target


def make_files(folder):
    files = [(what, str(path), reason) for what, path, reason in hostile_files(folder)]
    for mark in folder.glob(MARK + "*"):
        mark.unlink()  # PyTorch runs some of it while it writes the files
    (folder / "files.json").write_text(json.dumps(files))


def run(cli, folder, path):
    """Exit status, stderr and the most memory that the program took."""
    with open(folder / "stderr", "w+", encoding="utf-8") as err:
        process = subprocess.Popen([cli, "info", path], cwd=folder, stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return process.returncode, err.read(), usage.ru_maxrss * 1024


def failure_of(status, err, memory, reason, folder):
    if list(folder.glob(MARK + "*")):
        return "ran"
    if memory > MOST_MEMORY:
        return f"takes {memory >> 20} MB"
    if reason is None:
        return "" if status == 0 else f"is refused: {err}"
    if status != 1:
        return f"ends with {status}: {err}"
    if reason not in err or not err.endswith(".\n") or err.count("\n") != 1 or len(err) > 700:
        return f"is refused with other words: {err}"
    return ""


def main():
    if not importlib.util.find_spec("torch"):
        print("python3-torch is not here")
        return SKIPPED
    if sys.argv[1] == "--make":
        make_files(pathlib.Path(sys.argv[2]))
        return 0
    cli = os.path.abspath(sys.argv[1])
    failures, most = 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # In a process of its own: a child's memory is counted from its parent's on.
        subprocess.run([sys.executable, __file__, "--make", folder], check=True)
        for what, path, reason in json.loads((folder / "files.json").read_text()):
            status, err, memory = run(cli, folder, path)
            failure = failure_of(status, err, memory, reason, folder)
            print(f"{what}: {failure or 'as it must be'}")
            failures += failure != ""
            most = max(most, memory)
    print(f"largest memory: {most >> 20} MB")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
