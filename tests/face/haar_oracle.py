#!/usr/bin/python3
"""haar_oracle.py FOLDER SETTINGS.csv BOXES.csv: OpenCV's boxes on the pictures FOLDER/*.pgm.

One row a box: the setting's number (rows of SETTINGS from 0), the picture's name without ending,
and the box. tests/face/data/haar_boxes.csv is made from the repository's root by

    BUILD/tests/face/test_haar_parity --scenes FOLDER
    tests/face/haar_oracle.py FOLDER tests/face/data/haar_settings.csv tests/face/data/haar_boxes.csv

Needs Debian's python3-opencv and opencv-data; exits with 77 where the first is missing.
"""

import csv
import pathlib
import sys

try:
    import cv2
except ImportError:
    sys.exit(77)

CASCADES = pathlib.Path("/usr/share/opencv4/haarcascades")


def detect(classifier, setting, picture):
    low, high = int(setting["min_size"]), int(setting["max_size"])
    return sorted(
        tuple(int(side) for side in box)
        for box in classifier.detectMultiScale(
            picture,
            scaleFactor=float(setting["scale_factor"]),
            minNeighbors=int(setting["min_neighbors"]),
            minSize=(low, low),
            maxSize=(high, high),
        )
    )


def main(folder, settings, boxes):
    cv2.setNumThreads(1)
    paths = sorted(pathlib.Path(folder).glob("*.pgm"))
    pictures = {path.stem: cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths}
    with open(settings, newline="") as file:
        rows = list(csv.DictReader(file))
    with open(boxes, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["setting", "picture", "x", "y", "w", "h"])
        for number, setting in enumerate(rows):
            classifier = cv2.CascadeClassifier(str(CASCADES / setting["cascade"]))
            for name, picture in pictures.items():
                for box in detect(classifier, setting, picture):
                    out.writerow([number, name, *box])


if __name__ == "__main__":
    main(*sys.argv[1:])
