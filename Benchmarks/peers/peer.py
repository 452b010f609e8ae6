"""Measures what users of MONAI and SimpleITK have today, with two threads.

    peer.py WORK [NAME…]

WORK is the folder that `deepmed-bench inputs` filled: head.nii.gz, head.nii, prediction.nii.gz, truth.nii.gz,
dicom/.
Prints one JSON line a measurement: work, peer, unit, best, median, runs. Names choose works by their beginning.
Networks have random weights: times do not depend on them.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = 2
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
    os.environ[name] = str(THREADS)

RUNS = 5
ROI = (96, 96, 96)
CLASSES = 4


def report(work, peer, values, unit="ms"):
    line = {"work": work, "peer": peer, "unit": unit, "best": min(values), "median": statistics.median(values)}
    print(json.dumps(line | {"runs": len(values)}), flush=True)


def measure(work, peer, body, runs=RUNS):
    """Once unmeasured, then `runs` times."""
    body()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append((time.perf_counter() - start) * 1e3)
    report(work, peer, times)


# Works. Each takes the folder of inputs.


def read(folder):
    import numpy as np
    import SimpleITK as sitk
    from monai.transforms import LoadImage

    load = LoadImage(image_only=True, dtype=np.float32)
    for ending in ("nii.gz", "nii"):
        path = str(folder / f"head.{ending}")
        measure(f"read {ending}", "MONAI", lambda: load(path))
        measure(
            f"read {ending}", "SimpleITK", lambda: sitk.GetArrayViewFromImage(sitk.ReadImage(path, sitk.sitkFloat32))
        )


def dicom(folder):
    """A folder of slices, with and without finding out which files belong together."""
    import SimpleITK as sitk

    path = str(folder / "dicom")

    def series(names):
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(names)
        return reader.Execute()

    find = sitk.ImageSeriesReader.GetGDCMSeriesFileNames
    measure("dicom series found and read", "SimpleITK", lambda: series(find(path)))
    names = find(path)
    measure("dicom series read", "SimpleITK", lambda: series(names))


def formats(folder):
    import nibabel
    import numpy as np
    import SimpleITK as sitk
    from monai.transforms import LoadImage

    load = LoadImage(image_only=True, dtype=np.float32)
    path = str(folder / "stream.nii.gz")
    measure("formats read nii.gz, one stream", "MONAI", lambda: load(path))
    for work, name in {
        "formats read nii.gz, one stream": "stream.nii.gz",
        "formats read nrrd, compressed": "head.nrrd",
        "formats read mha, compressed": "head.mha",
    }.items():
        path = str(folder / name)
        measure(work, "SimpleITK", lambda: sitk.GetArrayViewFromImage(sitk.ReadImage(path, sitk.sitkFloat32)))
    image = nibabel.load(folder / "head.nii")
    image = nibabel.Nifti1Image(np.asanyarray(image.dataobj), image.affine, image.header)
    output = folder / "written-peer.nii.gz"
    measure("formats write nii.gz", "nibabel", lambda: nibabel.save(image, output))
    report("formats written size", "nibabel", [output.stat().st_size / 1e6], unit="MB")
    output.unlink()


def head(folder):
    """The head as MONAI holds it: float32, channel first, with its affine."""
    from monai.transforms import EnsureChannelFirst, LoadImage

    return EnsureChannelFirst()(LoadImage(image_only=True)(str(folder / "head.nii")))


def preprocessing():
    """To RAS, to 1 mm, zero mean and unit deviation over nonzero voxels, cropped to them."""
    from monai.transforms import Compose, CropForeground, NormalizeIntensity, Orientation, Spacing

    return Compose(
        [
            Orientation("RAS"),
            Spacing((1.0, 1.0, 1.0), mode="bilinear"),
            NormalizeIntensity(nonzero=True),
            CropForeground(select_fn=lambda x: x != 0),
        ]
    )


def preprocess(folder):
    image, transform = head(folder), preprocessing()
    measure("preprocess", "MONAI", lambda: transform(image))


def augment(folder):
    from monai.transforms import Rand3DElastic, RandAffine

    image = head(folder)
    affine = dict(
        prob=1.0, rotate_range=(0.26,) * 3, scale_range=(0.1,) * 3, translate_range=(10,) * 3, padding_mode="zeros"
    )
    rotate = RandAffine(**affine).set_random_state(seed=1)
    measure("augment affine", "MONAI", lambda: rotate(image))
    bend = Rand3DElastic(sigma_range=(5, 8), magnitude_range=(100, 200), **affine).set_random_state(seed=1)
    measure("augment elastic", "MONAI", lambda: bend(image))


def metrics(folder):
    """Three classes; the one-hot encoding, which MONAI needs, is made before the clock starts."""
    from monai.metrics import DiceMetric, HausdorffDistanceMetric, SurfaceDiceMetric, SurfaceDistanceMetric
    from monai.networks.utils import one_hot
    from monai.transforms import EnsureChannelFirst, LoadImage

    def labels(name):
        volume = EnsureChannelFirst()(LoadImage(image_only=True)(str(folder / f"{name}.nii.gz")))
        return one_hot(volume.as_tensor()[None], CLASSES)

    prediction, truth = labels("prediction"), labels("truth")
    spacing = (1.0, 1.0, 1.0)
    scores = [
        lambda: DiceMetric(include_background=False)(prediction, truth),
        lambda: HausdorffDistanceMetric(percentile=95)(prediction, truth, spacing=spacing),
        lambda: SurfaceDistanceMetric(symmetric=True)(prediction, truth, spacing=spacing),
        lambda: SurfaceDiceMetric([1.0] * (CLASSES - 1))(prediction, truth, spacing=spacing),
    ]
    for name, score in zip(("dice", "hd95", "assd", "surface dice"), scores):
        measure(f"metrics {name}", "MONAI", score)
    measure("metrics together", "MONAI", lambda: [score() for score in scores])


def network():
    from monai.networks.nets import UNet

    return UNet(3, 1, CLASSES, channels=(16, 32, 64, 128, 256), strides=(2, 2, 2, 2), num_res_units=2)


def forward(folder):
    import torch

    net, x = network().eval(), torch.randn(2, 1, *ROI)
    with torch.inference_mode():
        measure("unet forward", "MONAI", lambda: net(x))


def train(folder):
    """Forward, Dice plus cross entropy, backward, one step of SGD with Nesterov momentum."""
    import torch
    from monai.losses import DiceCELoss

    net, loss = network().train(), DiceCELoss(to_onehot_y=True, softmax=True)
    x, y = torch.randn(2, 1, *ROI), torch.randint(0, CLASSES, (2, 1, *ROI))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.99, nesterov=True, weight_decay=3e-5)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        optimizer.step()

    measure("unet training step", "MONAI", step)


def window(image, net):
    from monai.inferers import sliding_window_inference

    return sliding_window_inference(image, ROI, 2, net, overlap=0.5, mode="gaussian")


def slide(folder):
    import torch

    net, x = network().eval(), torch.randn(1, 1, 160, 192, 160)
    with torch.inference_mode():
        measure("sliding window", "MONAI", lambda: window(x, net))


def start(folder):
    command = [sys.executable, "-c", "import monai"]
    measure("start", "MONAI", lambda: subprocess.run(command, check=True, capture_output=True))


def predict(folder):
    """The whole job in a process of its own; its time and the most memory it held."""
    times, peaks = [], []
    for _ in range(3):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, str(folder), "--predict-once"], check=True, capture_output=True, text=True
        )
        times.append((time.perf_counter() - begin) * 1e3)
        peaks.append(float(done.stdout.split()[-1]))
    report("predict", "MONAI", times)
    report("predict memory", "MONAI", peaks, unit="MB")


def peak_memory():
    """MiB. `getrusage` keeps what the parent used when it started this program; VmHWM does not."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def predict_once(folder):
    """Reads the scan, prepares it, slides the network over it, brings the classes back to the scan's grid, saves."""
    import torch
    from monai.transforms import (
        AsDiscreted,
        Compose,
        CropForegroundd,
        EnsureChannelFirstd,
        Invertd,
        LoadImaged,
        NormalizeIntensityd,
        Orientationd,
        SaveImaged,
        Spacingd,
    )

    prepare = Compose(
        [
            LoadImaged("image"),
            EnsureChannelFirstd("image"),
            Orientationd("image", "RAS"),
            Spacingd("image", (1.0, 1.0, 1.0), mode="bilinear"),
            NormalizeIntensityd("image", nonzero=True),
            CropForegroundd("image", "image", select_fn=lambda x: x != 0),
        ]
    )
    with tempfile.TemporaryDirectory() as out, torch.inference_mode():
        finish = Compose(
            [
                AsDiscreted("pred", argmax=True),
                Invertd("pred", prepare, orig_keys="image", nearest_interp=True, to_tensor=True),
                SaveImaged("pred", output_dir=out, output_dtype="uint8", print_log=False),
            ]
        )
        case = prepare({"image": str(folder / "head.nii.gz")})
        case["pred"] = window(case["image"][None], network().eval())[0]
        finish(case)
        assert list(Path(out).rglob("*.nii.gz")), "nothing was saved"
    print(peak_memory())


WORKS = {
    "read": read,
    "dicom": dicom,
    "formats": formats,
    "preprocess": preprocess,
    "augment": augment,
    "metrics": metrics,
    "unet forward": forward,
    "unet training": train,
    "sliding": slide,
    "start": start,
    "predict": predict,
}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    import torch

    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    if names == ["--predict-once"]:
        return predict_once(folder)
    for work, body in WORKS.items():
        if not names or any(work.startswith(name) or name.startswith(work) for name in names):
            body(folder)


main()
