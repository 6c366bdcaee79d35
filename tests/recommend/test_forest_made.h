/*
 * Classification problems made from a seed, after the recipe of I. Guyon's NIPS 2003 benchmark that
 * scikit-learn's make_classification also follows: Gaussian clusters around corners of a hypercube
 * in the informative features, each cluster with its own random covariance, then linear mixtures of
 * the informative features, then noise, and some labels that are wrong.
 */
#ifndef MR_TESTS_FOREST_MADE_H
#define MR_TESTS_FOREST_MADE_H

#include "base/rng.h"
#include "recommend/forest.h"

#include <stdlib.h>

typedef struct made_recipe {
    size_t rows, informative, redundant, noise;
    size_t classes, clusters; /* clusters of each class */
    double separation;        /* half the side of the hypercube */
    double flipped;           /* share of labels drawn at random */
    uint64_t seed;
} made_recipe;

/* Matrices of one problem: mixing of each cluster, corner of each cluster, mixtures. */
typedef struct made_world {
    double *mixing, *corners, *mixtures;
} made_world;

static inline double *made_uniform(mr_rng *rng, size_t count) {
    double *numbers = calloc(count, sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = mr_rng_range(rng, -1, 1);
    return numbers;
}

static inline made_world made_draw_world(const made_recipe *recipe, mr_rng *rng) {
    size_t q = recipe->informative, clusters = recipe->classes * recipe->clusters;
    made_world world = {made_uniform(rng, clusters * q * q), made_uniform(rng, clusters * q),
                        made_uniform(rng, (recipe->redundant + 1) * q)};
    for (size_t i = 0; i < clusters * q; i++)
        world.corners[i] = world.corners[i] < 0 ? -recipe->separation : recipe->separation;
    return world;
}

static inline void made_fill_row(const made_recipe *recipe, const made_world *world, size_t cluster,
                                 mr_rng *rng, float *row) {
    size_t q = recipe->informative;
    double normal[64] = {0};
    float informative[64] = {0};
    for (size_t i = 0; i < q; i++)
        normal[i] = mr_rng_normal(rng);
    for (size_t i = 0; i < q; i++) {
        double value = world->corners[cluster * q + i];
        for (size_t j = 0; j < q; j++)
            value += world->mixing[(cluster * q + i) * q + j] * normal[j];
        row[i] = informative[i] = (float)value;
    }
    for (size_t i = 0; i < recipe->redundant; i++) {
        double value = 0;
        for (size_t j = 0; j < q; j++)
            value += world->mixtures[i * q + j] * (double)informative[j];
        row[q + i] = (float)value;
    }
    for (size_t i = 0; i < recipe->noise; i++)
        row[q + recipe->redundant + i] = (float)mr_rng_normal(rng);
}

/* Makes the problem (at most 64 informative features); freed with made_free. */
static inline mr_forest_data made_data(const made_recipe *recipe) {
    size_t features = recipe->informative + recipe->redundant + recipe->noise;
    float *values = malloc(recipe->rows * features * sizeof *values);
    uint16_t *classes = malloc(recipe->rows * sizeof *classes);
    mr_rng rng = mr_rng_seeded(recipe->seed);
    made_world world = made_draw_world(recipe, &rng);
    for (size_t row = 0; row < recipe->rows; row++) {
        size_t cluster = mr_rng_below(&rng, recipe->classes * recipe->clusters);
        made_fill_row(recipe, &world, cluster, &rng, values + row * features);
        classes[row] = (uint16_t)(cluster % recipe->classes);
        if (mr_rng_uniform(&rng) < recipe->flipped)
            classes[row] = (uint16_t)mr_rng_below(&rng, recipe->classes);
    }
    free(world.mixing);
    free(world.corners);
    free(world.mixtures);
    return (mr_forest_data){.values = values,
                            .rows = recipe->rows,
                            .features = features,
                            .classes = classes,
                            .class_count = recipe->classes};
}

static inline void made_free(mr_forest_data *data) {
    free((void *)data->values);
    free((void *)data->classes);
    free((void *)data->weights);
}

/* Rows begin … begin+count-1 of the data, sharing its memory. */
static inline mr_forest_data made_rows(const mr_forest_data *data, size_t begin, size_t count) {
    mr_forest_data part = *data;
    part.values += begin * data->features;
    part.classes += begin;
    part.weights = data->weights ? data->weights + begin : NULL;
    part.rows = count;
    return part;
}

/* Share of rows whose likeliest class is the right one. */
static inline double made_accuracy(const mr_forest *forest, const mr_forest_data *data) {
    float *p = malloc(data->class_count * sizeof *p);
    size_t right = 0;
    for (size_t row = 0; row < data->rows; row++) {
        mr_forest_predict(forest, data->values + row * data->features, p);
        size_t best = 0;
        for (size_t c = 1; c < data->class_count; c++)
            if (p[c] > p[best])
                best = c;
        right += best == data->classes[row];
    }
    free(p);
    return (double)right / (double)data->rows;
}

#endif
