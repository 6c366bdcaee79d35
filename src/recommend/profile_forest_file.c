#include "base/csv.h"
#include "base/file.h"
#include "recommend/profile_forest_parts.h"

#include <stdio.h>
#include <stdlib.h>

/* A text that is written to folder/name when it is complete. */
typedef struct sheet {
    FILE *file;
    char *text;
    size_t size;
} sheet;

static mr_status sheet_open(sheet *out) {
    *out = (sheet){0};
    out->file = open_memstream(&out->text, &out->size);
    return out->file ? MR_OK : mr_fail(MR_E_MEMORY, "no memory for a text");
}

static mr_status sheet_save(sheet *page, const char *folder, const char *name) {
    char *path = mr_path_join(folder, name);
    mr_status status = fclose(page->file) == 0 && path
                           ? mr_file_write(path, page->text, page->size)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for %s", folder, name);
    free(path);
    free(page->text);
    return status;
}

static mr_status save_films(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                            const char *folder) {
    sheet out;
    MR_TRY(sheet_open(&out));
    fputs("id,title\n", out.file);
    for (size_t f = 0; f < belief->film_count; f++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, belief->films[f]);
        fprintf(out.file, "%s,", film->id);
        mr_csv_print(out.file, film->title);
        putc('\n', out.file);
    }
    return sheet_save(&out, folder, "films.csv");
}

static mr_status save_cells(const mr_profile_forest *belief, const char *folder) {
    sheet out;
    MR_TRY(sheet_open(&out));
    fputs("age_range,gender,emotion,rows\n", out.file);
    for (int i = 0; i < MR_CELLS; i++) {
        mr_cell cell = mr_cell_of(i);
        fprintf(out.file, "%s,%s,%s,%.0f\n", mr_age_range_label(cell.age),
                mr_gender_label(cell.gender), mr_emotion_label(cell.emotion),
                (double)belief->share[i]);
    }
    return sheet_save(&out, folder, "cells.csv");
}

mr_status mr_profile_forest_save(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                                 const char *folder) {
    MR_TRY(mr_folder_make(folder));
    MR_TRY(save_films(belief, catalogue, folder));
    MR_TRY(save_cells(belief, folder));
    char *path = mr_path_join(folder, "forest.bin");
    mr_status status = path ? mr_forest_save(belief->forest, path)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    return status;
}

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
    char *path = mr_path_join(folder, "forest.bin");
    mr_status status = path ? mr_forest_load(path, &belief->forest)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    MR_TRY(status);
    if (mr_forest_features(belief->forest) != MR_PROFILE_FEATURES)
        return mr_fail(MR_E_MISMATCH, "%s/forest.bin: %zu features, expected %d", folder,
                       mr_forest_features(belief->forest), MR_PROFILE_FEATURES);
    MR_TRY(load_sheet(folder, "films.csv", read_films, catalogue, belief));
    MR_TRY(load_sheet(folder, "cells.csv", read_cells, catalogue, belief));
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
