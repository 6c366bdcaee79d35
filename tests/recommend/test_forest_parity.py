"""test_forest_parity.py FOLDER TREES MADE...: scikit-learn's side of test_forest_parity.c.

Each MADE is NAME:FEATURES:CLASSES:SEEDS, a problem whose files are already in FOLDER. To these come
problems of scikit-learn itself, cut in half at random many times over, one forest each. With its
seed alone the accuracy of one forest varies by 0.6 points (standard deviation, "classification" cut
to 1000 rows); the many cuts bring the means within a small part of half a point. Every problem is a
set of raw files NAME.train.values (float32), NAME.train.classes (uint16) and the same of "test".
For each one line goes out: name, features, classes, seeds, out-of-bag accuracy, test accuracy.
"""

import sys

import numpy
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def write(folder, name, part, values, classes):
    values.astype("<f4").tofile(f"{folder}/{name}.{part}.values")
    classes.astype("<u2").tofile(f"{folder}/{name}.{part}.classes")


def read(folder, name, part, features):
    values = numpy.fromfile(f"{folder}/{name}.{part}.values", "<f4").reshape(-1, features)
    return values, numpy.fromfile(f"{folder}/{name}.{part}.classes", "<u2")


def measure(folder, name, features, classes, first, seeds, trees):
    train, test = (read(folder, name, part, features) for part in ("train", "test"))
    out_of_bag, accuracy = [], []
    for seed in range(first, first + seeds):
        forest = RandomForestClassifier(trees, oob_score=True, random_state=seed)
        forest.fit(*train)
        out_of_bag.append(forest.oob_score_)
        accuracy.append(forest.score(*test))
    print(name, features, classes, seeds, numpy.mean(out_of_bag), numpy.mean(accuracy), flush=True)


def own_problems():
    """Name, values, classes and number of cuts."""
    yield "digits", *load_digits(return_X_y=True), 6
    yield "breast_cancer", *load_breast_cancer(return_X_y=True), 24
    yield "wine", *load_wine(return_X_y=True), 60
    made = make_classification(
        2000, 30, n_informative=8, n_redundant=6, n_classes=4, flip_y=0.05, random_state=7
    )
    yield "classification", *made, 40


def main():
    folder, trees = sys.argv[1], int(sys.argv[2])
    for made in sys.argv[3:]:
        name, features, classes, seeds = made.split(":")
        measure(folder, name, int(features), int(classes), 1, int(seeds), trees)
    for name, values, classes, cuts in own_problems():
        for cut in range(cuts):
            halves = train_test_split(
                values, classes, test_size=0.5, stratify=classes, random_state=cut
            )
            write(folder, f"{name}-{cut}", "train", halves[0], halves[2])
            write(folder, f"{name}-{cut}", "test", halves[1], halves[3])
            measure(folder, f"{name}-{cut}", values.shape[1], classes.max() + 1, 1 + cut, 1, trees)


main()
