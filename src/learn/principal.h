/*
 * Principal directions of vectors that arrive bit by bit: their mean, their covariance, and the
 * eigenvectors of that.
 *
 *     mr_principal *found;
 *     MR_TRY(mr_principal_create(channels, &found));
 *     MR_TRY(mr_principal_add(found, columns, count));        // as often as there is more
 *     MR_TRY(mr_principal_solve(found));
 *     const float *first = mr_principal_direction(found, 0);
 *
 * Ownership: create allocates, free frees. Thread rule: one thread at a time.
 */
#ifndef MR_LEARN_PRINCIPAL_H
#define MR_LEARN_PRINCIPAL_H

#include "base/error.h"

typedef struct mr_principal mr_principal;

/* MR_E_MEMORY, as of adding. */
mr_status mr_principal_create(int channels, mr_principal **out);
void mr_principal_free(mr_principal *principal);

/* Adds `count` vectors, the columns of a matrix of channels × count. */
mr_status mr_principal_add(mr_principal *principal, const float *columns, int count);

/* Once, after the last vector. MR_E_ARGUMENT when there were none, MR_E_ENGINE when LAPACK finds no
 * eigenvectors. */
mr_status mr_principal_solve(mr_principal *principal);

/* After that: the mean, and unit vectors by falling variance, `channels` floats each. */
const float *mr_principal_mean(const mr_principal *principal);
const float *mr_principal_direction(const mr_principal *principal, int index);

/* Share of the variance in the first `count` directions; 1 when nothing varies. */
double mr_principal_share(const mr_principal *principal, int count);

#endif
