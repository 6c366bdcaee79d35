/* moodreel import films: lays an operator's own films over the catalogue. */
#include "cli/cmd_import.h"
#include "cli/films.h"
#include "cli/options.h"
#include "recommend/catalogue_import.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
    const char *films;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_STRING("films", 0, struct settings, films, "FILE",
                  "the catalogue; data/films.csv of the home folder unless given"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "import films",
    "FILE.csv",
    1,
    1,
    "Adds the films of a table to the catalogue, and what it says of films that are known: found\n"
    "by id, else by title and year. Columns: title, year, genres, and if you like id, also,\n"
    "language, country, certificate, tier, directors, cast. Every bad line is named; if there is\n"
    "one, nothing changes. A server sees the films when it reloads (SIGHUP).",
    options,
    MR_COUNT(options)};

static void print_bad_line(const char *error, void *context) {
    (void)context;
    fprintf(stderr, "moodreel: %s: %s\n", usage.command, error);
}

static mr_status import(const struct settings *settings, const char *path) {
    char *catalogue;
    mr_film_import done;
    MR_TRY(mr_cli_catalogue_path(settings->films, &catalogue));
    mr_status status = mr_films_import(path, catalogue, print_bad_line, NULL, &done);
    free(catalogue);
    MR_TRY(status);
    if (settings->json)
        return mr_json_print(json_pack("{s:I, s:I}", "added", (json_int_t)done.added, "changed",
                                       (json_int_t)done.changed));
    printf("films: %zu added, %zu changed\n", done.added, done.changed);
    return MR_OK;
}

int mr_cmd_import_films(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands files;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &files, &code))
        return code;
    return import(&settings, files.items[0]) == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage.command);
}
