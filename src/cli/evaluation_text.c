#include "cli/evaluation_text.h"

#include "base/labels.h"

#include <stdio.h>

static double percent(size_t part, size_t whole) {
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

/* ---- classes -------------------------------------------------------------------------------- */

static void print_class(const char *name, const mr_class_figures *f) {
    printf("%-10s %9.3f %9.3f %9.3f %9zu\n", name, f->precision, f->recall, f->f1, f->support);
}

static void print_classes(const char *what, const mr_classification *c, mr_labeller label) {
    printf("%-10s %9s %9s %9s %9s\n", what, "precision", "recall", "f1", "support");
    for (int i = 0; i < c->classes; i++)
        print_class(label(i), &c->per_class[i]);
    print_class("macro", &c->macro);
    print_class("weighted", &c->weighted);
    mr_interval interval = mr_wilson(c->right, c->count);
    printf("accuracy %.2f %% (95 %% interval %.2f-%.2f), balanced %.2f %%, macro f1 %.3f, "
           "log loss %.3f, ece %.3f\n",
           100 * c->accuracy, 100 * interval.low, 100 * interval.high, 100 * c->balanced_accuracy,
           c->macro.f1, c->log_loss, c->ece);
    for (int i = 0; i < c->classes; i++)
        if (mr_seldom_found(&c->per_class[i]))
            printf("warning: only %.1f %% of %s is found\n", 100 * c->per_class[i].recall,
                   label(i));
}

static void print_risk_row(const mr_risk_coverage *risk, const mr_risk_row *row) {
    size_t kept = risk->count - row->told;
    printf("%9.2f %8.1f %% %8.1f %% ", row->threshold, percent(row->told, risk->count),
           percent(row->right, row->told));
    if (kept > 0)
        printf("%8.1f %%\n", percent(risk->right - row->right, kept));
    else
        printf("%10s\n", "-");
}

static void print_risk(const mr_risk_coverage *risk) {
    printf("%9s %10s %10s %10s\n", "told from", "coverage", "right", "below");
    for (int i = 0; i < MR_RISK_ROWS; i++)
        print_risk_row(risk, &risk->rows[i]);
    printf(
        "said from %.2f on, else \"unsure\": %.1f %% are said, %.1f %% of them right; answers are "
        "right in %.0f %% from %.3f on\n",
        risk->bound, percent(risk->at_bound.told, risk->count),
        percent(risk->at_bound.right, risk->at_bound.told), 100 * risk->bound, risk->reached);
}

static void print_head(const char *what, const mr_classification *c, const mr_risk_coverage *risk,
                       mr_labeller label) {
    print_classes(what, c, label);
    puts("");
    print_risk(risk);
}

void mr_text_emotion_report(const mr_emotion_report *report) {
    printf("%zu pictures%s\n", report->images, report->degraded ? ", badly seen" : "");
    print_head("labels", &report->labels, &report->labels_risk, mr_emotion_label_at);
    if (!report->has_votes)
        return;
    printf("\n%zu pictures with a clear majority of votes\n", report->votes.count);
    print_head("votes", &report->votes, &report->votes_risk, mr_emotion_label_at);
    printf("\n%zu pictures with votes as they fell: %.2f %% of people say what is told, log loss "
           "%.3f, ece %.3f\n",
           report->people.count, 100 * report->people.share, report->people.log_loss,
           report->people.ece);
}

/* ---- age and groups ------------------------------------------------------------------------- */

static void print_ages(const mr_attributes_report *r) {
    printf("age        %9s %9s\n", "mae", "support");
    for (int i = 0; i < MR_DECADES; i++)
        if (r->decades[i].images)
            printf("%3d-%-6d %9.2f %9zu\n", 10 * i, 10 * i + 9, r->decades[i].mae,
                   r->decades[i].images);
    if (r->babies.images)
        printf("  0-%-6d %9.2f %9zu\n", MR_BABY_YEARS, r->babies.mae, r->babies.images);
    printf("mean error %.2f years, within 5 years %.2f %%, range right %.2f %%, 80 %% interval "
           "holds %.2f %%\n",
           r->age_mae, 100 * r->within_5, 100 * r->range_accuracy, 100 * r->interval_coverage);
    for (int i = 0; i < MR_AGE_BANDS; i++)
        if (r->bands[i].images)
            printf("  told from %2d years on: holds %.2f %% of %zu\n", mr_age_band_from(i),
                   100 * r->bands[i].interval_coverage, r->bands[i].images);
}

/* A figure with its interval; '!' where the group is worse than everybody. */
static void print_figure(const mr_fair_group *group, int metric, double factor) {
    const mr_interval *i = &group->intervals[metric];
    printf(" %6.*f (%.*f-%.*f)%c", factor > 1 ? 1 : 2, factor * group->figures[metric],
           factor > 1 ? 0 : 1, factor * i->low, factor > 1 ? 0 : 1, factor * i->high,
           group->worse[metric] ? '!' : ' ');
}

static void print_group(const mr_fair_group *group) {
    char name[MR_FAIR_NAME_MAX];
    mr_fair_group_name(group, name, sizeof name);
    printf("%-24s %7zu ", name, group->images);
    for (int k = 0; k < MR_FAIR_METRICS; k++)
        print_figure(group, k, k == MR_FAIR_AGE ? 1 : 100);
    puts(group->images < MR_FAIR_LEAST ? " too few" : "");
}

static bool is_worse(const mr_fair_group *group) {
    return group->worse[MR_FAIR_AGE] || group->worse[MR_FAIR_GENDER] ||
           group->worse[MR_FAIR_ETHNICITY];
}

static void print_worse(const mr_fairness *f) {
    static const char *const words[MR_FAIR_METRICS] = {"age", "gender", "ethnicity"};
    printf("worse than everybody by more than chance explains (%zu tests, Holm, level %.2f):\n",
           f->tests, MR_FAIR_LEVEL);
    size_t worse = 0;
    for (size_t i = 0; i < f->count; i++) {
        const mr_fair_group *group = &f->groups[i];
        if (!is_worse(group))
            continue;
        char name[MR_FAIR_NAME_MAX];
        mr_fair_group_name(group, name, sizeof name);
        printf("  %s:", name);
        for (int k = 0; k < MR_FAIR_METRICS; k++)
            if (group->worse[k])
                printf(" %s", words[k]);
        puts("");
        worse++;
    }
    if (worse == 0)
        puts("  none");
}

static void print_fairness(const mr_fairness *f) {
    printf("%-24s %7s  %-16s %-17s %s\n", "group", "support", "age mae", "gender %",
           "ethnicity % (95 % intervals)");
    for (size_t i = 0; i < f->count; i++)
        print_group(&f->groups[i]);
    print_worse(f);
}

void mr_text_attributes_report(const mr_attributes_report *report) {
    printf("%zu pictures%s", report->images, report->degraded ? ", badly seen" : "");
    if (report->crop == MR_CROP_DETECT)
        printf(", no face found on %zu of them by %s", report->undetected,
               mr_detector_label(report->detector));
    puts("");
    print_ages(report);
    puts("");
    print_head("gender", &report->gender, &report->gender_risk, mr_gender_label_at);
    puts("");
    print_head("ethnicity", &report->ethnicity, &report->ethnicity_risk, mr_ethnicity_label_at);
    puts("");
    print_fairness(&report->fairness);
}
