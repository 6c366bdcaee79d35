#include "recommend/catalogue_parts.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- loading --------------------------------------------------------------------------------- */

mr_status mr_catalogue_make(const char *name, mr_catalogue **out) {
    mr_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue)
        catalogue->languages.ignores_case = true;
    /* The unknown language is number 0. */
    if (!catalogue || mr_intern_add(&catalogue->languages, "") < 0) {
        mr_catalogue_free(catalogue);
        return mr_fail(MR_E_MEMORY, "%s: no memory for its films", name);
    }
    *out = catalogue;
    return MR_OK;
}

/* Reads all rows of a file that the catalogue owns. */
static mr_status read_rows(mr_catalogue *catalogue, mr_csv *csv, const char *name, bool imported) {
    mr_film_reader in = {.catalogue = catalogue, .csv = csv, .name = name};
    MR_TRY(mr_film_reader_open(&in));
    if (csv->rows == 0 || csv->rows > MR_CATALOGUE_MAX_FILMS)
        return mr_fail(MR_E_LIMIT, "%s: %zu films, expected 1 to %zu", name, csv->rows,
                       MR_CATALOGUE_MAX_FILMS);
    for (size_t row = 0; row < csv->rows; row++) {
        mr_catalogue_film film;
        MR_TRY(mr_film_read(&in, row, &film));
        film.imported = imported;
        MR_TRY(mr_film_add(&in, row, &film));
    }
    return MR_OK;
}

/* Reads what an operator has imported, if anything. */
static mr_status read_imported(mr_catalogue *catalogue, const char *path) {
    if (access(path, F_OK) != 0)
        return MR_OK;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &catalogue->imported));
    return read_rows(catalogue, &catalogue->imported, path, true);
}

/* Makes a catalogue of its rows, which it owns from then on, and of the imported ones. */
static mr_status make(mr_csv csv, const char *name, const char *imported, mr_catalogue **out) {
    mr_catalogue *catalogue = NULL;
    mr_status status = mr_catalogue_make(name, &catalogue);
    if (status != MR_OK) {
        mr_csv_free(&csv);
        return status;
    }
    catalogue->shipped = csv;
    status = read_rows(catalogue, &catalogue->shipped, name, false);
    if (status == MR_OK && imported)
        status = read_imported(catalogue, imported);
    if (status == MR_OK)
        status = mr_catalogue_find_series(catalogue, name);
    if (status == MR_OK)
        status = mr_title_index_make(catalogue->films, catalogue->count, name, &catalogue->titles);
    if (status == MR_OK)
        *out = catalogue;
    else
        mr_catalogue_free(catalogue);
    return status;
}

char *mr_catalogue_imported_path(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("");
    char *imported = NULL;
    if (folder && asprintf(&imported, "%s" MR_CATALOGUE_IMPORTED, folder) < 0)
        imported = NULL;
    free(folder);
    return imported;
}

mr_status mr_catalogue_load(const char *path, mr_catalogue **out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    char *imported = mr_catalogue_imported_path(path);
    if (!imported) {
        mr_csv_free(&csv);
        return mr_fail(MR_E_MEMORY, "%s: no memory for a path", path);
    }
    mr_status status = make(csv, path, imported, out);
    free(imported);
    return status;
}

mr_status mr_catalogue_parse(const char *bytes, size_t size, const char *name, mr_catalogue **out) {
    mr_csv csv;
    MR_TRY(mr_csv_parse(bytes, size, name, &csv));
    return make(csv, name, NULL, out);
}

void mr_catalogue_free(mr_catalogue *catalogue) {
    if (!catalogue)
        return;
    mr_intern_free(&catalogue->ids);
    mr_intern_free(&catalogue->languages);
    mr_intern_free(&catalogue->people_names);
    free(catalogue->films);
    free(catalogue->people);
    for (size_t i = 0; i < catalogue->made_count; i++)
        free(catalogue->made_ids[i]);
    free(catalogue->made_ids);
    mr_title_index_free(&catalogue->titles);
    mr_csv_free(&catalogue->shipped);
    mr_csv_free(&catalogue->imported);
    free(catalogue);
}

/* --- reading --------------------------------------------------------------------------------- */

size_t mr_catalogue_count(const mr_catalogue *catalogue) {
    return catalogue->count;
}

const mr_catalogue_film *mr_catalogue_films(const mr_catalogue *catalogue) {
    return catalogue->films;
}

const mr_catalogue_film *mr_catalogue_entry(const mr_catalogue *catalogue, size_t index) {
    return index < catalogue->count ? &catalogue->films[index] : NULL;
}

void mr_catalogue_print_films(const mr_catalogue *catalogue, const uint32_t *films, size_t count,
                              FILE *out) {
    fputs("id,title\n", out);
    for (size_t i = 0; i < count; i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, films[i]);
        fprintf(out, "%s,", film->id);
        mr_csv_print(out, film->title);
        putc('\n', out);
    }
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

bool mr_catalogue_same_title(const mr_catalogue *catalogue, uint32_t a, uint32_t b) {
    char x[MR_TITLE_ROOM], y[MR_TITLE_ROOM];
    return strcmp(mr_title_fold(catalogue->films[a].title, x),
                  mr_title_fold(catalogue->films[b].title, y)) == 0;
}

long mr_catalogue_find_title(const mr_catalogue *catalogue, const char *title, int year) {
    size_t count;
    const mr_title_key *key = mr_catalogue_titled(catalogue, title, &count);
    for (size_t i = 0; i < count; i++)
        if (year == 0 || catalogue->films[key[i].film].year == year)
            return (long)key[i].film;
    return -1;
}

const mr_title_key *mr_catalogue_titled(const mr_catalogue *catalogue, const char *title,
                                        size_t *count) {
    return mr_title_index_equal(&catalogue->titles, title, count);
}

size_t mr_catalogue_search(const mr_catalogue *catalogue, const char *title, int year,
                           mr_title_match *out, size_t most) {
    return mr_title_index_near(&catalogue->titles, catalogue->films, title, year, out, most);
}

long mr_catalogue_find_language(const mr_catalogue *catalogue, const char *language) {
    return *language ? mr_intern_find(&catalogue->languages, language) : -1;
}
