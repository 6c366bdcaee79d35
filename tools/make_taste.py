#!/usr/bin/env python3
"""Makes data/taste.csv: how the liking of genres differs by age and gender.

    make_taste.py ML1M_DIR YOUNG_PEOPLE_SURVEY_CSV DATA_DIR

Only aggregated statistics leave this program: per source, age range, gender and genre the number
of ratings, their mean, how far that mean stands from everyone's (net of the group's own leniency)
and the logarithm of how much more often than everyone the group watches the genre. MovieLens-1M
knows seven age groups; "pooled" names those that stand for a range of ours.
"""
import collections
import csv
import math
import sys
from pathlib import Path

MOVIELENS_GROUPS = {"10-19": (1,), "20-29": (18, 25), "30-39": (25, 35), "40-49": (35, 45),
                    "50-59": (50, 56), "60-69": (56,), "70+": (56,)}
GROUP_NAMES = {1: "under 18", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55",
               56: "56+"}
MOVIELENS_GENRES = {"Children's": "Family", "Film-Noir": None}
SURVEY_GENRES = {"Horror": "Horror", "Thriller": "Thriller", "Comedy": "Comedy",
                 "Romantic": "Romance", "Sci-fi": "Sci-Fi", "War": "War",
                 "Fantasy/Fairy tales": "Fantasy", "Animated": "Animation",
                 "Documentary": "Documentary", "Western": "Western", "Action": "Action"}
SURVEY_AGES = {"10-19": range(15, 20), "20-29": range(20, 30), "30-39": range(30, 40)}
LEAST_ANSWERS = 50  # smaller groups are not published
# No source asks small children, or tells teenagers from them: these rows are assumptions.
CHILDHOOD = {"0-2": {"Animation": 2.0, "Family": 2.0, "Musical": 0.5},
             "3-9": {"Animation": 1.5, "Family": 1.5, "Adventure": 0.5, "Fantasy": 0.5,
                     "Comedy": 0.4},
             # Pulls against films for small children, which MovieLens' "under 18" holds too.
             "10-19": {"Family": -0.8, "Animation": -0.4, "Documentary": -0.6}}


class Sums:
    def __init__(self):
        self.count, self.total = collections.Counter(), collections.Counter()

    def add(self, key, value, times=1):
        self.count[key] += times
        self.total[key] += value

    def mean(self, key):
        return self.total[key] / self.count[key]


def lines(path, encoding="latin-1"):
    with open(path, encoding=encoding) as file:
        for line in file:
            yield line.rstrip("\n").split("::")


def ratings(folder):
    """User, film and rating; of ratings.dat as it is published, or of a table of the same rows."""
    if (folder / "ratings.csv").exists():
        with open(folder / "ratings.csv", newline="") as file:
            for row in csv.DictReader(file):
                yield row["user_id"], row["movie_id"], row["rating"]
    else:
        for row in lines(folder / "ratings.dat"):
            yield tuple(row[:3])


def movielens(folder):
    """Sums keyed by (MovieLens age group, gender, genre); genre None counts every rating once."""
    users = {row[0]: (int(row[2]), "female" if row[1] == "F" else "male")
             for row in lines(folder / "users.dat")}
    genres = {row[0]: [MOVIELENS_GENRES.get(g, g) for g in row[2].split("|")]
              for row in lines(folder / "movies.dat")}
    sums = Sums()
    for user, film, rating in ratings(folder):
        group, value = users[user], float(rating)
        sums.add((*group, None), value)
        for genre in filter(None, genres.get(film, [])):
            sums.add((*group, genre), value)
    return sums


def pooled(sums, groups, gender, genre):
    keys = [(group, sex, genre) for group in groups for sex in gender]
    count = sum(sums.count[key] for key in keys)
    return count, sum(sums.total[key] for key in keys) / count


def movielens_rows(folder):
    sums = movielens(folder)
    everyone = (tuple(GROUP_NAMES), ("male", "female"))
    all_count, all_mean = pooled(sums, *everyone, None)
    for age_range, groups in MOVIELENS_GROUPS.items():
        for gender in ("male", "female"):
            own_count, own_mean = pooled(sums, groups, (gender,), None)
            for genre in sorted({key[2] for key in sums.count if key[2]}):
                count, mean = pooled(sums, groups, (gender,), genre)
                genre_count, genre_mean = pooled(sums, *everyone, genre)
                deviation = (mean - own_mean) - (genre_mean - all_mean)
                lift = math.log((count / own_count) / (genre_count / all_count))
                yield ("MovieLens-1M", age_range, gender, genre, count, f"{mean:.3f}",
                       f"{deviation:.3f}", f"{lift:.3f}", " and ".join(GROUP_NAMES[g] for g in groups))


def survey_rows(path):
    sums, own, everyone = Sums(), Sums(), Sums()
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if not row["Age"] or row["Gender"] not in ("male", "female"):
                continue
            age_range = next((name for name, ages in SURVEY_AGES.items()
                              if int(float(row["Age"])) in ages), None)
            for column, genre in SURVEY_GENRES.items():
                if row[column] and age_range:
                    value = float(row[column])
                    sums.add((age_range, row["Gender"], genre), value)
                    own.add((age_range, row["Gender"]), value)
                    everyone.add(genre, value)
                    everyone.add(None, value)
    for (age_range, gender, genre), count in sorted(sums.count.items()):
        if count >= LEAST_ANSWERS:
            mean = sums.mean((age_range, gender, genre))
            deviation = (mean - own.mean((age_range, gender))
                         - (everyone.mean(genre) - everyone.mean(None)))
            yield ("Young People Survey", age_range, gender, genre, count, f"{mean:.3f}",
                   f"{deviation:.3f}", "0.000", "")


def assumed_rows():
    for age_range, liking in CHILDHOOD.items():
        for gender in ("male", "female"):
            for genre, deviation in sorted(liking.items()):
                yield ("assumption", age_range, gender, genre, 0, "0.000", f"{deviation:.3f}",
                       "0.000", "")


def main(movielens_folder, survey, data):
    with open(data / "taste.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("source", "age_range", "gender", "genre", "ratings", "mean", "deviation",
                         "log_share_lift", "pooled"))
        writer.writerows(movielens_rows(movielens_folder))
        writer.writerows(survey_rows(survey))
        writer.writerows(assumed_rows())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
