#include "base/csv.h"
#include "base/file.h"
#include "learn/page.h"
#include "learn/plot.h"
#include "learn/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What chose the weights that are kept. */
#define CHOSEN_BY "score"

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* Fills a list with an object {column: number} for each epoch. */
static mr_status fill_epochs(const mr_csv *csv, const char *path, json_t *epochs) {
    for (size_t row = 0; row < csv->rows; row++) {
        json_t *epoch = json_object();
        json_array_append_new(epochs, epoch);
        for (int column = 0; column < (int)csv->columns; column++) {
            double value;
            MR_TRY(mr_csv_number(csv, path, row, column, &value));
            json_object_set_new(epoch, csv->fields[column], number_or_null(value));
        }
    }
    return MR_OK;
}

static double score_of(const json_t *epochs, size_t row) {
    const json_t *score = json_object_get(json_array_get(epochs, row), CHOSEN_BY);
    return json_is_number(score) ? json_number_value(score) : -INFINITY;
}

static size_t best_of(const json_t *epochs) {
    size_t best = 0;
    for (size_t row = 1; row < json_array_size(epochs); row++)
        if (score_of(epochs, row) > score_of(epochs, best))
            best = row;
    return best;
}

/* A table of some epochs by all columns of the log. */
static void begin_table(mr_page *page, const mr_csv *csv) {
    mr_page_table_begin(page, (const char *const *)csv->fields, (int)csv->columns);
}

/* The first column, which is the epoch, is the row's name. */
static void epoch_row(mr_page *page, const mr_csv *csv, size_t row) {
    mr_page_row_begin(page, mr_csv_field(csv, row, 0));
    for (size_t column = 1; column < csv->columns; column++)
        mr_page_figure(page, MR_PAGE_SHORT, "%zu/%s", row, csv->fields[column]);
    mr_page_row_end(page);
}

static void fill_page(mr_page *page, const mr_csv *csv, const json_t *epochs, const char *folder,
                      const char *recipe) {
    mr_page_text(page, "Recipe: %s.", recipe);
    mr_page_chart(page, folder, "curves", "Losses and figures by epoch; validation is dashed.");
    mr_page_heading(page, "The epoch whose weights are kept");
    begin_table(page, csv);
    if (csv->rows > 0)
        epoch_row(page, csv, best_of(epochs));
    mr_page_table_end(page);
    mr_page_heading(page, "All epochs");
    begin_table(page, csv);
    for (size_t row = 0; row < csv->rows; row++)
        epoch_row(page, csv, row);
    mr_page_table_end(page);
}

static mr_status write_page(const mr_csv *csv, const json_t *epochs, const char *folder,
                            const char *recipe, const char *path) {
    char title[300];
    snprintf(title, sizeof title, "Training of %.250s", folder);
    mr_page *page;
    MR_TRY(mr_page_begin(title, epochs, &page));
    fill_page(page, csv, epochs, folder, recipe);
    mr_status status = mr_page_save(page, path);
    mr_page_free(page);
    return status;
}

static mr_status report(const char *log, const char *folder, const char *recipe, const char *path) {
    mr_csv csv;
    MR_TRY(mr_plot_training(log, folder));
    MR_TRY(mr_csv_load(log, MR_CSV_DEFAULT_LIMIT, &csv));
    json_t *epochs = json_array();
    mr_status status = fill_epochs(&csv, log, epochs);
    if (status == MR_OK)
        status = write_page(&csv, epochs, folder, recipe, path);
    json_decref(epochs);
    mr_csv_free(&csv);
    return status;
}

mr_status mr_report_training(const char *log, const char *folder, const char *recipe) {
    char *path = mr_path_join(folder, "training.html");
    mr_status status = path ? report(log, folder, recipe, path)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    return status;
}
