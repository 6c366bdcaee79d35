"""bench_forest.py FOLDER FEATURES: scikit-learn's forest on the data of bench_forest."""

import json
import statistics
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import RandomForestClassifier

RUNS = 3
SINGLE_ROWS = 20


def read(folder, name, features):
    values = numpy.fromfile(f"{folder}/{name}.values", "<f4").reshape(-1, features)
    return values, numpy.fromfile(f"{folder}/{name}.classes", "<u2")


def measure(train, test):
    """Seconds to train, microseconds a row one by one and in a batch, and the forest."""
    forest = RandomForestClassifier(100, n_jobs=1, random_state=1)
    started = time.perf_counter()
    forest.fit(*train)
    trained = time.perf_counter()
    forest.predict_proba(test[0])
    batch = time.perf_counter()
    for row in test[0][:SINGLE_ROWS]:
        forest.predict_proba(row[None])
    ended = time.perf_counter()
    return (
        (trained - started, (batch - trained) / len(test[0]) * 1e6, (ended - batch) / SINGLE_ROWS * 1e6),
        forest,
    )


folder, features = sys.argv[1], int(sys.argv[2])
train, test = read(folder, "train", features), read(folder, "test", features)
times = []
for _ in range(RUNS):
    measured, forest = measure(train, test)
    times.append(measured)
seconds, batch_us, row_us = (statistics.median(column) for column in zip(*times))
judged = RandomForestClassifier(100, n_jobs=1, random_state=1, oob_score=True).fit(*train)
print(
    json.dumps(
        {
            "who": f"scikit-learn {sklearn.__version__}",
            "train_s": round(seconds, 2),
            "oob_error": round(1 - judged.oob_score_, 4),
            "test_error": round(1 - forest.score(*test), 4),
            "row_us": round(row_us, 2),
            "batch_us": round(batch_us, 2),
        }
    )
)
