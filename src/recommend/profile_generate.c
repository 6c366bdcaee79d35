#include "recommend/profile_generate.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/text_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Assumed shares of viewers by age range and of moods before a film; genders are even. */
static const double age_shares[MR_AGE_RANGE_COUNT] = {0.01, 0.06, 0.16, 0.27, 0.21,
                                                      0.13, 0.09, 0.05, 0.02};
static const double emotion_shares[MR_EMOTION_COUNT] = {
    [MR_ANGRY] = 0.10,   [MR_DISGUST] = 0.05, [MR_FEAR] = 0.06,    [MR_HAPPY] = 0.28,
    [MR_NEUTRAL] = 0.28, [MR_SAD] = 0.14,     [MR_SURPRISE] = 0.09};

/* The age that stands for a range, in years. */
static const int middle_ages[MR_AGE_RANGE_COUNT] = {1, 6, 15, 25, 35, 45, 55, 65, 75};

/* The year in which the viewers are asked, and the age whose films people are fondest of. */
#define SURVEY_YEAR 2020
#define FOND_AGE    20

mr_profile_process_params mr_profile_process_defaults(void) {
    return (mr_profile_process_params){.taste = 1.0,
                                       .mood = 1.0,
                                       .era = 0.15,
                                       .appeal = 0.3,
                                       .decisiveness = 24.0,
                                       .seed = 2020,
                                       .rows = 2696};
}

void mr_profile_process_free(mr_profile_process *process) {
    free(process->films);
    free(process->choice);
    *process = (mr_profile_process){0};
}

static mr_status read_films(const mr_csv *csv, const char *path, mr_profile_process *process) {
    int column = mr_csv_column(csv, "id");
    if (column < 0 || csv->rows == 0)
        return mr_fail(MR_E_FORMAT, "%s: line 1: expected a column 'id' and films below it", path);
    process->films = calloc(csv->rows, sizeof *process->films);
    process->choice = calloc(csv->rows, MR_CELLS * sizeof *process->choice);
    if (!process->films || !process->choice)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu films", path, csv->rows);
    for (size_t row = 0; row < csv->rows; row++) {
        const char *id = mr_csv_field(csv, row, column);
        long film = mr_catalogue_find(process->catalogue, id);
        if (film < 0)
            return mr_fail(MR_E_MISMATCH, "%s: line %zu: film '%.40s' is not in the catalogue",
                           path, csv->lines[row], id);
        process->films[process->film_count++] = (uint32_t)film;
    }
    return MR_OK;
}

/* u(f) of the header's formula, without the random appeal. */
static double value_of(const mr_profile_process_params *params, const mr_taste *taste,
                       const mr_mood *mood, mr_cell cell, const mr_catalogue_film *film) {
    int fond_year = SURVEY_YEAR - middle_ages[cell.age] + FOND_AGE;
    if (fond_year > SURVEY_YEAR)
        fond_year = SURVEY_YEAR;
    return params->taste * mr_genre_fit(taste->liking[cell.age][cell.gender], film->genres) +
           params->mood * mr_genre_fit(mood->wish[MR_MOOD_AUTO][cell.emotion], film->genres) -
           params->era * abs(film->year - fond_year) / 10.0;
}

/* Fills the choice probabilities of one cell. */
static mr_status fill_cell(mr_profile_process *process, const mr_taste *taste, const mr_mood *mood,
                           int number) {
    const mr_profile_process_params *params = &process->params;
    mr_cell cell = mr_cell_of(number);
    double *choice = process->choice + (size_t)number * process->film_count;
    double best = -INFINITY, sum = 0;
    for (size_t f = 0; f < process->film_count; f++) {
        const mr_catalogue_film *film = mr_catalogue_entry(process->catalogue, process->films[f]);
        mr_rng rng = mr_rng_keyed(params->seed, (uint64_t)number, f);
        double appeal = params->appeal * mr_rng_normal(&rng);
        choice[f] = film->minimum_age <= middle_ages[cell.age]
                        ? value_of(params, taste, mood, cell, film) + appeal
                        : -INFINITY;
        best = fmax(best, choice[f]);
    }
    if (best == -INFINITY)
        return mr_fail(MR_E_MISMATCH, "no film may be shown to the age range %s",
                       mr_age_range_label(cell.age));
    for (size_t f = 0; f < process->film_count; f++)
        sum += choice[f] = exp(params->decisiveness * (choice[f] - best));
    for (size_t f = 0; f < process->film_count; f++)
        choice[f] /= sum;
    process->share[number] = age_shares[cell.age] * emotion_shares[cell.emotion] / MR_GENDER_COUNT;
    return MR_OK;
}

static mr_status load_films(const char *folder, mr_profile_process *process) {
    char *path = mr_path_join(folder, "profile_films.csv");
    if (!path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    mr_csv csv;
    mr_status status = mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv);
    if (status == MR_OK) {
        status = read_films(&csv, path, process);
        mr_csv_free(&csv);
    }
    free(path);
    return status;
}

static mr_status make(mr_profile_process *process, const char *folder) {
    mr_taste taste;
    mr_mood mood;
    MR_TRY(mr_taste_and_mood_load(folder, &taste, &mood));
    MR_TRY(load_films(folder, process));
    for (int cell = 0; cell < MR_CELLS; cell++)
        MR_TRY(fill_cell(process, &taste, &mood, cell));
    return MR_OK;
}

mr_status mr_profile_process_make(const mr_catalogue *catalogue, const char *folder,
                                  const mr_profile_process_params *params,
                                  mr_profile_process *out) {
    mr_profile_process process = {.params = params ? *params : mr_profile_process_defaults(),
                                  .catalogue = catalogue};
    mr_status status = make(&process, folder);
    if (status == MR_OK)
        *out = process;
    else
        mr_profile_process_free(&process);
    return status;
}

static size_t best_choice(const mr_profile_process *process, int cell) {
    const double *choice = process->choice + (size_t)cell * process->film_count;
    size_t best = 0;
    for (size_t f = 1; f < process->film_count; f++)
        if (choice[f] > choice[best])
            best = f;
    return best;
}

uint32_t mr_profile_process_best(const mr_profile_process *process, int cell) {
    return process->films[best_choice(process, cell)];
}

double mr_profile_process_bayes(const mr_profile_process *process) {
    double right = 0;
    for (int cell = 0; cell < MR_CELLS; cell++)
        right += process->share[cell] *
                 process->choice[(size_t)cell * process->film_count + best_choice(process, cell)];
    return right;
}

/* An index drawn with the given probabilities. */
static size_t draw(mr_rng *rng, const double *probabilities, size_t n) {
    double rest = mr_rng_uniform(rng);
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (probabilities[i] <= 0)
            continue;
        last = i;
        if ((rest -= probabilities[i]) < 0)
            break;
    }
    return last;
}

mr_status mr_profile_process_write(const mr_profile_process *process, const char *path) {
    mr_text_file text;
    MR_TRY(mr_text_file_begin(path, &text));
    fputs("age_range,gender,emotion,film\n", text.out);
    for (size_t row = 0; row < process->params.rows; row++) {
        mr_rng rng = mr_rng_keyed(process->params.seed, MR_CELLS, row);
        int number = (int)draw(&rng, process->share, MR_CELLS);
        size_t film =
            draw(&rng, process->choice + (size_t)number * process->film_count, process->film_count);
        mr_cell cell = mr_cell_of(number);
        fprintf(text.out, "%s,%s,%s,%s\n", mr_age_range_label(cell.age),
                mr_gender_label(cell.gender), mr_emotion_label(cell.emotion),
                mr_catalogue_entry(process->catalogue, process->films[film])->id);
    }
    return mr_text_file_end(&text);
}
