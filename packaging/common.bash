# What `run` and `test` share: the Debian packages ClipScope needs, and the release build. Sourced, never run.
# Each function ends the program with one sentence on stderr when it cannot do its work.
# shellcheck shell=bash disable=SC2034

project=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
build=$project/build/release

# CMake looks for LibTorch, OpenMP (part of g++), zlib, OpenSSL's libcrypto, OpenCV, ONNX with Protocol Buffers, JSON, SQLite and its C++
# wrapper, CLI11, Boost's headers, Qt and QCustomPlot.
build_packages=(
    cmake ninja-build g++ libc6-dev
    libtorch-dev librandom123-dev libboost-math-dev zlib1g-dev libssl-dev libopencv-dev libonnx-dev libprotobuf-dev nlohmann-json3-dev
    libsqlitecpp-dev libsqlite3-dev libcli11-dev
    qt6-base-dev qt6-svg-dev libqcustomplot-dev
)
# ClipScope starts without these, but computes many times slower (OpenBLAS) or has no data, icons or letters.
run_packages=(libopenblas0-pthread dataset-fashion-mnist libqt6svg6 fonts-dejavu-core)
# Faults are replayed in Python's PyTorch, studies read with pandas, exported scripts run with matplotlib, PDF and HTML are looked into, windows
# open under Xvfb, the desktop's files are validated, tests run once more in a locale that writes 0,5, ONNX's conformance models are run,
# studies are computed by several processes over MPI, manual pages are made and shown, and the lengths of functions are counted. (Where
# pdflatex is installed, figures go through LaTeX too: texlive-latex-base and texlive-pictures.)
test_packages=(
    python3 python3-numpy python3-torch python3-torchvision python3-matplotlib python3-pandas poppler-utils tidy
    xvfb xauth desktop-file-utils appstream locales libonnx-testdata
    libopenmpi-dev openmpi-bin help2man man-db bsdextrautils universal-ctags
)

fail() {
    printf '%s: %s\n' "packaging/$(basename "$0")" "$1" >&2
    exit "${2:-1}"
}

say() {
    printf '\n== %s\n' "$1"
}

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
    done
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# install_packages NAME...: installs those that are missing; a machine that has them all needs neither network nor rights.
install_packages() {
    command -v dpkg-query apt-get >/dev/null ||
        fail "This installs Debian packages with apt-get, which is not here; install the libraries named in packaging/common.bash and build as README.md says under 'By hand'."
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    say "Installing ${missing[*]}"
    ((EUID == 0)) || command -v sudo >/dev/null ||
        fail "Missing packages can be installed only by root and there is no sudo; as root, run: apt-get install --no-install-recommends ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
    # An outdated list may still do: whether packages can be had is for the installation to say.
    as_root "${apt[@]}" update </dev/null || true
    as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" </dev/null ||
        fail "apt-get could not install ${missing[*]}; its messages above say why (is the network up, and is this Debian 12 or later?)."
}

# Compilers that read LibTorch's headers take 1.5 GB each: as many at once as the processor and the free memory allow.
compile_jobs() {
    local kilobytes limit jobs
    kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    # A container may have less than its machine.
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true)
    if [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1024 < kilobytes)); then kilobytes=$((limit / 1024)); fi
    jobs=$((kilobytes / (2 * 1024 * 1024)))
    ((jobs <= $(nproc))) || jobs=$(nproc)
    ((jobs >= 1)) || jobs=1
    printf '%s\n' "$jobs"
}

# use_torch DIR: builds with a LibTorch that was downloaded (with CUDA, say) in place of Debian's, in a build folder of its own.
torch_options=()
use_torch() {
    local torch
    torch=$(realpath -m "$1")
    [[ -f $torch/share/cmake/Torch/TorchConfig.cmake ]] ||
        fail "There is no LibTorch in '$1': name the folder 'libtorch' of an archive from pytorch.org, which has share/cmake/Torch/TorchConfig.cmake." 2
    grep -qs 'CXX11_ABI=0' "$torch/share/cmake/Torch/TorchConfig.cmake" &&
        fail "The LibTorch in '$1' was built for the C++ library of before 2011, which Debian's other libraries are not; take an archive with 'cxx11-abi' in its name, or version 2.7 or later."
    build=$project/build/other-torch
    torch_options=("-DTorch_DIR=$torch/share/cmake/Torch")
    local package others=()
    for package in "${build_packages[@]}"; do [[ $package == libtorch-dev ]] || others+=("$package"); done
    build_packages=("${others[@]}")
}

# configure [-DNAME=VALUE...]
configure() {
    say "Configuring $build"
    (cd "$project" && cmake --preset release -B "$build" -DCLIPSCOPE_UNITY=ON "${torch_options[@]}" "$@" </dev/null) ||
        fail "CMake could not configure the build; its messages above say what is missing."
}

# compile TARGET...
compile() {
    local jobs
    jobs=$(compile_jobs)
    say "Building (compilers at once: $jobs)"
    cmake --build "$build" --parallel "$jobs" --target "$@" </dev/null ||
        fail "The build failed; the compiler's first message above says where."
}
