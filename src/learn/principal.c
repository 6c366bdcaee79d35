#include "learn/principal.h"

#include "base/memory.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdlib.h>

struct mr_principal {
    int channels;
    double count;
    double *sums;      /* of each channel */
    double *products;  /* sums of products, the upper triangle by rows; then the eigenvectors */
    double *widened;   /* a batch in double precision */
    size_t room;       /* numbers that fit into it */
    double *variances; /* rising */
    float *mean, *directions;
};

mr_status mr_principal_create(int channels, mr_principal **out) {
    size_t n = (size_t)channels;
    mr_principal *made = mr_alloc(sizeof *made);
    if (!made)
        return mr_fail(MR_E_MEMORY, "no memory for directions of %d channels", channels);
    *made = (mr_principal){.channels = channels,
                           .sums = mr_alloc(n * sizeof(double)),
                           .products = mr_alloc(n * n * sizeof(double)),
                           .variances = mr_alloc(n * sizeof(double)),
                           .mean = mr_alloc(n * sizeof(float)),
                           .directions = mr_alloc(n * n * sizeof(float))};
    if (!made->sums || !made->products || !made->variances || !made->mean || !made->directions) {
        mr_principal_free(made);
        return mr_fail(MR_E_MEMORY, "no memory for directions of %d channels", channels);
    }
    *out = made;
    return MR_OK;
}

void mr_principal_free(mr_principal *principal) {
    if (!principal)
        return;
    free(principal->sums);
    free(principal->products);
    free(principal->widened);
    free(principal->variances);
    free(principal->mean);
    free(principal->directions);
    free(principal);
}

mr_status mr_principal_add(mr_principal *principal, const float *columns, int count) {
    int n = principal->channels;
    size_t size = (size_t)n * (size_t)count;
    if (!mr_grow(&principal->widened, &principal->room, size, sizeof(double)))
        return mr_fail(MR_E_MEMORY, "no memory for %d vectors of %d channels", count, n);
    for (int c = 0; c < n; c++)
        for (int k = 0; k < count; k++) {
            size_t at = (size_t)c * (size_t)count + (size_t)k;
            principal->widened[at] = (double)columns[at];
            principal->sums[c] += principal->widened[at];
        }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, count, 1, principal->widened, count, 1,
                principal->products, n);
    principal->count += count;
    return MR_OK;
}

mr_status mr_principal_solve(mr_principal *principal) {
    int n = principal->channels;
    if (principal->count == 0)
        return mr_fail(MR_E_ARGUMENT, "principal directions of no vectors");
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++) {
            double *product = &principal->products[(size_t)i * (size_t)n + (size_t)j];
            *product = *product / principal->count - principal->sums[i] / principal->count *
                                                         principal->sums[j] / principal->count;
        }
    /* The upper triangle by rows is the lower one by columns, and eigenvectors by columns are rows.
     */
    lapack_int info =
        LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, principal->products, n, principal->variances);
    if (info != 0)
        return mr_fail(MR_E_ENGINE, "a covariance of %d channels has no eigenvectors (%d)", n,
                       (int)info);
    for (int i = 0; i < n; i++) {
        principal->mean[i] = (float)(principal->sums[i] / principal->count);
        for (int c = 0; c < n; c++)
            principal->directions[(size_t)i * (size_t)n + (size_t)c] =
                (float)principal->products[(size_t)(n - 1 - i) * (size_t)n + (size_t)c];
    }
    return MR_OK;
}

const float *mr_principal_mean(const mr_principal *principal) {
    return principal->mean;
}

const float *mr_principal_direction(const mr_principal *principal, int index) {
    return principal->directions + (size_t)index * (size_t)principal->channels;
}

double mr_principal_share(const mr_principal *principal, int count) {
    double all = 0, kept = 0;
    for (int i = 0; i < principal->channels; i++) {
        double variance = principal->variances[principal->channels - 1 - i];
        all += variance > 0 ? variance : 0;
        kept += i < count && variance > 0 ? variance : 0;
    }
    return all > 0 ? kept / all : 1;
}
