# SPDX-License-Identifier: Apache-2.0
"""h5py's view of a volume file: /data and /VTKHDF hold the test pattern, attributes are readable."""
import json
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError:
    print("skipped: python3-h5py or python3-numpy is not installed")
    sys.exit(77)

z, y, x = np.meshgrid(np.arange(40), np.arange(33), np.arange(70), indexing="ij")
bits = (x * 7919 + y * 104729 + z * 1299709).astype(np.uint32) * np.uint32(2654435761)
expected = (bits >> 16).astype(np.uint16)

with tempfile.TemporaryDirectory() as folder:
    for compression in ("none", "deflate"):
        path = os.path.join(folder, compression + ".h5")
        subprocess.run([sys.argv[1], path, compression], check=True)
        with h5py.File(path, "r") as f:
            assert np.array_equal(f["/data"][...], expected), compression
            assert np.array_equal(f["/VTKHDF/PointData/intensity"][...], expected), compression
            assert list(f["/data"].attrs["element_size_um"]) == [2, 0.75, 0.5]
            assert f["/levels/1"].shape == (20, 16, 35)
            assert json.loads(f.attrs["provenance"])["command"] == "make_volume_file"
            assert f["/data"].compression == (None if compression == "none" else "gzip")
print("h5py reads the same voxels")
