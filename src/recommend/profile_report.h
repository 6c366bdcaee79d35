/*
 * How well the forest predicts the film from age, gender and emotion: a full classification report
 * on the held-out fifth of the profile set, beside what is possible at best.
 *
 * Thread rule: a report belongs to its owner.
 */
#ifndef MR_RECOMMEND_PROFILE_REPORT_H
#define MR_RECOMMEND_PROFILE_REPORT_H

#include "recommend/profile_forest.h"
#include "recommend/profile_generate.h"

/* Accuracy that the paper behind this project reports for its Random Forest on its own 539 held-out
 * rows; another set, so a mark beside the figures, not a contest. */
#define MR_PROFILE_PAPER_ACCURACY 0.63

typedef struct mr_precision_recall {
    double precision, recall, f1; /* 0 where nothing was predicted, or nothing was there */
} mr_precision_recall;

typedef struct mr_profile_report {
    size_t rows, films; /* rows judged; different films in them or in predictions */
    double accuracy;
    double most_common;           /* accuracy of always naming the training rows' commonest film */
    double bayes;                 /* of the best possible prediction, exact; NaN without process */
    double bayes_held_out;        /* the same prediction, on these rows; NaN without process */
    mr_precision_recall macro;    /* mean over the films */
    mr_precision_recall weighted; /* mean weighted by support */
    size_t film_count;            /* classes, with those that do not occur */
    mr_precision_recall *of_film; /* of each class */
    uint32_t *support;            /* rows of each class */
    uint32_t *predicted;          /* predictions of each class */
    uint32_t *catalogue_film;     /* catalogue index of each class */
} mr_profile_report;

/*
 * Judges the forest on the given rows of a set (the first held_out of mr_profiles_split). `process`
 * is what the set was drawn from, or NULL. Classes of set and forest must be the same.
 */
mr_status mr_profile_report_make(const mr_profile_forest *belief, const mr_profile_set *set,
                                 const uint32_t *rows, size_t count,
                                 const mr_profile_process *process, mr_profile_report *out);

void mr_profile_report_free(mr_profile_report *report);

/* The report as a table for people (columns as scikit-learn's classification_report), a new string
 * that the caller frees; NULL when memory is out. */
char *mr_profile_report_text(const mr_profile_report *report, const mr_catalogue *catalogue);

/*
 * The whole of `train forest`: loads profiles from data_folder, trains on four fifths, judges on
 * the held-out fifth and saves the model and report.txt to model_folder. `params` NULL: those of
 * mr_profile_forest_params.
 */
mr_status mr_profile_forest_build(const mr_catalogue *catalogue, const char *data_folder,
                                  const char *model_folder, const mr_forest_params *params,
                                  mr_profile_report *report);

/* The whole of `evaluate forest`: the same report for the saved model. */
mr_status mr_profile_forest_evaluate(const mr_catalogue *catalogue, const char *data_folder,
                                     const char *model_folder, mr_profile_report *report);

#endif
