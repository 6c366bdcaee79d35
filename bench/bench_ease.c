/*
 * bench_ease [ITEMS [USERS]]: training of the collaborative filter on made likes of MovieLens-1M's
 * size (2,810 films, 5,949 users, 96 likes each), and what a click costs afterwards.
 *
 * The answer is one JSON object. The closed form of EASE takes items³ multiplications and additions
 * in pairs (Cholesky a third of it, the inverse from it the rest), that is items³ operations in
 * all; their rate is given as a share of what dgemm of the same BLAS reaches in the same run on
 * matrices of 2,000 rows. Times are the best of three.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/ease.h"
#include "learn/train_collaborative.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define RUNS   3
#define LIKES  96
#define MATRIX 2000
#define CLICKS 1000

/* Users who like popular items (low numbers) far more often. */
static mr_status make_likes(size_t users, size_t items, mr_interactions *out) {
    *out = (mr_interactions){.users = users,
                             .items = items,
                             .start = mr_alloc((users + 1) * sizeof *out->start),
                             .item = mr_alloc(users * items * sizeof *out->item),
                             .user_of = mr_alloc(users * sizeof *out->user_of),
                             .film_of = mr_alloc(items * sizeof *out->film_of),
                             .audience = mr_alloc(users)};
    if (!out->start || !out->item || !out->user_of || !out->film_of || !out->audience)
        return mr_fail(MR_E_MEMORY, "no memory for %zu users", users);
    mr_rng rng = mr_rng_seeded(1);
    for (size_t u = 0; u < users; u++) {
        out->audience[u] = (uint8_t)(u % MR_AUDIENCES);
        for (size_t i = 0; i < items; i++) {
            double popular =
                5 * LIKES * 0.2 / (double)items * 4 / (1 + 19.0 * (double)i / (double)items);
            if (mr_rng_uniform(&rng) < popular)
                out->item[out->count++] = (uint32_t)i;
        }
        out->start[u + 1] = (uint32_t)out->count;
    }
    return MR_OK;
}

/* Operations a second of dgemm. */
static double blas_rate(void) {
    double *a = mr_alloc(3 * (size_t)MATRIX * MATRIX * sizeof *a), best = 0;
    for (int run = 0; run < RUNS && a; run++) {
        double *b = a + (size_t)MATRIX * MATRIX, *c = b + (size_t)MATRIX * MATRIX;
        double started = mr_now();
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, MATRIX, MATRIX, MATRIX, 1, a, MATRIX,
                    b, MATRIX, 0, c, MATRIX);
        double rate = 2.0 * MATRIX * MATRIX * MATRIX / (mr_now() - started);
        best = rate > best ? rate : best;
    }
    free(a);
    return best;
}

typedef struct times {
    double gram, inverse, all;
} times;

static double least(double now, double best) {
    return best == 0 || now < best ? now : best;
}

static mr_status time_training(const mr_interactions *likes, times *best,
                               mr_collaborative **model) {
    float *weights = mr_alloc(likes->items * likes->items * sizeof *weights);
    mr_status status = weights ? MR_OK : mr_fail(MR_E_MEMORY, "no memory for the weights");
    for (int run = 0; run < RUNS && status == MR_OK; run++) {
        double *gram = NULL, started = mr_now();
        status = mr_gram(likes, 0.5, &gram);
        best->gram = least(mr_now() - started, best->gram);
        started = mr_now();
        if (status == MR_OK)
            status = mr_ease(gram, likes->items, 400, 1, weights);
        best->inverse = least(mr_now() - started, best->inverse);
        free(gram);
    }
    free(weights);
    MR_TRY(status);
    mr_collaborative_params params = mr_collaborative_params_defaults();
    double started = mr_now();
    MR_TRY(mr_train_collaborative(likes, &params, model));
    best->all = mr_now() - started;
    return MR_OK;
}

/* Seconds for one click and the scores of all items after it. */
static mr_status time_click(const mr_collaborative *model, double *seconds) {
    mr_collaborative_viewer viewer;
    MR_TRY(mr_collaborative_viewer_make(model, model->audience, &viewer));
    double started = mr_now();
    volatile float sum = 0;
    for (size_t click = 0; click < CLICKS; click++) {
        mr_collaborative_learn(&viewer, click % model->items, 1);
        for (size_t i = 0; i < model->items; i++)
            sum = sum + mr_collaborative_score(&viewer, i);
    }
    *seconds = (mr_now() - started) / CLICKS;
    mr_collaborative_viewer_free(&viewer);
    return MR_OK;
}

static mr_status bench(size_t items, size_t users) {
    mr_interactions likes = {0};
    mr_collaborative *model = NULL;
    times best = {0};
    double click = 0, peak = blas_rate();
    mr_status status = make_likes(users, items, &likes);
    if (status == MR_OK)
        status = time_training(&likes, &best, &model);
    if (status == MR_OK)
        status = time_click(model, &click);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double rate = (double)items * (double)items * (double)items / best.inverse;
    if (status == MR_OK)
        printf("{\"what\": \"ease\", \"items\": %zu, \"users\": %zu, \"likes\": %zu, "
               "\"threads\": %d, \"gram_s\": %.3f, \"closed_form_s\": %.3f, "
               "\"closed_form_gflops\": %.1f, \"blas_gflops\": %.1f, \"share_of_blas\": %.3f, "
               "\"training_s\": %.2f, \"peak_mb\": %ld, \"click_us\": %.1f}\n",
               items, users, likes.count, openblas_get_num_threads(), best.gram, best.inverse,
               rate / 1e9, peak / 1e9, rate / peak, best.all, usage.ru_maxrss / 1024, click * 1e6);
    mr_collaborative_free(model);
    mr_interactions_free(&likes);
    return status;
}

int main(int count, char **arguments) {
    size_t items = count > 1 ? strtoul(arguments[1], NULL, 10) : 2810;
    size_t users = count > 2 ? strtoul(arguments[2], NULL, 10) : 5949;
    if (bench(items, users) == MR_OK)
        return 0;
    fprintf(stderr, "bench_ease: %s\n", mr_last_error());
    return 1;
}
