# SPDX-License-Identifier: Apache-2.0
"""`fossilct evaluate` against the same figures from numpy and scipy, on lumps with one spacing and
with three. Usage: evaluate_test.py PROGRAM FOLDER"""
import json
import pathlib
import subprocess
import sys

try:
    import numpy as np
    from scipy import ndimage, optimize
except ImportError:
    print("skipped: python3-numpy or python3-scipy is not installed")
    sys.exit(77)

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
TYPES = {np.uint8: "uint8", np.uint16: "uint16"}


def write_nrrd(path, voxels, spacing_um):
    """`voxels` is [z, y, x], the spacing (x, y, z)."""
    x, y, z = (length / 1000 for length in spacing_um)
    header = (
        f"NRRD0004\ntype: {TYPES[voxels.dtype.type]}\ndimension: 3\nendian: little\nencoding: raw\n"
        f"sizes: {voxels.shape[2]} {voxels.shape[1]} {voxels.shape[0]}\nspace: LPS\n"
        f'space directions: ({x!r},0,0) (0,{y!r},0) (0,0,{z!r})\nspace units: "mm" "mm" "mm"\n\n'
    )
    path.write_bytes(header.encode() + voxels.tobytes())


def lumps(seed, shape=(44, 37, 52)):
    random = np.random.default_rng(seed)
    smooth = [ndimage.gaussian_filter(random.standard_normal(shape), 3) for _ in range(2)]
    return [s / s.std() for s in smooth]


def labels_of(fields, level):
    return np.where(fields[0] > level, 1, np.where(fields[1] > level, 2, 0)).astype(np.uint8)


def surface(mask):
    return mask & ~ndimage.binary_erosion(mask, border_value=0)


def surface_figures(truth, prediction, spacing):
    a, b = surface(truth), surface(prediction)
    sampling = spacing[::-1]
    there = ndimage.distance_transform_edt(~b, sampling=sampling)[a]
    back = ndimage.distance_transform_edt(~a, sampling=sampling)[b]
    both = np.concatenate([there, back])
    voxel = np.mean(spacing) * (1 + 1e-6)
    return {
        "dice_at_1_voxel": np.mean(both <= voxel),
        "dice_at_2_voxels": np.mean(both <= 2 * voxel),
        "mean_distance": both.mean(),
        "hausdorff_95": max(np.percentile(there, 95), np.percentile(back, 95)),
        "truth_voxels": a.sum(),
        "predicted_voxels": b.sum(),
    }


def voxel_figures(truth, prediction):
    hits, either = (truth & prediction).sum(), (truth | prediction).sum()
    return {
        "iou": hits / either,
        "dice": 2 * hits / (truth.sum() + prediction.sum()),
        "precision": hits / prediction.sum(),
        "recall": hits / truth.sum(),
        "volume_error": prediction.sum() / truth.sum() - 1,
    }


def iou_matrix(truth, prediction):
    a, b = truth.max() + 1, prediction.max() + 1
    shared = np.bincount(truth.ravel().astype(int) * b + prediction.ravel(), minlength=a * b).reshape(a, b)
    either = shared.sum(1, keepdims=True) + shared.sum(0, keepdims=True) - shared
    return (shared / either)[1:, 1:]


def body_figures(truth, prediction):
    """Matching by linear assignment, the most pairs at or above each threshold."""
    iou = iou_matrix(truth, prediction)
    total = sum(iou.shape)
    precisions = []
    for percent in range(50, 100, 5):
        enough = iou >= percent / 100 - 1e-12
        matched = enough[optimize.linear_sum_assignment(-enough.astype(int))].sum()
        precisions.append(matched / (total - matched))
    above = iou[iou > 0.5]
    return {
        "truth_bodies": iou.shape[0],
        "predicted_bodies": iou.shape[1],
        "ap50": precisions[0],
        "ap75": precisions[5],
        "average_precision": np.mean(precisions),
        "panoptic_quality": 2 * above.sum() / total,
        "segmentation_quality": above.mean(),
    }


def require_same(found, expected, what):
    for name, value in expected.items():
        same = found[name] is not None and abs(found[name] - value) <= 1e-6 * max(1, abs(value))
        assert same, f"{what}, {name}: found {found[name]}, numpy and scipy say {value}"


def evaluate(truth, prediction, true_ids, predicted_ids, spacing):
    files = {"truth": truth, "prediction": prediction, "ids-truth": true_ids, "ids-prediction": predicted_ids}
    arguments = [PROGRAM, "evaluate", "--json", "--quiet"]
    for name, voxels in files.items():
        write_nrrd(FOLDER / f"{name}.nrrd", voxels, spacing)
        arguments += [f"--{name}", str(FOLDER / f"{name}.nrrd")]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def check(spacing):
    clean, noise = lumps(1), lumps(2)
    truth = labels_of(clean, 1)
    prediction = labels_of([c + 0.3 * n for c, n in zip(clean, noise)], 1.1)
    true_ids = ndimage.label(truth > 0)[0].astype(np.uint16)
    predicted_ids = ndimage.label(prediction > 0)[0].astype(np.uint16)
    found = evaluate(truth, prediction, true_ids, predicted_ids, spacing)
    for label in (1, 2):
        of_class = found["classes"][label]
        require_same(of_class, voxel_figures(truth == label, prediction == label), f"class {label}")
        require_same(of_class["surface"], surface_figures(truth == label, prediction == label, spacing), f"surface {label}")
    counts = np.bincount(truth.ravel().astype(int) * 3 + prediction.ravel(), minlength=9).reshape(3, 3)
    assert found["confusion"] == counts.tolist()
    require_same(found["bodies"], body_figures(true_ids, predicted_ids), "bodies")
    for z, of_slice in enumerate(found["slices"]):
        assert of_slice["false_negatives"] == ((truth[z] > 0) & (prediction[z] == 0)).sum()


FOLDER.mkdir(parents=True, exist_ok=True)
check((0.5, 0.5, 0.5))
check((0.5, 0.7, 1.6))
print("numpy and scipy find the same figures")
