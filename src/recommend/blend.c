#include "recommend/blend.h"

#include "base/csv.h"
#include "base/text_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A chance never looks certain. */
#define LEAST_CHANCE 0.001f

#define SCALE_LABEL  "chance scale"
#define OFFSET_LABEL "chance offset"

/* What a row may tell of: the terms, then the two numbers of the chance. */
enum { ROW_SCALE = MR_TERM_COUNT, ROW_OFFSET, ROWS };

bool mr_blend_is_fitted(mr_term term) {
    return term != MR_TERM_MOOD;
}

static bool is_needed(int row) {
    return row >= MR_TERM_COUNT || mr_blend_is_fitted((mr_term)row);
}

static const char *row_label(int row) {
    return row == ROW_SCALE    ? SCALE_LABEL
           : row == ROW_OFFSET ? OFFSET_LABEL
                               : mr_term_label((mr_term)row);
}

static float *place_of(mr_blend_weights *weights, int row) {
    return row == ROW_SCALE    ? &weights->scale
           : row == ROW_OFFSET ? &weights->offset
                               : &weights->weight[row];
}

/* --- reading --------------------------------------------------------------------------------- */

/* A table that is being read. */
typedef struct reader {
    const mr_csv *csv;
    const char *name;
    int term, clicks, weight, unknown, outside; /* columns */
    mr_blend *blend;
    bool found[MR_BLEND_MAX_STEPS][ROWS];
} reader;

static mr_status find_columns(reader *in) {
    static const char *const names[] = {"term", "clicks", "weight", "unknown", "outside"};
    int *const columns[] = {&in->term, &in->clicks, &in->weight, &in->unknown, &in->outside};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *columns[i] = mr_csv_column(in->csv, names[i]);
        if (*columns[i] < 0)
            return mr_fail(MR_E_FORMAT, "%s: line 1: no column '%s'", in->name, names[i]);
    }
    return MR_OK;
}

static mr_status refuse(const reader *in, size_t row, int column, const char *expected) {
    return mr_fail(MR_E_FORMAT, "%s: line %zu: column %s: '%.40s', expected %s", in->name,
                   in->csv->lines[row], in->csv->fields[column], mr_csv_field(in->csv, row, column),
                   expected);
}

static mr_status row_at(const reader *in, size_t row, int *out) {
    const char *label = mr_csv_field(in->csv, row, in->term);
    for (int r = 0; r < ROWS; r++)
        if (is_needed(r) && strcmp(row_label(r), label) == 0) {
            *out = r;
            return MR_OK;
        }
    return refuse(in, row, in->term, "a fitted term or '" SCALE_LABEL "' or '" OFFSET_LABEL "'");
}

/* The place of a number of opinions among those seen so far; a new one goes behind the last. */
static mr_status step_at(const reader *in, size_t row, int *out) {
    mr_blend *blend = in->blend;
    double clicks;
    MR_TRY(mr_csv_number(in->csv, in->name, row, in->clicks, &clicks));
    if (!(clicks >= 0 && clicks <= MR_BLEND_MAX_CLICKS && clicks == floor(clicks)))
        return refuse(in, row, in->clicks, "a whole number from 0 to 10000");
    for (int s = 0; s < blend->steps; s++)
        if (blend->clicks[s] == (float)clicks) {
            *out = s;
            return MR_OK;
        }
    if (blend->steps == MR_BLEND_MAX_STEPS)
        return mr_fail(MR_E_LIMIT, "%s: line %zu: more than %d numbers of clicks", in->name,
                       in->csv->lines[row], MR_BLEND_MAX_STEPS);
    if (blend->steps == 0 ? clicks != 0 : (float)clicks < blend->clicks[blend->steps - 1])
        return refuse(in, row, in->clicks, "0 first, and then rising numbers");
    *out = blend->steps;
    blend->clicks[blend->steps++] = (float)clicks;
    return MR_OK;
}

static mr_status weight_at(const reader *in, size_t row, int column, int what, float *out) {
    double number;
    MR_TRY(mr_csv_number(in->csv, in->name, row, column, &number));
    double least = what == ROW_OFFSET ? -(double)MR_BLEND_LARGEST : 0;
    if (!(number >= least && number <= (double)MR_BLEND_LARGEST))
        return refuse(in, row, column,
                      what == ROW_OFFSET ? "a number from -1000 to 1000"
                                         : "a number from 0 to 1000");
    if (what == ROW_SCALE && !(number >= 0.001))
        return refuse(in, row, column, "a number from 0.001 to 1000");
    *out = (float)number;
    return MR_OK;
}

static mr_status read_row(reader *in, size_t row) {
    int what = 0, step = 0;
    MR_TRY(row_at(in, row, &what));
    MR_TRY(step_at(in, row, &step));
    if (in->found[step][what])
        return refuse(in, row, in->term, "one row for each number of clicks");
    in->found[step][what] = true;
    MR_TRY(weight_at(in, row, in->weight, what, place_of(&in->blend->known[step], what)));
    MR_TRY(weight_at(in, row, in->unknown, what, place_of(&in->blend->unknown[step], what)));
    return weight_at(in, row, in->outside, what, place_of(&in->blend->outside[step], what));
}

static mr_status check_complete(const reader *in) {
    if (in->blend->steps == 0)
        return mr_fail(MR_E_FORMAT, "%s: no rows", in->name);
    for (int s = 0; s < in->blend->steps; s++)
        for (int r = 0; r < ROWS; r++)
            if (is_needed(r) && !in->found[s][r])
                return mr_fail(MR_E_FORMAT, "%s: no row for %s after %.0f clicks", in->name,
                               row_label(r), (double)in->blend->clicks[s]);
    return MR_OK;
}

static void set_unfitted(mr_blend *blend) {
    for (int s = 0; s < MR_BLEND_MAX_STEPS; s++)
        for (int t = 0; t < MR_TERM_COUNT; t++)
            if (!mr_blend_is_fitted((mr_term)t))
                blend->known[s].weight[t] = blend->unknown[s].weight[t] =
                    blend->outside[s].weight[t] = 1;
}

mr_blend mr_blend_even(void) {
    mr_blend blend = {.steps = 1};
    for (int t = 0; t < MR_TERM_COUNT; t++)
        blend.known[0].weight[t] = blend.unknown[0].weight[t] = blend.outside[0].weight[t] = 1;
    blend.known[0].scale = blend.unknown[0].scale = blend.outside[0].scale = 1;
    return blend;
}

static mr_status read_table(const mr_csv *csv, const char *name, mr_blend *out) {
    mr_blend blend = {0};
    reader in = {.csv = csv, .name = name, .blend = &blend};
    set_unfitted(&blend);
    MR_TRY(find_columns(&in));
    for (size_t row = 0; row < csv->rows; row++)
        MR_TRY(read_row(&in, row));
    MR_TRY(check_complete(&in));
    *out = blend;
    return MR_OK;
}

mr_status mr_blend_load(const char *path, mr_blend *out) {
    mr_csv csv;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    mr_status status = read_table(&csv, path, out);
    mr_csv_free(&csv);
    return status;
}

mr_status mr_blend_parse(const char *bytes, size_t size, const char *name, mr_blend *out) {
    mr_csv csv;
    MR_TRY(mr_csv_parse(bytes, size, name, &csv));
    mr_status status = read_table(&csv, name, out);
    mr_csv_free(&csv);
    return status;
}

/* --- writing --------------------------------------------------------------------------------- */

mr_status mr_blend_save(const mr_blend *blend, const char *path) {
    mr_text_file text;
    MR_TRY(mr_text_file_begin(path, &text));
    mr_blend copy = *blend;
    fputs("term,clicks,weight,unknown,outside\n", text.out);
    for (int r = 0; r < ROWS; r++)
        for (int s = 0; is_needed(r) && s < blend->steps; s++)
            fprintf(text.out, "%s,%.0f,%.4f,%.4f,%.4f\n", row_label(r), (double)blend->clicks[s],
                    (double)*place_of(&copy.known[s], r), (double)*place_of(&copy.unknown[s], r),
                    (double)*place_of(&copy.outside[s], r));
    return mr_text_file_end(&text);
}

/* --- use ------------------------------------------------------------------------------------- */

/* Moves each number of `from` the share `by` of the way to `to`. */
static mr_blend_weights between(mr_blend_weights from, mr_blend_weights to, float by) {
    for (int r = 0; r < ROWS; r++)
        *place_of(&from, r) += by * (*place_of(&to, r) - *place_of(&from, r));
    return from;
}

mr_blend_now mr_blend_at(const mr_blend *blend, float opinions, float known) {
    int last = 0;
    while (last + 1 < blend->steps && blend->clicks[last + 1] <= opinions)
        last++;
    int next = last + 1 < blend->steps ? last + 1 : last;
    float by = 0;
    if (next > last && opinions > blend->clicks[last])
        by = (log1pf(opinions) - log1pf(blend->clicks[last])) /
             (log1pf(blend->clicks[next]) - log1pf(blend->clicks[last]));
    mr_blend_now now = {.inside =
                            between(between(blend->unknown[last], blend->unknown[next], by),
                                    between(blend->known[last], blend->known[next], by), known),
                        .outside = between(blend->outside[last], blend->outside[next], by)};
    float ratio = now.outside.scale / now.inside.scale;
    for (int t = 0; t < MR_TERM_COUNT; t++)
        now.outside.weight[t] *= mr_blend_is_fitted((mr_term)t) ? ratio : 1;
    now.shift = (now.outside.offset - now.inside.offset) / now.inside.scale;
    return now;
}

float mr_blend_chance(const mr_blend_now *now, float score) {
    float chance = 1 / (1 + expf(-(now->inside.scale * score + now->inside.offset)));
    return fmaxf(LEAST_CHANCE, fminf(1 - LEAST_CHANCE, chance));
}
