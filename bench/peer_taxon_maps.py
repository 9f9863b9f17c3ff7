# SPDX-License-Identifier: Apache-2.0
"""The same points as taxon_maps, mapped by scikit-learn (and umap-learn, where installed).

Usage: taxon_maps POINTS DIMENSIONS GROUPS FILE; peer_taxon_maps.py POINTS DIMENSIONS FILE

Prints for both the trustworthiness (5 neighbours) and, for t-SNE, the divergence and the time.
"""
import sys
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness

size, dimensions = int(sys.argv[1]), int(sys.argv[2])
numbers = np.fromfile(sys.argv[3], np.float32)
points = numbers[:size * dimensions].reshape(size, dimensions)
ours = numbers[size * dimensions:].reshape(2, size, 2)

print("scikit-learn", sklearn.__version__)
for name, plane in zip(("t-SNE", "UMAP"), ours):
    print(f"our {name}: trustworthiness {trustworthiness(points, plane):.4f}")
for method in sys.argv[4:] or ("barnes_hut", "exact"):
    began, processor = time.time(), time.process_time()
    tsne = TSNE(method=method, init="pca", learning_rate="auto", perplexity=30, random_state=1, n_jobs=2)
    plane = tsne.fit_transform(points)
    print(f"scikit-learn's t-SNE, {method}: divergence {tsne.kl_divergence_:.4f}, trustworthiness "
          f"{trustworthiness(points, plane):.4f}, {time.time() - began:.1f} s, "
          f"processor {time.process_time() - processor:.1f} s")
try:
    import umap
except ImportError:
    print("umap-learn: not installed")
else:
    began = time.time()
    plane = umap.UMAP(random_state=1).fit_transform(points)
    print(f"umap-learn {umap.__version__}: trustworthiness {trustworthiness(points, plane):.4f}, "
          f"{time.time() - began:.1f} s")
