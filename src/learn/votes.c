#include "learn/votes.h"

#include "base/csv.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct vote_key {
    const char *text; /* the end of the row's path */
    size_t row;
} vote_key;

struct mr_vote_table {
    mr_csv csv;
    mr_votes *rows;
    vote_key *by_path, *by_name; /* csv.rows each, sorted by text */
};

/* The last `parts` parts of a path. */
static const char *path_end(const char *path, int parts) {
    const char *at = path + strlen(path);
    while (at > path) {
        if (at[-1] == '/' && --parts == 0)
            break;
        at--;
    }
    return at;
}

static int compare_keys(const void *a, const void *b) {
    return strcmp(((const vote_key *)a)->text, ((const vote_key *)b)->text);
}

static vote_key *sorted_keys(const mr_csv *csv, int file_column, int parts) {
    vote_key *keys = mr_alloc(csv->rows * sizeof *keys);
    if (!keys)
        return NULL;
    for (size_t row = 0; row < csv->rows; row++)
        keys[row] = (vote_key){path_end(mr_csv_field(csv, row, file_column), parts), row};
    if (csv->rows > 0)
        qsort(keys, csv->rows, sizeof *keys, compare_keys);
    return keys;
}

static mr_status read_number(const mr_csv *csv, const char *path, size_t row, const char *name,
                             float *out) {
    int column = mr_csv_column(csv, name);
    if (column < 0)
        return mr_fail(MR_E_FORMAT, "%s: no column '%s'", path, name);
    double value = 0;
    MR_TRY(mr_csv_number(csv, path, row, column, &value));
    if (!(value >= 0 && value <= 1e6))
        return mr_fail(MR_E_FORMAT, "%s: line %zu: column %s: %g is no count of votes", path,
                       csv->lines[row], name, value);
    *out = (float)value;
    return MR_OK;
}

static mr_status read_row(const mr_csv *csv, const char *path, size_t row, mr_votes *votes) {
    static const char *const others[] = {"contempt", "unknown", "not_a_face"};
    *votes = (mr_votes){0};
    for (int i = 0; i < MR_EMOTION_COUNT; i++) {
        MR_TRY(read_number(csv, path, row, mr_emotion_label((mr_emotion)i), &votes->emotions[i]));
        votes->all += votes->emotions[i];
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        float other = 0;
        MR_TRY(read_number(csv, path, row, others[i], &other));
        votes->all += other;
    }
    return MR_OK;
}

static mr_status fill_table(mr_vote_table *table, const char *path) {
    int file_column = mr_csv_column(&table->csv, "file");
    if (file_column < 0)
        return mr_fail(MR_E_FORMAT, "%s: no column 'file'", path);
    table->rows = mr_alloc(table->csv.rows * sizeof *table->rows);
    table->by_path = sorted_keys(&table->csv, file_column, 3);
    table->by_name = sorted_keys(&table->csv, file_column, 1);
    if (!table->rows || !table->by_path || !table->by_name)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu rows", path, table->csv.rows);
    for (size_t row = 0; row < table->csv.rows; row++)
        MR_TRY(read_row(&table->csv, path, row, &table->rows[row]));
    return MR_OK;
}

mr_status mr_vote_table_load(const char *path, mr_vote_table **out) {
    mr_vote_table *table = calloc(1, sizeof *table);
    if (!table)
        return mr_fail(MR_E_MEMORY, "%s: no memory", path);
    mr_status status = mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &table->csv);
    if (status == MR_OK)
        status = fill_table(table, path);
    if (status != MR_OK) {
        mr_vote_table_free(table);
        return status;
    }
    *out = table;
    return MR_OK;
}

void mr_vote_table_free(mr_vote_table *table) {
    if (!table)
        return;
    mr_csv_free(&table->csv);
    free(table->rows);
    free(table->by_path);
    free(table->by_name);
    free(table);
}

/* Index of the only key with this text, or -1. */
static long find_unique(const vote_key *keys, size_t count, const char *text) {
    vote_key wanted = {text, 0};
    const vote_key *found =
        count > 0 ? bsearch(&wanted, keys, count, sizeof *keys, compare_keys) : NULL;
    if (!found)
        return -1;
    bool again = (found > keys && strcmp(found[-1].text, text) == 0) ||
                 (found + 1 < keys + count && strcmp(found[1].text, text) == 0);
    return again ? -1 : (long)found->row;
}

const mr_votes *mr_vote_table_find(const mr_vote_table *table, const char *path) {
    size_t count = table->csv.rows;
    long row = find_unique(table->by_path, count, path_end(path, 3));
    if (row < 0)
        row = find_unique(table->by_name, count, path_end(path, 1));
    return row < 0 ? NULL : &table->rows[row];
}

int mr_votes_majority(const mr_votes *votes) {
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        if (2 * votes->emotions[i] > votes->all)
            return i;
    return -1;
}

bool mr_votes_distribution(const mr_votes *votes, float least,
                           float distribution[MR_EMOTION_COUNT]) {
    float usable = 0;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        usable += votes->emotions[i];
    bool enough = usable >= least && usable > 0;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        distribution[i] = enough ? votes->emotions[i] / usable : 0;
    return enough;
}
