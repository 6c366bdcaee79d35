#include "learn/ease.h"

#include "base/memory.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

static double *square(size_t items) {
    size_t cells, bytes;
    return mr_multiply(items, items, &cells) && mr_multiply(cells, sizeof(double), &bytes)
               ? mr_alloc(bytes)
               : NULL;
}

/* Mean over users of n^-power, by which weights are divided. */
static double mean_weight(const mr_interactions *likes, double power) {
    double sum = 0;
    size_t users = 0;
    for (size_t u = 0; u < likes->users; u++)
        if (mr_interactions_of(likes, u) > 0) {
            sum += pow((double)mr_interactions_of(likes, u), -power);
            users++;
        }
    return users ? sum / (double)users : 1;
}

mr_status mr_gram(const mr_interactions *likes, double user_power, double **gram) {
    size_t items = likes->items;
    if (items > MR_EASE_MAX_ITEMS)
        return mr_fail(MR_E_LIMIT, "ease: %zu items, at most %d are allowed", items,
                       MR_EASE_MAX_ITEMS);
    double *made = square(items);
    if (!made)
        return mr_fail(MR_E_MEMORY, "ease: no memory for a matrix of %zu items", items);
    double mean = mean_weight(likes, user_power);
    for (size_t u = 0; u < likes->users; u++) {
        const uint32_t *item = likes->item + likes->start[u];
        size_t n = mr_interactions_of(likes, u);
        double weight = n > 0 ? pow((double)n, -user_power) / mean : 0;
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b <= a; b++)
                made[item[a] * items + item[b]] += weight;
    }
    for (size_t i = 0; i < items; i++)
        for (size_t j = 0; j < i; j++)
            made[j * items + i] = made[i * items + j];
    *gram = made;
    return MR_OK;
}

/* From the inverse, of which the upper triangle is there. */
static void weights_of(const double *inverse, size_t items, double column_power, float *weights) {
    for (size_t i = 0; i < items; i++)
        weights[i * items + i] = (float)pow(inverse[i * items + i], -column_power);
    for (size_t i = 0; i < items; i++)
        for (size_t j = i + 1; j < items; j++) {
            float link = (float)-inverse[i * items + j];
            weights[i * items + j] = link * weights[j * items + j];
            weights[j * items + i] = link * weights[i * items + i];
        }
    for (size_t i = 0; i < items; i++)
        weights[i * items + i] = 0;
}

mr_status mr_ease(double *gram, size_t items, double ridge, double column_power, float *weights) {
    lapack_int n = (lapack_int)items;
    for (size_t i = 0; i < items; i++)
        gram[i * items + i] += ridge;
    /* A symmetric matrix is the same by rows and by columns. Column-major spares LAPACKE a copy;
     * what it calls the lower triangle is our upper one. */
    lapack_int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, gram, n);
    if (info == 0)
        info = LAPACKE_dpotri(LAPACK_COL_MAJOR, 'L', n, gram, n);
    if (info != 0)
        return mr_fail(info == LAPACK_WORK_MEMORY_ERROR ? MR_E_MEMORY : MR_E_ENGINE,
                       "ease: the matrix of %zu items cannot be inverted (%d)", items, (int)info);
    weights_of(gram, items, column_power, weights);
    return MR_OK;
}

void mr_cosines(const double *gram, size_t items, float *weights) {
    for (size_t i = 0; i < items; i++)
        for (size_t j = 0; j < items; j++) {
            double size = sqrt(gram[i * items + i] * gram[j * items + j]);
            weights[i * items + j] = i != j && size > 0 ? (float)(gram[i * items + j] / size) : 0;
        }
}
