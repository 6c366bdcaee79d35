/*
 * Where the profile set comes from: a stated, seeded random process.
 *
 * No public set tells which film people of an age, gender and mood chose, so data/profiles.csv is
 * drawn from this process. It rests on real statistics as far as there are any (taste.h) and on
 * assumptions that are written down as such (mood.csv, the params below, the shares in the .c
 * file). A person in a cell values film f at
 *
 *     u(f) = taste × liking of its genres by age and gender + mood × wish for them in this mood
 *            − era × decades between the film and the person's twenties + appeal × N(cell, f)
 *
 * and chooses it with probability proportional to exp(decisiveness × u(f)). N is standard normal,
 * drawn once for each cell and film: what is talked about among such people, which no statistic
 * here explains. Films that the certificate forbids at the middle of the age range are never
 * chosen. Decisiveness is an assumption, and it alone sets how predictable people are: the accuracy
 * of the best possible predictor is known exactly (mr_profile_process_bayes). Accuracies on this
 * set say how well a model learns the process, not how well it knows people.
 *
 * Ownership: the caller frees; the catalogue must outlive the process. Thread rule: read-only.
 */
#ifndef MR_RECOMMEND_PROFILE_GENERATE_H
#define MR_RECOMMEND_PROFILE_GENERATE_H

#include "recommend/catalogue.h"
#include "recommend/taste.h"
#include "recommend/watcher.h"

typedef struct mr_profile_process_params {
    double taste, mood, era, appeal, decisiveness;
    uint64_t seed;
    size_t rows;
} mr_profile_process_params;

/* What data/profiles.csv was made with. */
mr_profile_process_params mr_profile_process_defaults(void);

typedef struct mr_profile_process {
    mr_profile_process_params params;
    const mr_catalogue *catalogue;
    uint32_t *films; /* catalogue indices of the films that can be chosen */
    size_t film_count;
    double share[MR_CELLS]; /* how often a cell occurs; sums to one */
    double *choice;         /* MR_CELLS × film_count: probability of each film in each cell */
} mr_profile_process;

/* Reads taste.csv, mood.csv and profile_films.csv in `folder`. */
mr_status mr_profile_process_make(const mr_catalogue *catalogue, const char *folder,
                                  const mr_profile_process_params *params, mr_profile_process *out);

void mr_profile_process_free(mr_profile_process *process);

/* Catalogue index of the film that is most often chosen in a cell. */
uint32_t mr_profile_process_best(const mr_profile_process *process, int cell);

/* Bayes-optimal accuracy: how often the best possible prediction from the cell is right. */
double mr_profile_process_bayes(const mr_profile_process *process);

/* Draws params.rows people and writes them as CSV. The same process gives the same bytes. */
mr_status mr_profile_process_write(const mr_profile_process *process, const char *path);

#endif
