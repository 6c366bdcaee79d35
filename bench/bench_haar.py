"""bench_haar.py FOLDER CASCADE RUNS: OpenCV's detector on the pictures of bench_haar."""

import json
import pathlib
import sys
import time

import cv2


def best_time(classifier, picture, runs):
    times = []
    for _ in range(runs):
        started = time.process_time()
        boxes = classifier.detectMultiScale(picture, 1.1, 3)
        times.append(time.process_time() - started)
    return min(times), len(boxes)


def main(folder, cascade, runs):
    cv2.setNumThreads(1)
    classifier = cv2.CascadeClassifier(cascade)
    paths = sorted(pathlib.Path(folder).glob("*.pgm"))
    pictures = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
    times, faces = zip(*(best_time(classifier, picture, int(runs)) for picture in pictures))
    result = {
        "who": f"opencv {cv2.__version__}",
        "ms": round(1e3 * sum(times) / len(times), 2),
        "slowest_ms": round(1e3 * max(times), 2),
        "faces": sum(faces),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
