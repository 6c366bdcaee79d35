#include "base/csv.h"
#include "base/file.h"
#include "base/text_file.h"
#include "recommend/profile_forest_parts.h"

#include <stdio.h>
#include <stdlib.h>

/* --- writing --------------------------------------------------------------------------------- */

enum { FILMS, CELLS, FOREST, FILES };

static const char *const file_names[FILES] = {"films.csv", "cells.csv", "forest.bin"};

static void print_cells(const mr_profile_forest *belief, FILE *out) {
    fputs("age_range,gender,emotion,rows\n", out);
    for (int i = 0; i < MR_CELLS; i++) {
        mr_cell cell = mr_cell_of(i);
        fprintf(out, "%s,%s,%s,%.0f\n", mr_age_range_label(cell.age), mr_gender_label(cell.gender),
                mr_emotion_label(cell.emotion), (double)belief->share[i]);
    }
}

/* What each file of a folder is to hold. */
typedef struct contents {
    char *paths[FILES];
    mr_text_file films, cells;
    uint8_t *forest;
    size_t forest_size;
} contents;

static mr_status fill(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                      const char *folder, contents *c) {
    for (int i = 0; i < FILES; i++) {
        c->paths[i] = mr_path_join(folder, file_names[i]);
        if (!c->paths[i])
            return mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    }
    MR_TRY(mr_text_file_begin(c->paths[FILMS], &c->films));
    mr_catalogue_print_films(catalogue, belief->films, belief->film_count, c->films.out);
    MR_TRY(mr_text_file_finish(&c->films));
    MR_TRY(mr_text_file_begin(c->paths[CELLS], &c->cells));
    print_cells(belief, c->cells.out);
    MR_TRY(mr_text_file_finish(&c->cells));
    return mr_forest_encode(belief->forest, &c->forest, &c->forest_size);
}

/* All at once: classes of the one file under the films of another would pass for choices. */
mr_status mr_profile_forest_save(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                                 const char *folder) {
    MR_TRY(mr_folder_make(folder));
    contents c = {0};
    mr_status status = fill(belief, catalogue, folder, &c);
    if (status == MR_OK) {
        const mr_file_content files[FILES] = {
            [FILMS] = {c.paths[FILMS], c.films.bytes, c.films.size},
            [CELLS] = {c.paths[CELLS], c.cells.bytes, c.cells.size},
            [FOREST] = {c.paths[FOREST], c.forest, c.forest_size}};
        status = mr_files_write(files, FILES);
    }
    free(c.forest);
    free(c.cells.bytes);
    free(c.films.bytes);
    for (int i = 0; i < FILES; i++)
        free(c.paths[i]);
    return status;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Reads one file of the folder through `read`. */
typedef mr_status sheet_reader(const mr_csv *csv, const char *path, const mr_catalogue *catalogue,
                               mr_profile_forest *belief);

static mr_status load_sheet(const char *folder, const char *name, sheet_reader *read,
                            const mr_catalogue *catalogue, mr_profile_forest *belief) {
    char *path = mr_path_join(folder, name);
    if (!path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    mr_csv csv;
    mr_status status = mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv);
    if (status == MR_OK) {
        status = read(&csv, path, catalogue, belief);
        mr_csv_free(&csv);
    }
    free(path);
    return status;
}

static mr_status read_films(const mr_csv *csv, const char *path, const mr_catalogue *catalogue,
                            mr_profile_forest *belief) {
    int column = mr_csv_column(csv, "id");
    if (column < 0 || csv->rows != mr_forest_classes(belief->forest))
        return mr_fail(MR_E_MISMATCH, "%s: expected a column 'id' and %zu films as in forest.bin",
                       path, mr_forest_classes(belief->forest));
    belief->films = malloc(csv->rows * sizeof *belief->films);
    if (!belief->films)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu films", path, csv->rows);
    for (size_t row = 0; row < csv->rows; row++) {
        long film = mr_catalogue_find(catalogue, mr_csv_field(csv, row, column));
        if (film < 0)
            return mr_fail(MR_E_MISMATCH, "%s: line %zu: film '%.40s' is not in the catalogue",
                           path, csv->lines[row], mr_csv_field(csv, row, column));
        belief->films[belief->film_count++] = (uint32_t)film;
    }
    return MR_OK;
}

static mr_status read_cells(const mr_csv *csv, const char *path, const mr_catalogue *catalogue,
                            mr_profile_forest *belief) {
    (void)catalogue;
    int column = mr_csv_column(csv, "rows");
    if (column < 0 || csv->rows != MR_CELLS)
        return mr_fail(MR_E_MISMATCH, "%s: expected a column 'rows' and %d cells", path, MR_CELLS);
    double total = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        double rows;
        MR_TRY(mr_csv_number(csv, path, row, column, &rows));
        if (!(rows >= 0 && rows <= 1e9))
            return mr_fail(MR_E_FORMAT, "%s: line %zu: %g rows", path, csv->lines[row], rows);
        belief->share[row] = (float)rows;
        total += rows;
    }
    return total > 0 ? MR_OK : mr_fail(MR_E_FORMAT, "%s: no rows in any cell", path);
}

static mr_status load(const char *folder, const mr_catalogue *catalogue,
                      mr_profile_forest *belief) {
    char *path = mr_path_join(folder, file_names[FOREST]);
    mr_status status = path ? mr_forest_load(path, &belief->forest)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    MR_TRY(status);
    if (mr_forest_features(belief->forest) != MR_PROFILE_FEATURES)
        return mr_fail(MR_E_MISMATCH, "%s/forest.bin: %zu features, expected %d", folder,
                       mr_forest_features(belief->forest), MR_PROFILE_FEATURES);
    MR_TRY(load_sheet(folder, file_names[FILMS], read_films, catalogue, belief));
    MR_TRY(load_sheet(folder, file_names[CELLS], read_cells, catalogue, belief));
    return mr_profile_forest_tabulate(belief, catalogue);
}

mr_status mr_profile_forest_load(const char *folder, const mr_catalogue *catalogue,
                                 mr_profile_forest **out) {
    mr_profile_forest *belief = calloc(1, sizeof *belief);
    if (!belief)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a forest", folder);
    mr_status status = load(folder, catalogue, belief);
    if (status == MR_OK)
        *out = belief;
    else
        mr_profile_forest_free(belief);
    return status;
}
