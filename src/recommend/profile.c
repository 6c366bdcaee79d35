#include "recommend/profile.h"

#include "base/csv.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

void mr_profiles_free(mr_profile_set *set) {
    free(set->rows);
    free(set->films);
    *set = (mr_profile_set){0};
}

void mr_profile_features(int cell, float features[MR_PROFILE_FEATURES]) {
    mr_cell parts = mr_cell_of(cell);
    memset(features, 0, MR_PROFILE_FEATURES * sizeof *features);
    features[0] = (float)parts.age;
    features[1] = (float)parts.gender;
    features[2 + parts.emotion] = 1;
}

/* What a row of the file says; the film as its index in the catalogue. */
typedef struct raw_row {
    int cell;
    uint32_t film;
} raw_row;

typedef struct columns {
    int age, gender, emotion, film;
} columns;

static mr_status find_columns(const mr_csv *csv, const char *path, columns *out) {
    static const char *const names[] = {"age_range", "gender", "emotion", "film"};
    int *const indices[] = {&out->age, &out->gender, &out->emotion, &out->film};
    for (int i = 0; i < 4; i++)
        if ((*indices[i] = mr_csv_column(csv, names[i])) < 0)
            return mr_fail(MR_E_FORMAT, "%s: line 1: no column '%s'", path, names[i]);
    return MR_OK;
}

static mr_status read_row(const mr_csv *csv, const char *path, size_t row, columns in,
                          const mr_catalogue *catalogue, raw_row *out) {
    int age = mr_age_range_from_label(mr_csv_field(csv, row, in.age));
    int gender = mr_gender_from_label(mr_csv_field(csv, row, in.gender));
    int emotion = mr_emotion_from_label(mr_csv_field(csv, row, in.emotion));
    if (age < 0 || gender < 0 || emotion < 0)
        return mr_fail(MR_E_FORMAT,
                       "%s: line %zu: '%.20s', '%.20s', '%.20s' is no age range, "
                       "gender and emotion",
                       path, csv->lines[row], mr_csv_field(csv, row, in.age),
                       mr_csv_field(csv, row, in.gender), mr_csv_field(csv, row, in.emotion));
    const char *id = mr_csv_field(csv, row, in.film);
    long film = mr_catalogue_find(catalogue, id);
    if (film < 0)
        return mr_fail(MR_E_MISMATCH, "%s: line %zu: film '%.40s' is not in the catalogue", path,
                       csv->lines[row], id);
    out->cell =
        mr_cell_number((mr_cell){(mr_age_range)age, (mr_gender)gender, (mr_emotion)emotion});
    out->film = (uint32_t)film;
    return MR_OK;
}

static int by_id(const void *a, const void *b, void *films) {
    const mr_catalogue_film *all = films;
    return strcmp(all[*(const uint32_t *)a].id, all[*(const uint32_t *)b].id);
}

/* Lists the different films in `set` and numbers them in the rows. */
static mr_status number_films(mr_profile_set *set, const raw_row *raw,
                              const mr_catalogue *catalogue) {
    size_t count = mr_catalogue_count(catalogue);
    uint32_t *number = calloc(count, sizeof *number);
    if (!number)
        return mr_fail(MR_E_MEMORY, "no memory for %zu profiles", set->count);
    for (size_t i = 0; i < set->count; i++)
        if (!number[raw[i].film]++)
            set->films[set->film_count++] = raw[i].film;
    qsort_r(set->films, set->film_count, sizeof *set->films, by_id,
            (void *)mr_catalogue_films(catalogue));
    for (size_t i = 0; i < set->film_count; i++)
        number[set->films[i]] = (uint32_t)i;
    for (size_t i = 0; i < set->count; i++)
        set->rows[i] =
            (mr_profile){.cell = (uint8_t)raw[i].cell, .film = (uint16_t)number[raw[i].film]};
    free(number);
    return set->film_count <= UINT16_MAX ? MR_OK
                                         : mr_fail(MR_E_LIMIT, "%zu films", set->film_count);
}

static mr_status fill(const mr_csv *csv, const char *path, const mr_catalogue *catalogue,
                      raw_row *raw, mr_profile_set *set) {
    columns in;
    MR_TRY(find_columns(csv, path, &in));
    for (size_t row = 0; row < csv->rows; row++)
        MR_TRY(read_row(csv, path, row, in, catalogue, &raw[row]));
    return number_films(set, raw, catalogue);
}

mr_status mr_profiles_load(const char *path, const mr_catalogue *catalogue, mr_profile_set *out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    mr_profile_set set = {.rows = calloc(csv.rows + 1, sizeof *set.rows),
                          .films = calloc(csv.rows + 1, sizeof *set.films),
                          .count = csv.rows};
    raw_row *raw = calloc(csv.rows + 1, sizeof *raw);
    mr_status status = csv.rows == 0 ? mr_fail(MR_E_FORMAT, "%s: no profiles", path)
                       : set.rows && set.films && raw
                           ? fill(&csv, path, catalogue, raw, &set)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for its rows", path);
    free(raw);
    mr_csv_free(&csv);
    if (status == MR_OK)
        *out = set;
    else
        mr_profiles_free(&set);
    return status;
}

mr_status mr_profiles_split(const mr_profile_set *set, uint64_t seed, uint32_t **order,
                            size_t *held_out) {
    uint32_t *rows = malloc((set->count + 1) * sizeof *rows);
    if (!rows)
        return mr_fail(MR_E_MEMORY, "no memory to split %zu profiles", set->count);
    for (size_t i = 0; i < set->count; i++)
        rows[i] = (uint32_t)i;
    mr_rng rng = mr_rng_seeded(seed);
    mr_rng_shuffle(&rng, rows, set->count);
    *order = rows;
    *held_out = set->count / MR_PROFILE_HELD_OUT;
    return MR_OK;
}
