#include "recommend/profile_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mr_profile_report_free(mr_profile_report *report) {
    free(report->of_film);
    free(report->support);
    free(report->predicted);
    free(report->catalogue_film);
    *report = (mr_profile_report){0};
}

static double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

static mr_status allocate(const mr_profile_forest *belief, mr_profile_report *report) {
    size_t n = belief->film_count;
    report->film_count = n;
    report->of_film = calloc(n, sizeof *report->of_film);
    report->support = calloc(n, sizeof *report->support);
    report->predicted = calloc(n, sizeof *report->predicted);
    report->catalogue_film = malloc(n * sizeof *report->catalogue_film);
    if (!report->of_film || !report->support || !report->predicted || !report->catalogue_film)
        return mr_fail(MR_E_MEMORY, "no memory for a report on %zu films", n);
    memcpy(report->catalogue_film, belief->films, n * sizeof *belief->films);
    return MR_OK;
}

/* Fills precision, recall and F1 of each film and their means; of_film[f].recall holds the number
 * of right predictions of film f on entry. */
static void finish(mr_profile_report *report) {
    for (size_t f = 0; f < report->film_count; f++) {
        mr_precision_recall *film = &report->of_film[f];
        double right = film->recall;
        film->precision = ratio(right, report->predicted[f]);
        film->recall = ratio(right, report->support[f]);
        film->f1 = ratio(2 * film->precision * film->recall, film->precision + film->recall);
        report->films += report->support[f] || report->predicted[f];
    }
    for (size_t f = 0; f < report->film_count; f++) {
        const mr_precision_recall *film = &report->of_film[f];
        double even = report->support[f] || report->predicted[f] ? 1.0 / (double)report->films : 0;
        double weight = (double)report->support[f] / (double)report->rows;
        report->macro.precision += even * film->precision;
        report->macro.recall += even * film->recall;
        report->macro.f1 += even * film->f1;
        report->weighted.precision += weight * film->precision;
        report->weighted.recall += weight * film->recall;
        report->weighted.f1 += weight * film->f1;
    }
}

/* Accuracy of always naming the film that is commonest outside of the judged rows. */
static mr_status judge_most_common(const mr_profile_set *set, mr_profile_report *report) {
    size_t *rows_of = calloc(set->film_count, sizeof *rows_of);
    if (!rows_of)
        return mr_fail(MR_E_MEMORY, "no memory for a report");
    for (size_t row = 0; row < set->count; row++)
        rows_of[set->rows[row].film]++;
    size_t best = 0;
    for (size_t f = 0; f < set->film_count; f++)
        if (rows_of[f] - report->support[f] > rows_of[best] - report->support[best])
            best = f;
    report->most_common = ratio(report->support[best], (double)report->rows);
    free(rows_of);
    return MR_OK;
}

mr_status mr_profile_report_make(const mr_profile_forest *belief, const mr_profile_set *set,
                                 const uint32_t *rows, size_t count,
                                 const mr_profile_process *process, mr_profile_report *out) {
    if (belief->film_count != set->film_count ||
        memcmp(belief->films, set->films, set->film_count * sizeof *set->films) != 0 || count == 0)
        return mr_fail(MR_E_MISMATCH, "the forest was trained on other films than the profiles'");
    mr_profile_report report = {.rows = count, .bayes = NAN, .bayes_held_out = NAN};
    mr_status status = allocate(belief, &report);
    size_t right = 0, bayes_right = 0;
    for (size_t i = 0; i < count && status == MR_OK; i++) {
        const mr_profile *profile = &set->rows[rows[i]];
        size_t predicted = mr_profile_forest_best(belief, profile->cell);
        bool hit = predicted == profile->film;
        report.support[profile->film]++;
        report.predicted[predicted]++;
        report.of_film[profile->film].recall += hit;
        right += hit;
        if (process)
            bayes_right +=
                mr_profile_process_best(process, profile->cell) == set->films[profile->film];
    }
    if (status == MR_OK)
        status = judge_most_common(set, &report);
    if (status != MR_OK) {
        mr_profile_report_free(&report);
        return status;
    }
    report.accuracy = ratio((double)right, (double)count);
    if (process) {
        report.bayes = mr_profile_process_bayes(process);
        report.bayes_held_out = ratio((double)bayes_right, (double)count);
    }
    finish(&report);
    *out = report;
    return MR_OK;
}

static void print_line(FILE *file, const char *name, const mr_precision_recall *line,
                       size_t support) {
    fprintf(file, "%-46.46s %9.3f %9.3f %9.3f %9zu\n", name, line->precision, line->recall,
            line->f1, support);
}

char *mr_profile_report_text(const mr_profile_report *report, const mr_catalogue *catalogue) {
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    fprintf(file, "%-46s %9s %9s %9s %9s\n", "film", "precision", "recall", "f1", "support");
    for (size_t f = 0; f < report->film_count; f++)
        if (report->support[f] || report->predicted[f])
            print_line(file, mr_catalogue_entry(catalogue, report->catalogue_film[f])->title,
                       &report->of_film[f], report->support[f]);
    putc('\n', file);
    print_line(file, "macro average", &report->macro, report->rows);
    print_line(file, "weighted average", &report->weighted, report->rows);
    fprintf(file, "\naccuracy on %zu held-out rows        %.4f\n", report->rows, report->accuracy);
    fprintf(file, "commonest film                       %.4f\n", report->most_common);
    fprintf(file, "Bayes-optimal, on the same rows      %.4f\n", report->bayes_held_out);
    fprintf(file, "Bayes-optimal, exact                 %.4f\n", report->bayes);
    fprintf(file, "the paper's forest, on its own set   %.4f\n", MR_PROFILE_PAPER_ACCURACY);
    if (fclose(file) == 0)
        return text;
    free(text);
    return NULL;
}
