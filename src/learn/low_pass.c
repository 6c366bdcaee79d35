#include "learn/ease.h"

#include "base/memory.h"
#include "base/rng.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Vectors beyond the wanted ones make the iteration converge sooner (Halko et al. 2011). */
#define SPARE  16
#define ROUNDS 12
#define SEED   1

/* What the iteration works on: `columns` vectors over the items, row-major. */
typedef struct subspace {
    const double *gram;
    size_t items, columns;
    double *scale;          /* D^-1/2, 0 for an item that nobody likes */
    double *basis, *image;  /* items × columns */
    double *small, *values; /* columns × columns, columns */
} subspace;

static void subspace_free(subspace *s) {
    free(s->scale);
    free(s->basis);
    free(s->image);
    free(s->small);
    free(s->values);
}

static mr_status subspace_make(const double *gram, size_t items, size_t columns, subspace *out) {
    *out = (subspace){.gram = gram,
                      .items = items,
                      .columns = columns,
                      .scale = mr_alloc(items * sizeof(double)),
                      .basis = mr_alloc(items * columns * sizeof(double)),
                      .image = mr_alloc(items * columns * sizeof(double)),
                      .small = mr_alloc(columns * columns * sizeof(double)),
                      .values = mr_alloc(columns * sizeof(double))};
    if (!out->scale || !out->basis || !out->image || !out->small || !out->values) {
        subspace_free(out);
        return mr_fail(MR_E_MEMORY, "low pass: no memory for %zu vectors", columns);
    }
    for (size_t i = 0; i < items; i++)
        out->scale[i] = gram[i * items + i] > 0 ? 1 / sqrt(gram[i * items + i]) : 0;
    mr_rng rng = mr_rng_seeded(SEED);
    for (size_t i = 0; i < items * columns; i++)
        out->basis[i] = mr_rng_normal(&rng);
    return MR_OK;
}

static void scale_rows(subspace *s, double *rows) {
    for (size_t i = 0; i < s->items; i++)
        cblas_dscal((int)s->columns, s->scale[i], rows + i * s->columns, 1);
}

/* image = D^-1/2 G D^-1/2 basis; the basis is scaled on the way. */
static void apply(subspace *s) {
    int n = (int)s->items, k = (int)s->columns;
    scale_rows(s, s->basis);
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, n, k, 1, s->gram, n, s->basis, k, 0, s->image,
                k);
    scale_rows(s, s->image);
}

/* Orthonormal columns that span the image become the basis. */
static mr_status orthonormalise(subspace *s) {
    lapack_int n = (lapack_int)s->items, k = (lapack_int)s->columns;
    double *kept = s->basis;
    s->basis = s->image;
    s->image = kept;
    lapack_int info = LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, n, k, s->basis, k, s->values);
    if (info == 0)
        info = LAPACKE_dorgqr(LAPACK_ROW_MAJOR, n, k, k, s->basis, k, s->values);
    return info == 0 ? MR_OK
                     : mr_fail(MR_E_ENGINE, "low pass: no orthonormal basis (%d)", (int)info);
}

/* Turns the basis into eigenvectors, weakest first (Rayleigh and Ritz). */
static mr_status rotate(subspace *s) {
    int n = (int)s->items, k = (int)s->columns;
    double *kept = mr_alloc(s->items * s->columns * sizeof *kept);
    if (!kept)
        return mr_fail(MR_E_MEMORY, "low pass: no memory for %d vectors", k);
    cblas_dcopy(n * k, s->basis, 1, kept, 1);
    apply(s);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, k, n, 1, kept, k, s->image, k, 0,
                s->small, k);
    lapack_int info = LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', k, s->small, k, s->values);
    if (info == 0)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, k, k, 1, kept, k, s->small, k, 0,
                    s->basis, k);
    free(kept);
    return info == 0 ? MR_OK : mr_fail(MR_E_ENGINE, "low pass: no eigenvectors (%d)", (int)info);
}

/* The weights, a row of them at a time, from the strongest `rank` eigenvectors. */
static mr_status filter(const subspace *s, size_t rank, float *weights) {
    size_t n = s->items, k = s->columns;
    double *row = mr_alloc(n * sizeof *row);
    if (!row)
        return mr_fail(MR_E_MEMORY, "low pass: no memory for a row");
    const double *strongest = s->basis + (k - rank);
    for (size_t i = 0; i < n; i++) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)rank, s->scale[i], strongest, (int)k,
                    strongest + i * k, 1, 0, row, 1);
        for (size_t j = 0; j < n; j++)
            weights[i * n + j] = i != j && s->scale[j] > 0 ? (float)(row[j] / s->scale[j]) : 0;
    }
    free(row);
    return MR_OK;
}

mr_status mr_low_pass(const double *gram, size_t items, int rank, float *weights) {
    size_t wanted = (size_t)rank < items ? (size_t)rank : items;
    size_t columns = wanted + SPARE < items ? wanted + SPARE : items;
    subspace s;
    MR_TRY(subspace_make(gram, items, columns, &s));
    mr_status status = MR_OK;
    for (int round = 0; round < ROUNDS && status == MR_OK; round++) {
        apply(&s);
        status = orthonormalise(&s);
    }
    if (status == MR_OK)
        status = rotate(&s);
    if (status == MR_OK)
        status = filter(&s, wanted, weights);
    subspace_free(&s);
    return status;
}
