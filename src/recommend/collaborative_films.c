#include "recommend/collaborative_films.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_FILE "neighbours.bin"
#define FILMS_FILE "films.csv"

static mr_status path_of(const char *folder, const char *name, char **out) {
    *out = mr_path_join(folder, name);
    return *out ? MR_OK : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
}

/* --- loading --------------------------------------------------------------------------------- */

static mr_status read_films(const mr_csv *csv, const char *path, const mr_catalogue *catalogue,
                            mr_collaborative_films *out) {
    int column = mr_csv_column(csv, "id");
    if (column < 0 || csv->rows != out->model->items)
        return mr_fail(MR_E_MISMATCH, "%s: expected a column 'id' and %zu films as in " MODEL_FILE,
                       path, out->model->items);
    for (size_t row = 0; row < csv->rows; row++) {
        long film = mr_catalogue_find(catalogue, mr_csv_field(csv, row, column));
        if (film < 0)
            continue;
        if (out->item_of[film] >= 0)
            return mr_fail(MR_E_FORMAT, "%s: line %zu: film '%.40s' is there twice", path,
                           csv->lines[row], mr_csv_field(csv, row, column));
        out->item_of[film] = (int32_t)row;
        out->known++;
    }
    return MR_OK;
}

static mr_status load_films(const char *folder, const mr_catalogue *catalogue,
                            mr_collaborative_films *out) {
    out->films = mr_catalogue_count(catalogue);
    out->item_of = malloc((out->films + 1) * sizeof *out->item_of);
    if (!out->item_of)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu films", folder, out->films);
    memset(out->item_of, -1, (out->films + 1) * sizeof *out->item_of);
    char *path;
    MR_TRY(path_of(folder, FILMS_FILE, &path));
    mr_csv csv;
    mr_status status = mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv);
    if (status == MR_OK) {
        status = read_films(&csv, path, catalogue, out);
        mr_csv_free(&csv);
    }
    free(path);
    return status;
}

static mr_status load_model(const char *folder, mr_collaborative **out) {
    char *path;
    MR_TRY(path_of(folder, MODEL_FILE, &path));
    mr_status status = mr_collaborative_load(path, out);
    free(path);
    return status;
}

mr_status mr_collaborative_films_load(const char *folder, const mr_catalogue *catalogue,
                                      mr_collaborative_films **out) {
    mr_collaborative_films *films = calloc(1, sizeof *films);
    if (!films)
        return mr_fail(MR_E_MEMORY, "%s: no memory", folder);
    mr_status status = load_model(folder, &films->model);
    if (status == MR_OK)
        status = load_films(folder, catalogue, films);
    if (status == MR_OK)
        *out = films;
    else
        mr_collaborative_films_free(films);
    return status;
}

void mr_collaborative_films_free(mr_collaborative_films *films) {
    if (!films)
        return;
    mr_collaborative_free(films->model);
    free(films->item_of);
    free(films);
}

/* --- saving ---------------------------------------------------------------------------------- */

static mr_status print_films(const mr_collaborative *model, const uint32_t *films,
                             const mr_catalogue *catalogue, const char *path, mr_text_file *text) {
    MR_TRY(mr_text_file_begin(path, text));
    mr_catalogue_print_films(catalogue, films, model->items, text->out);
    return mr_text_file_finish(text);
}

/* Both at once: items of the one file under the films of another would pass for likes. */
mr_status mr_collaborative_films_save(const mr_collaborative *model, const uint32_t *films,
                                      const mr_catalogue *catalogue, const char *folder) {
    MR_TRY(mr_folder_make(folder));
    char *films_path = NULL, *model_path = NULL;
    mr_text_file text = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    mr_status status = path_of(folder, FILMS_FILE, &films_path);
    if (status == MR_OK)
        status = path_of(folder, MODEL_FILE, &model_path);
    if (status == MR_OK)
        status = print_films(model, films, catalogue, films_path, &text);
    if (status == MR_OK)
        status = mr_collaborative_encode(model, &bytes, &size);
    if (status == MR_OK) {
        const mr_file_content files[] = {{films_path, text.bytes, text.size},
                                         {model_path, bytes, size}};
        status = mr_files_write(files, sizeof files / sizeof *files);
    }
    free(bytes);
    free(text.bytes);
    free(model_path);
    free(films_path);
    return status;
}
