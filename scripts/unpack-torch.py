"""Unpacks headers and libraries of a torch wheel: unpack-torch.py FOLDER_WITH_WHEEL TARGET.

A CUDA build of the wheel links some NVIDIA libraries even into its CPU part. Those that it names and the
machine lacks are fetched from PyPI as well, into the place where the wheel looks for them.
"""

import pathlib
import re
import subprocess
import sys
import zipfile

UNUSED = re.compile(r"torch_python|jitbackend_test|torchbind_test|backend_with_compiler|aoti_custom_ops")


def unpack(wheel, target, wanted):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if wanted(name):
                archive.extract(name, target)


def is_torch_part(name):
    if name.startswith("torch/lib/"):
        return not UNUSED.search(name)
    return name.startswith("torch/include/") or name.endswith(".dist-info/METADATA")


def missing_libraries(library):
    if sys.platform != "linux":
        return []
    listing = subprocess.run(["ldd", str(library)], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)


def cuda_requirements(metadata):
    """What brings the CUDA runtime and its profiler, which even the CPU part of a CUDA build links."""
    toolkit = re.search(r"^Requires-Dist: cuda-toolkit\[.*?\]\s*(==[\w.]+)", metadata, re.MULTILINE)
    if toolkit:
        return [f"cuda-toolkit[cudart,cupti]{toolkit[1]}"]
    found = re.findall(r"^Requires-Dist: (nvidia-cuda-(?:runtime|cupti)[\w-]*\s*==[\w.]+)", metadata, re.MULTILINE)
    return [requirement.replace(" ", "") for requirement in found]


def main(folder, target):
    [wheel] = pathlib.Path(folder).glob("torch-*.whl")
    target = pathlib.Path(target)
    unpack(wheel, target, is_torch_part)
    wheel.unlink()
    library = next((target / "torch/lib").glob("libtorch_cpu.*"))
    metadata = next(target.glob("*.dist-info/METADATA")).read_text()
    if missing_libraries(library):
        for requirement in cuda_requirements(metadata):
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                 "--dest", folder, requirement], check=True)
        for part in pathlib.Path(folder).glob("nvidia*.whl"):
            unpack(part, target, lambda name: "/lib/" in name)
            part.unlink()
    if missing := missing_libraries(library):
        sys.exit(f"libtorch_cpu needs {', '.join(missing)}, which neither this machine nor the wheel's requirements have")


main(*sys.argv[1:])
