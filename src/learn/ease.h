/*
 * Item-item weights in closed form: how much having liked one film speaks for another.
 *
 *     double *gram;
 *     MR_TRY(mr_gram(&likes, 0.5, &gram));
 *     MR_TRY(mr_ease(gram, likes.items, 400, 0.8, weights));     // gram is used up
 *
 * Method: EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019). With the
 * 0-1 matrix X of users and items, G = X'X and P = (G + ridge I)^-1 the weight from item i to item
 * j is -P_ij / P_jj, and 0 from an item to itself. Two exponents generalise it:
 *
 * - user_power a: each user counts with (number of likes)^-a in G, scaled to a mean of 1, so that
 *   those who like hundreds of films do not speak for all. 0 is EASE.
 * - column_power t: the divisor is P_jj^t. 1 is EASE; less holds popular films back a little, 0 is
 *   the linear autoencoder without the constraint on the diagonal (Moon et al. 2023).
 *
 * All matrices are dense, row-major, items × items; a row is the liked item, a column the one that
 * it speaks for. Thread rule: no shared state; BLAS uses as many threads as it is told to.
 */
#ifndef MR_LEARN_EASE_H
#define MR_LEARN_EASE_H

#include "learn/interactions.h"

/* More items than this would need more than 2 GB for one matrix. */
#define MR_EASE_MAX_ITEMS 16384

/* X'WX with W the users' weights, in memory that the caller frees; MR_E_LIMIT for too many items.
 */
mr_status mr_gram(const mr_interactions *likes, double user_power, double **gram);

/* Fills the weights; `gram` is overwritten. MR_E_ENGINE when the matrix is not positive definite,
 * which a positive ridge rules out. */
mr_status mr_ease(double *gram, size_t items, double ridge, double column_power, float *weights);

/*
 * Weights of an ideal low-pass filter on the graph of items (Shen et al., "How Powerful is Graph
 * Convolution for Recommendation?", 2021): what the `rank` strongest eigenvectors V of
 * D^-1/2 G D^-1/2 keep, D^-1/2 V V' D^1/2, D being the diagonal of G; 0 from an item to itself. The
 * eigenvectors are found by subspace iteration from a seeded start. `gram` is left as it is.
 */
mr_status mr_low_pass(const double *gram, size_t items, int rank, float *weights);

/* Cosine of the columns of X, from a Gram matrix; 0 from an item to itself. */
void mr_cosines(const double *gram, size_t items, float *weights);

#endif
