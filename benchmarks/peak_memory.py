"""Print the extra memory, in MB, of two iterations: python peak_memory.py LIBRARY N_SAMPLES."""

import resource
import sys
import warnings

import numpy as np
from peers import PEERS

import emlib

name, n_samples = sys.argv[1], int(sys.argv[2])
d = k = 8
X = np.random.default_rng(7).standard_normal((n_samples, d))
means = X[:k].copy()
start = emlib.Parameters(np.full(k, 1 / k), means, np.tile(np.eye(d), (k, 1, 1)))
warnings.simplefilter("ignore")
PEERS[name][0](X[:5000], start, 1)  # what the library itself takes, once
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
PEERS[name][0](X, start, 2)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
