#include "recommend/catalogue.h"

#include "base/csv.h"
#include "base/memory.h"
#include "recommend/certificate.h"
#include "recommend/fold.h"
#include "recommend/intern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where films of one folded title are found. */
typedef struct title_key {
    const char *folded;
    uint32_t film;
} title_key;

struct mr_catalogue {
    mr_csv csv; /* owns the strings of the films */
    mr_catalogue_film *films;
    size_t count;
    mr_intern ids, languages, people_names; /* number of an id = index of its film */
    uint32_t *people;
    size_t people_used, people_capacity;
    char *folded;      /* the folded titles, one after the other */
    title_key *titles; /* sorted by folded title, then tier */
};

/* Columns of the file; -1 for one that it lacks. */
typedef struct columns {
    int id, title, year, genres, language, country, certificate, tier, directors, cast;
} columns;

/* What a row is read with. */
typedef struct reader {
    mr_catalogue *catalogue;
    const char *name;
    columns columns;
    size_t row;
} reader;

static char *field(const reader *in, int column) {
    static char empty[] = "";
    return column < 0 ? empty : (char *)mr_csv_field(&in->catalogue->csv, in->row, column);
}

static mr_status refuse(const reader *in, mr_status status, const char *what, const char *text,
                        const char *expected) {
    return mr_fail(status, "%s: line %zu: %s '%.40s': expected %s", in->name,
                   in->catalogue->csv.lines[in->row], what, text, expected);
}

static mr_status no_memory(const char *name) {
    return mr_fail(MR_E_MEMORY, "%s: no memory for its films", name);
}

static mr_status find_columns(reader *in) {
    const mr_csv *csv = &in->catalogue->csv;
    const struct {
        const char *name;
        int *index;
        bool needed;
    } wanted[] = {
        {"id", &in->columns.id, true},
        {"title", &in->columns.title, true},
        {"year", &in->columns.year, true},
        {"genres", &in->columns.genres, true},
        {"language", &in->columns.language, false},
        {"country", &in->columns.country, false},
        {"certificate", &in->columns.certificate, false},
        {"tier", &in->columns.tier, false},
        {"directors", &in->columns.directors, false},
        {"cast", &in->columns.cast, false},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].index = mr_csv_column(csv, wanted[i].name);
        if (*wanted[i].index < 0 && wanted[i].needed)
            return mr_fail(MR_E_FORMAT, "%s: line 1: no column '%s'", in->name, wanted[i].name);
    }
    return MR_OK;
}

/* A whole number from low to high. */
static mr_status read_int(const reader *in, int column, const char *what, int low, int high,
                          int *out) {
    const char *text = field(in, column);
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < low || value > high)
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s '%.40s': expected a number from %d to %d",
                       in->name, in->catalogue->csv.lines[in->row], what, text, low, high);
    *out = (int)value;
    return MR_OK;
}

/* Numbers the people of a list, which is cut apart in place; more than the limit are left out. */
static mr_status read_people(const reader *in, int column, uint16_t *count) {
    mr_catalogue *catalogue = in->catalogue;
    char *rest = field(in, column);
    *count = 0;
    for (char *person; *count < MR_CATALOGUE_MAX_PEOPLE && (person = strsep(&rest, "|"));) {
        if (!*person)
            continue;
        long number = mr_intern_add(&catalogue->people_names, person);
        if (number < 0 || !mr_grow(&catalogue->people, &catalogue->people_capacity,
                                   catalogue->people_used + 1, sizeof *catalogue->people))
            return no_memory(in->name);
        catalogue->people[catalogue->people_used++] = (uint32_t)number;
        ++*count;
    }
    return MR_OK;
}

static mr_status read_names(const reader *in, mr_catalogue_film *film) {
    film->id = field(in, in->columns.id);
    film->title = field(in, in->columns.title);
    if (!*film->id || strlen(film->id) > MR_CATALOGUE_MAX_TITLE)
        return refuse(in, MR_E_FORMAT, "id", film->id, "1 to 300 bytes");
    if (!*film->title || strlen(film->title) > MR_CATALOGUE_MAX_TITLE)
        return refuse(in, MR_E_FORMAT, "title", film->title, "1 to 300 bytes");
    long number = mr_intern_add(&in->catalogue->ids, film->id);
    if (number < 0)
        return no_memory(in->name);
    if ((size_t)number != in->row)
        return refuse(in, MR_E_FORMAT, "id", film->id, "an id that no other film has");
    return MR_OK;
}

static mr_status read_film(const reader *in, mr_catalogue_film *film) {
    MR_TRY(read_names(in, film));
    MR_TRY(read_int(in, in->columns.year, "year", MR_CATALOGUE_FIRST_YEAR, MR_CATALOGUE_LAST_YEAR,
                    &film->year));
    const char *genres = field(in, in->columns.genres);
    if (mr_genre_set_parse(genres, &film->genres) != MR_OK)
        return refuse(in, MR_E_FORMAT, "genres", genres, "1 to 8 standard genres with '|' between");
    film->genre_scale = 1 / sqrtf((float)mr_genre_set_size(film->genres));
    film->certificate = field(in, in->columns.certificate);
    film->minimum_age = mr_certificate_age(film->certificate);
    if (film->minimum_age < 0)
        return refuse(in, MR_E_FORMAT, "certificate", film->certificate,
                      "one that is known, or none");
    film->tier = MR_CATALOGUE_TIERS;
    if (*field(in, in->columns.tier))
        MR_TRY(read_int(in, in->columns.tier, "tier", 1, MR_CATALOGUE_TIERS, &film->tier));
    film->country = field(in, in->columns.country);
    film->language = field(in, in->columns.language);
    long language = mr_intern_add(&in->catalogue->languages, film->language);
    if (language < 0)
        return no_memory(in->name);
    film->language_number = (uint32_t)language;
    film->people = (uint32_t)in->catalogue->people_used;
    MR_TRY(read_people(in, in->columns.directors, &film->director_count));
    return read_people(in, in->columns.cast, &film->cast_count);
}

static int by_title(const void *a, const void *b, void *films) {
    const title_key *x = a, *y = b;
    const mr_catalogue_film *all = films;
    int order = strcmp(x->folded, y->folded);
    if (order)
        return order;
    if (all[x->film].tier != all[y->film].tier)
        return all[x->film].tier - all[y->film].tier;
    return (x->film > y->film) - (x->film < y->film);
}

static mr_status index_titles(mr_catalogue *catalogue, const char *name) {
    size_t bytes = 0;
    for (size_t i = 0; i < catalogue->count; i++)
        bytes += strlen(catalogue->films[i].title) + 2;
    catalogue->folded = malloc(bytes + 1);
    catalogue->titles = malloc((catalogue->count + 1) * sizeof *catalogue->titles);
    if (!catalogue->folded || !catalogue->titles)
        return no_memory(name);
    char *next = catalogue->folded;
    for (size_t i = 0; i < catalogue->count; i++) {
        const char *title = catalogue->films[i].title;
        catalogue->titles[i] = (title_key){next, (uint32_t)i};
        next += mr_fold(title, next, strlen(title) + 2) + 1;
    }
    qsort_r(catalogue->titles, catalogue->count, sizeof *catalogue->titles, by_title,
            catalogue->films);
    return MR_OK;
}

static mr_status fill(mr_catalogue *catalogue, const char *name) {
    reader in = {.catalogue = catalogue, .name = name};
    MR_TRY(find_columns(&in));
    size_t rows = catalogue->csv.rows;
    if (rows == 0 || rows > MR_CATALOGUE_MAX_FILMS)
        return mr_fail(MR_E_LIMIT, "%s: %zu films, expected 1 to %zu", name, rows,
                       MR_CATALOGUE_MAX_FILMS);
    catalogue->films = calloc(rows, sizeof *catalogue->films);
    /* The unknown language is number 0. */
    if (!catalogue->films || mr_intern_add(&catalogue->languages, "") < 0)
        return no_memory(name);
    for (in.row = 0; in.row < rows; in.row++)
        MR_TRY(read_film(&in, &catalogue->films[in.row]));
    catalogue->count = rows;
    return index_titles(catalogue, name);
}

static mr_status make(mr_csv csv, const char *name, mr_catalogue **out) {
    mr_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (!catalogue) {
        mr_csv_free(&csv);
        return no_memory(name);
    }
    catalogue->csv = csv;
    mr_status status = fill(catalogue, name);
    if (status == MR_OK)
        *out = catalogue;
    else
        mr_catalogue_free(catalogue);
    return status;
}

mr_status mr_catalogue_load(const char *path, mr_catalogue **out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    return make(csv, path, out);
}

mr_status mr_catalogue_parse(const char *bytes, size_t size, const char *name, mr_catalogue **out) {
    mr_csv csv;
    MR_TRY(mr_csv_parse(bytes, size, name, &csv));
    return make(csv, name, out);
}

void mr_catalogue_free(mr_catalogue *catalogue) {
    if (!catalogue)
        return;
    mr_intern_free(&catalogue->ids);
    mr_intern_free(&catalogue->languages);
    mr_intern_free(&catalogue->people_names);
    free(catalogue->films);
    free(catalogue->people);
    free(catalogue->folded);
    free(catalogue->titles);
    mr_csv_free(&catalogue->csv);
    free(catalogue);
}

size_t mr_catalogue_count(const mr_catalogue *catalogue) {
    return catalogue->count;
}

const mr_catalogue_film *mr_catalogue_films(const mr_catalogue *catalogue) {
    return catalogue->films;
}

const mr_catalogue_film *mr_catalogue_entry(const mr_catalogue *catalogue, size_t index) {
    return index < catalogue->count ? &catalogue->films[index] : NULL;
}

const uint32_t *mr_catalogue_people(const mr_catalogue *catalogue) {
    return catalogue->people;
}

size_t mr_catalogue_people_count(const mr_catalogue *catalogue) {
    return catalogue->people_names.count;
}

size_t mr_catalogue_language_count(const mr_catalogue *catalogue) {
    return catalogue->languages.count;
}

long mr_catalogue_find(const mr_catalogue *catalogue, const char *id) {
    return mr_intern_find(&catalogue->ids, id);
}

long mr_catalogue_find_title(const mr_catalogue *catalogue, const char *title, int year) {
    char folded[MR_CATALOGUE_MAX_TITLE + 2];
    mr_fold(title, folded, sizeof folded);
    size_t low = 0, high = catalogue->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(catalogue->titles[middle].folded, folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < catalogue->count && strcmp(catalogue->titles[low].folded, folded) == 0; low++) {
        uint32_t film = catalogue->titles[low].film;
        if (year == 0 || catalogue->films[film].year == year)
            return (long)film;
    }
    return -1;
}

long mr_catalogue_find_language(const mr_catalogue *catalogue, const char *language) {
    for (size_t i = 1; i < catalogue->languages.count; i++)
        if (strcasecmp(catalogue->languages.strings[i], language) == 0)
            return (long)i;
    return -1;
}
