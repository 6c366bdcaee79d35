/*
 * A watcher: what the recommender may know of one person, as distributions.
 *
 * Age, gender and emotion are used, each only if it was estimated or stated. Ethnicity is never
 * looked at. Combinations of the three are numbered as cells, MR_CELLS of them, so that a belief
 * about people is a table with a row for each cell. Thread rule: values only.
 */
#ifndef MR_RECOMMEND_WATCHER_H
#define MR_RECOMMEND_WATCHER_H

#include "moodreel/types.h"

/* Age groups as MovieLens asks for them, by their first year. */
#define MR_AUDIENCE_AGES                                                                           \
    { 0, 18, 25, 35, 45, 50, 56 }
enum { MR_AUDIENCE_AGE_COUNT = 7 };

#define MR_CELLS (MR_AGE_RANGE_COUNT * MR_GENDER_COUNT * MR_EMOTION_COUNT)

typedef struct mr_watcher {
    bool has_age, has_gender, has_emotion;
    /* Each sums to one where its flag is set, and is zero otherwise. */
    float age[MR_AGE_RANGE_COUNT];
    float gender[MR_GENDER_COUNT];
    float emotion[MR_EMOTION_COUNT];
    float group[MR_AUDIENCE_AGE_COUNT]; /* the age once more, by MovieLens' groups; all zero: only
                                           the ranges are known */
    int youngest; /* youngest plausible age in whole years; 0 when the age is not known */
} mr_watcher;

/* The group of an age in years. */
int mr_audience_age_of(int years);

/* What one cell stands for. */
typedef struct mr_cell {
    mr_age_range age;
    mr_gender gender;
    mr_emotion emotion;
} mr_cell;

int mr_cell_number(mr_cell cell);
mr_cell mr_cell_of(int number);

/*
 * The watcher that a face, or a person's own statement, shows. Values that are no probabilities
 * (negative, NaN) count as zero, and an attribute of which nothing is left counts as not known.
 * The youngest plausible age is the lower end of the age interval, rounded down.
 */
mr_watcher mr_watcher_of(const mr_attributes *attributes);

/*
 * Probability of each cell. An attribute that is not known takes its shares from `shares`, how
 * often each cell occurs in general (any scale), given what is known.
 */
void mr_watcher_cells(const mr_watcher *watcher, const float shares[MR_CELLS],
                      float cells[MR_CELLS]);

#endif
