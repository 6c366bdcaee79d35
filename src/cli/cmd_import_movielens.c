/* moodreel import movielens: checks the ratings of MovieLens-1M and keeps a copy of them. */
#include "base/file.h"
#include "cli/cmd_import.h"
#include "cli/films.h"
#include "cli/options.h"
#include "cli/store.h"
#include "learn/dataset_ratings.h"
#include "learn/match_films.h"
#include "json/json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_FILE ((size_t)256 << 20)

struct settings {
    const char *out;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_STRING("out", 0, struct settings, out, "DIR",
                  "where to keep the copy; movielens/ in your data folder unless given"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "import movielens",
    "DIR",
    1,
    1,
    "Checks every line of MovieLens-1M and keeps a copy, which 'train collaborative' and\n"
    "'evaluate recommender' read when they are given no other. Mind the terms in its README: the\n"
    "ratings are for research and may not be passed on.",
    options,
    MR_COUNT(options)};

/* What of the folder is read; the test rows of protocols need not be there. */
static const struct {
    const char *name;
    bool needed;
} files[] = {
    {"README", false},
    {"users.dat", true},
    {"movies.dat", true},
    {"ratings.csv", false}, /* this or the other: loading finds out */
    {"ratings.dat", false},
    {"ncf_leave_one_out_test.tsv", false},
    {"topn_quest_5fold/fold0.test.tsv", false},
    {"topn_quest_5fold/fold1.test.tsv", false},
    {"topn_quest_5fold/fold2.test.tsv", false},
    {"topn_quest_5fold/fold3.test.tsv", false},
    {"topn_quest_5fold/fold4.test.tsv", false},
};

struct counts {
    size_t users, films, ratings, mapped;
};

/* How many of the films are in the catalogue. */
static mr_status count_mapped(const mr_ratings *ratings, size_t *mapped) {
    mr_catalogue *catalogue;
    MR_TRY(mr_cli_catalogue_load(NULL, &catalogue));
    int32_t *matches = malloc((ratings->films + 1) * sizeof *matches);
    mr_status status = matches ? mr_match_films(ratings->film, ratings->films, catalogue, matches)
                               : mr_fail(MR_E_MEMORY, "no memory for %zu films", ratings->films);
    for (size_t f = 0; f < ratings->films && status == MR_OK; f++)
        *mapped += matches[f] >= 0;
    free(matches);
    mr_catalogue_free(catalogue);
    return status;
}

/* Reads the test rows that are there. */
static mr_status check_tests(const mr_ratings *ratings, const char *folder) {
    mr_status status = MR_OK;
    size_t rows;
    for (int fold = 0; fold < MR_RATINGS_FOLDS && status == MR_OK; fold++) {
        char name[64];
        mr_held_row *held = NULL;
        snprintf(name, sizeof name, "topn_quest_5fold/fold%d.test.tsv", fold);
        if (mr_folder_has(folder, name))
            status = mr_ratings_fold(ratings, folder, fold, &held, &rows);
        free(held);
    }
    mr_leave_row *left = NULL;
    if (status == MR_OK && mr_folder_has(folder, "ncf_leave_one_out_test.tsv"))
        status = mr_ratings_leave_one_out(ratings, folder, &left, &rows);
    free(left);
    return status;
}

/* Reads the whole set, so that nothing broken is kept, and counts what it holds. */
static mr_status count(const char *folder, struct counts *out) {
    mr_ratings ratings;
    MR_TRY(mr_ratings_load(folder, &ratings));
    *out = (struct counts){ratings.users, ratings.films, ratings.count, 0};
    mr_status status = check_tests(&ratings, folder);
    if (status == MR_OK)
        status = count_mapped(&ratings, &out->mapped);
    mr_ratings_free(&ratings);
    return status;
}

/* ---- the copy: every file is written beside its place before the first takes it -------------- */

/* A file's place in the copy, and where it waits, NULL when the set lacks it. */
struct place {
    char *path, *waiting;
};

static mr_status stage_file(const char *from, const char *to) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(from, LARGEST_FILE, &bytes, &size));
    mr_status status = mr_file_write(to, bytes, size);
    free(bytes);
    return status;
}

static mr_status stage(const char *folder, const char *out, size_t i, struct place *place) {
    place->path = mr_path_join(out, files[i].name);
    if (place->path && !files[i].needed && !mr_folder_has(folder, files[i].name))
        return MR_OK;
    char *from = mr_path_join(folder, files[i].name);
    if (!from || !place->path || asprintf(&place->waiting, "%s.new", place->path) < 0) {
        free(from);
        place->waiting = NULL;
        return mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    }
    mr_status status = stage_file(from, place->waiting);
    free(from);
    return status;
}

/* What the set lacks does not stay from an earlier one. */
static mr_status settle(const struct place *place) {
    if (place->waiting ? rename(place->waiting, place->path) == 0
                       : unlink(place->path) == 0 || errno == ENOENT)
        return MR_OK;
    return mr_fail(MR_E_IO, "%s: cannot be replaced: %s", place->path, strerror(errno));
}

static mr_status copy(const char *folder, const char *out) {
    struct place places[MR_COUNT(files)] = {{NULL, NULL}};
    char *folds = mr_path_join(out, "topn_quest_5fold");
    mr_status status = folds ? mr_folder_make(folds) : mr_fail(MR_E_MEMORY, "%s: no memory", out);
    for (size_t i = 0; i < MR_COUNT(files) && status == MR_OK; i++)
        status = stage(folder, out, i, &places[i]);
    for (size_t i = 0; i < MR_COUNT(files) && status == MR_OK; i++)
        status = settle(&places[i]);
    for (size_t i = 0; i < MR_COUNT(files); i++) {
        if (places[i].waiting)
            (void)unlink(places[i].waiting); /* is there only when something failed */
        free(places[i].waiting);
        free(places[i].path);
    }
    free(folds);
    return status;
}

static mr_status import_to(const char *folder, const char *out, bool json) {
    struct counts n = {0};
    MR_TRY(count(folder, &n));
    MR_TRY(copy(folder, out));
    if (json)
        return mr_json_print(json_pack("{s:o, s:I, s:I, s:I, s:I}", "out", mr_json_text(out),
                                       "users", (json_int_t)n.users, "films", (json_int_t)n.films,
                                       "ratings", (json_int_t)n.ratings, "films_mapped",
                                       (json_int_t)n.mapped));
    printf("%zu ratings of %zu films by %zu users; %zu of the films are in the catalogue\n"
           "kept in %s\n",
           n.ratings, n.films, n.users, n.mapped, out);
    return MR_OK;
}

int mr_cmd_import_movielens(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands folders;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &folders, &code))
        return code;
    char *out = NULL;
    mr_status status = mr_cli_ratings_folder(settings.out, &out);
    if (status == MR_OK)
        status = import_to(folders.items[0], out, settings.json);
    free(out);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage.command);
}
