#include "recommend/taste.h"

#include "base/csv.h"
#include "base/file.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LABEL(name, label) label,
static const char *const modes[] = {MR_MOOD_MODES(LABEL)};

/* Largest value that a file may hold: beyond it one genre would drown all others. */
#define LARGEST 10.0

const char *mr_mood_label(mr_mood_mode mode) {
    return (unsigned)mode < MR_MOOD_COUNT ? modes[mode] : NULL;
}

int mr_mood_from_label(const char *label) {
    for (int i = 0; i < MR_MOOD_COUNT; i++)
        if (strcasecmp(modes[i], label) == 0)
            return i;
    return -1;
}

static mr_status column_of(const mr_csv *csv, const char *path, const char *name, int *out) {
    *out = mr_csv_column(csv, name);
    return *out >= 0 ? MR_OK : mr_fail(MR_E_FORMAT, "%s: line 1: no column '%s'", path, name);
}

/* The value of a label column through `from_label`. */
static mr_status label_at(const mr_csv *csv, const char *path, size_t row, const char *column,
                          int (*from_label)(const char *), int *out) {
    int index;
    MR_TRY(column_of(csv, path, column, &index));
    const char *text = mr_csv_field(csv, row, index);
    *out = from_label(text);
    return *out >= 0 ? MR_OK
                     : mr_fail(MR_E_FORMAT, "%s: line %zu: '%.40s' is no %s", path, csv->lines[row],
                               text, column);
}

static mr_status number_at(const mr_csv *csv, const char *path, size_t row, const char *column,
                           double *out) {
    int index;
    MR_TRY(column_of(csv, path, column, &index));
    MR_TRY(mr_csv_number(csv, path, row, index, out));
    if (!(fabs(*out) <= LARGEST))
        return mr_fail(MR_E_FORMAT, "%s: line %zu: column %s: %g, expected at most %g", path,
                       csv->lines[row], column, *out, LARGEST);
    return MR_OK;
}

static mr_status read_taste(const mr_csv *csv, const char *path, mr_taste *taste) {
    int sources[MR_AGE_RANGE_COUNT][MR_GENDER_COUNT][MR_GENRE_COUNT] = {{{0}}};
    for (size_t row = 0; row < csv->rows; row++) {
        int age, gender, genre;
        double deviation, lift;
        MR_TRY(label_at(csv, path, row, "age_range", mr_age_range_from_label, &age));
        MR_TRY(label_at(csv, path, row, "gender", mr_gender_from_label, &gender));
        MR_TRY(label_at(csv, path, row, "genre", mr_genre_from_label, &genre));
        MR_TRY(number_at(csv, path, row, "deviation", &deviation));
        MR_TRY(number_at(csv, path, row, "log_share_lift", &lift));
        float *mean = &taste->liking[age][gender][genre];
        int n = ++sources[age][gender][genre];
        *mean += ((float)(deviation + lift) - *mean) / (float)n;
    }
    return MR_OK;
}

mr_status mr_taste_load(const char *path, mr_taste *out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    mr_taste taste = {{{{0}}}};
    mr_status status = read_taste(&csv, path, &taste);
    mr_csv_free(&csv);
    if (status == MR_OK)
        *out = taste;
    return status;
}

static mr_status read_mood(const mr_csv *csv, const char *path, mr_mood *mood) {
    for (size_t row = 0; row < csv->rows; row++) {
        int emotion, genre;
        MR_TRY(label_at(csv, path, row, "emotion", mr_emotion_from_label, &emotion));
        MR_TRY(label_at(csv, path, row, "genre", mr_genre_from_label, &genre));
        for (int mode = 0; mode < MR_MOOD_COUNT; mode++) {
            double value;
            MR_TRY(number_at(csv, path, row, modes[mode], &value));
            mood->wish[mode][emotion][genre] = (float)value;
        }
        int basis = mr_csv_column(csv, "basis");
        bool wished = mood->wish[MR_MOOD_AUTO][emotion][genre] > 0;
        if (wished && basis >= 0 && strncmp(mr_csv_field(csv, row, basis), "finding", 7) == 0)
            mood->found[emotion] |= (mr_genre_set)1 << genre;
    }
    return MR_OK;
}

mr_status mr_mood_load(const char *path, mr_mood *out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    mr_mood mood = {0};
    mr_status status = read_mood(&csv, path, &mood);
    mr_csv_free(&csv);
    if (status == MR_OK)
        *out = mood;
    return status;
}

mr_status mr_taste_and_mood_load(const char *folder, mr_taste *taste, mr_mood *mood) {
    char *taste_path = mr_path_join(folder, "taste.csv");
    char *mood_path = mr_path_join(folder, "mood.csv");
    mr_status status = MR_OK;
    if (!taste_path || !mood_path)
        status = mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    if (status == MR_OK)
        status = mr_taste_load(taste_path, taste);
    if (status == MR_OK)
        status = mr_mood_load(mood_path, mood);
    free(taste_path);
    free(mood_path);
    return status;
}

float mr_genre_fit(const float values[MR_GENRE_COUNT], mr_genre_set genres) {
    float sum = 0;
    int count = 0;
    for (mr_genre_set rest = genres; rest; rest &= rest - 1, count++)
        sum += values[__builtin_ctz(rest)];
    return count ? sum / sqrtf((float)count) : 0;
}
