#!/usr/bin/env python3
"""Makes data/films.csv, the shipped catalogue of real films.

    make_catalogue.py WIKIDATA_DIR TELUGU_CSV MOVIELENS_DIR DATA_DIR

WIKIDATA_DIR holds wikidata-movies.json (CC0 facts), TELUGU_CSV the table of Telugu films, of which
only title, year, certificate and genre are read. MOVIELENS_DIR holds movies.dat, whose titles and
years are looked up and not copied: they say which of Wikidata's films the collaborative filter can
know. DATA_DIR holds known_films.csv (well-known facts compiled by hand: certificates, fuller
genres, and which films count as well known), other_titles.csv, corrections.csv (titles and languages
that Wikidata's set has wrong) and wikidata_names.csv (names of the genres, languages and countries
that occur). data/README.md says what every column means. The output depends on nothing but these
files.
"""
import collections
import csv
import json
import re
import sys
import unicodedata
from pathlib import Path

YEARS = range(1920, 2021)
ENGLISH, PER_LANGUAGE = 2500, 120  # most documented films taken of each language
DIRECTORS, CAST = 2, 8             # people kept of each film
CERTIFICATE_AGES = {"U": 0, "G": 0, "PG": 8, "UA": 12, "PG-13": 13, "R": 17, "A": 18}


def fold(title):
    """Title without case, accents, punctuation: what decides that two sources mean one film."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("&", " and "))
    return re.sub(r"[^\w]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def slug(title, year):
    return re.sub(r"[^a-z0-9]+", "-", fold(title.replace("&", ""))).strip("-") + f"-{year}"


def key(title):
    """The folded title without a leading article, which sources put in different places."""
    return re.sub(r"^(the|an|a) (?=.)", "", fold(title))


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def documentation(film):
    """How much Wikidata says about a film: a weak stand-in for how well it is known."""
    weight = {"metacritic_id": 6, "made_profit": 6, "series": 4, "based_on": 3,
              "main_subject": 2, "filming_location": 2}
    return (min(len(film.get("cast_member", [])), 30) + 2 * min(len(film["genre"]), 5)
            + sum(points for key, points in weight.items() if key in film))


def wikidata_films(folder, names):
    """The usable films of the Wikidata set as rows; excluded genres drop the whole film.

    `plain` is false for those that are taken only when another source names them: erotic and
    violent ones, and those whose genres fold to no standard one, so that a hint stands in.
    """
    others = collections.defaultdict(list)
    for row in read_csv(names["folder"] / "other_titles.csv"):
        others[row["id"]].append(row["title"])
    for line in open(folder / "wikidata-movies.json", encoding="utf-8"):
        film = json.loads(line)
        title, year = film.get("label", ""), int(film.get("publication_date", "0")[:4] or 0)
        folds = [names["genre"].get(genre, "") for genre in film["genre"]]
        genres = sorted({genre for folded in folds for genre in folded.split("|") if genre})
        plain = bool(genres) and "mature" not in genres
        genres = [genre for genre in genres if genre != "mature"] or sorted(
            {genre for hint in film["genre"] for genre in names["hint"].get(hint, "").split("|")
             if genre})
        if not title or re.fullmatch(r"Q\d+", title) or year not in YEARS or "excluded" in genres:
            continue
        yield {
            "id": film["wikidata_id"], "title": title, "year": year, "genres": genres,
            "language": names["language"].get(film.get("original_language"), ""),
            "country": names["country"].get(film.get("country_of_origin"), ""),
            "certificate": "", "directors": film.get("director", [])[:DIRECTORS],
            "cast": film.get("cast_member", [])[:CAST], "documentation": documentation(film),
            "also": [re.sub(r" \([^)]*\)$", "", film.get("enwiki_title", "")),
                     *others[film["wikidata_id"]]], "plain": plain,
        }


def telugu_films(path):
    """Bare facts of the Telugu table; of twin rows the stricter certificate counts."""
    certificates = {"U": "U", "UA": "UA", "U/A": "UA", "A": "A", "PG-13": "PG-13"}
    genre_names = {"Music": "Musical"}
    films = {}
    for row in read_csv(path):
        title, year = row["Movie"].strip(), int(float(row["Year"] or 0))
        genres = {g.strip() for g in row["Genre"].split(",")} - {"nan", ""}
        if not title or year not in YEARS or not genres:
            continue
        film = {"id": "te-" + slug(title, year), "title": title, "year": year,
                "genres": sorted(genre_names.get(g, g) for g in genres), "language": "Telugu",
                "country": "India", "certificate": certificates.get(row["Certificate"], ""),
                "directors": [], "cast": [], "documentation": 0, "also": []}
        twin = films.setdefault((fold(title), year), film)
        twin["certificate"] = max(twin["certificate"], film["certificate"],
                                  key=lambda c: CERTIFICATE_AGES.get(c, -1))
    return films.values()


class Shelf:
    """Films that can be found by any of their titles in a year or its neighbours."""

    def __init__(self):
        self.films, self.by_title = [], collections.defaultdict(list)

    def add(self, film):
        self.films.append(film)
        for title in {key(title) for title in [film["title"], *film["also"]]} - {""}:
            self.by_title[title].append(film)

    def find(self, titles, year):
        found = [film for title in titles if title for film in self.by_title[key(title)]
                 if abs(film["year"] - year) <= 1]
        return min(found, default=None,
                   key=lambda film: (abs(film["year"] - year), -film["documentation"]))


def most_documented(films):
    """The best documented films of each language, English with a larger share."""
    by_language = collections.defaultdict(list)
    for film in films:
        if film["plain"]:
            by_language[film["language"]].append(film)
    for language, group in by_language.items():
        group.sort(key=lambda film: (-film["documentation"], film["id"]))
        yield from group[:ENGLISH if language == "English" else PER_LANGUAGE]


def movielens_titles(title):
    """The titles to try for "Postino, Il (The Postman)", as src/learn/match_films.h has them."""
    names = [title.split(" (")[0], *re.findall(r"\(([^)]*)\)", title), title]
    for name in names:
        name = re.sub(r"^a\.k\.a\. ", "", name, flags=re.IGNORECASE).strip()
        yield re.sub(r"^(.*), (\w{1,3}(?:'| ?$))$",
                     lambda m: m[2] + ("" if m[2].endswith("'") else " ") + m[1], name)


def rated(shelf, path):
    """The films that MovieLens has ratings of."""
    for line in open(path, encoding="latin-1"):
        title, year = re.fullmatch(r"\d+::(.*?) ?\((\d{4})\)::.*\n", line).groups()
        film = shelf.find(movielens_titles(title), int(year))
        if film and film["genres"]:
            yield film


def add_telugu(shelf, films):
    """Adds what Wikidata lacks and gives its certificate and genres to what Wikidata has."""
    kept = []
    for film in films:
        twin = shelf.find([film["title"]], film["year"])
        if twin and twin["country"] == "India" and (twin["language"] == "Telugu"
                                                    or twin["year"] == film["year"]):
            twin["certificate"] = film["certificate"]
            twin["genres"] = sorted({*twin["genres"], *film["genres"]})
            kept.append(twin)
        else:
            shelf.add(film)
            kept.append(film)
    return kept


def apply_known(shelf, rows):
    """Overlays the facts compiled by hand and returns the films that they name."""
    known = []
    for row in rows:
        year = int(row["year"])
        film = shelf.find([row["title"], row["also"]], year)
        if film is None and not row["language"]:
            print(f"not in the sources, left out: {row['title']} ({year})", file=sys.stderr)
            continue
        if film is None:
            film = {"id": "hand-" + slug(row["title"], year), "directors": [], "cast": [],
                    "documentation": 0, "also": [row["also"]], "year": year}
            shelf.add(film | {"title": row["title"]})
            film = shelf.films[-1]
        film["also"] = [film.get("title", ""), row["also"], *film["also"]]
        film["title"], film["year"], film["genres"] = row["title"], year, row["genres"].split("|")
        film["certificate"] = row["certificate"] or film.get("certificate", "")
        film["language"] = row["language"] or film["language"]
        film["country"] = row["country"] or film["country"]
        film["known"] = True
        known.append(film)
    return known


def correct(films, rows):
    """Puts titles and languages right that were looked up by hand: of several original languages
    Wikidata's set names one, which need not be the film's, and some of its titles are wrong."""
    corrections = {row["id"]: row for row in rows}
    for film in films:
        row = corrections.get(film["id"], film)
        film["title"], film["language"] = row["title"], row["language"]


def set_tiers(films):
    """Tier 1: named by hand. 2, 3, 4: thirds of the documented rest; 4 when nothing is known."""
    counts = sorted(f["documentation"] for f in films if f["documentation"] and not f.get("known"))
    third, two_thirds = counts[len(counts) // 3], counts[2 * len(counts) // 3]
    for film in films:
        points = film["documentation"]
        film["tier"] = 1 if film.get("known") else 2 if points >= two_thirds else \
            3 if points >= third else 4


def other_titles(film):
    """Titles that differ from the main one by more than case, accents, punctuation and article."""
    titles = {key(title): title for title in reversed(film["also"]) if "|" not in title}
    return sorted(title for folded, title in titles.items()
                  if folded and folded != key(film["title"]))


def write(path, films):
    columns = ["id", "title", "also", "year", "genres", "language", "country", "certificate", "tier",
               "directors", "cast"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for film in sorted(films, key=lambda f: (fold(f["title"]), f["year"], f["id"])):
            film["also"] = other_titles(film)
            writer.writerow("|".join(film[c]) if isinstance(film[c], list) else film[c]
                            for c in columns)


def main(wikidata, telugu, movielens, data):
    names = collections.defaultdict(dict, folder=data)
    for row in read_csv(data / "wikidata_names.csv"):
        names[row["kind"]][row["id"]] = row["name"]
    shelf = Shelf()
    for film in wikidata_films(wikidata, names):
        shelf.add(film)
    documented = list(most_documented(shelf.films))
    chosen = documented + list(rated(shelf, movielens / "movies.dat"))
    chosen += add_telugu(shelf, telugu_films(telugu))
    chosen += apply_known(shelf, read_csv(data / "known_films.csv"))
    films = list({film["id"]: film for film in chosen}.values())
    correct(films, read_csv(data / "corrections.csv"))
    set_tiers(films)
    write(data / "films.csv", films)
    certified = sum(bool(film["certificate"]) for film in films)
    print(f"{len(films)} films, {certified} with a certificate")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
