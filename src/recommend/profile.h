/*
 * The profile set: who (age range, gender, emotion) chose which film.
 *
 *     mr_profile_set set;
 *     MR_TRY(mr_profiles_load("data/profiles.csv", catalogue, &set));
 *     uint32_t *order;
 *     size_t held_out;
 *     MR_TRY(mr_profiles_split(&set, MR_PROFILE_SPLIT_SEED, &order, &held_out));
 *     // rows order[0 … held_out-1] are for testing, the others for training
 *
 * Films are classes, numbered in the order of their ids. Thread rule: read-only once loaded.
 */
#ifndef MR_RECOMMEND_PROFILE_H
#define MR_RECOMMEND_PROFILE_H

#include "recommend/catalogue.h"
#include "recommend/watcher.h"

/* Features of a profile: age range (ordinal), gender, and the emotion as one of seven. */
#define MR_PROFILE_FEATURES (2 + MR_EMOTION_COUNT)

/* The split that reported figures use, and its share: a fifth is held out. */
#define MR_PROFILE_SPLIT_SEED 4
#define MR_PROFILE_HELD_OUT   5

typedef struct mr_profile {
    uint8_t cell;  /* of watcher.h */
    uint16_t film; /* class */
} mr_profile;

typedef struct mr_profile_set {
    mr_profile *rows;
    size_t count;
    uint32_t *films; /* catalogue index of each class, in the order of ids */
    size_t film_count;
} mr_profile_set;

/* Loads age_range, gender, emotion, film. Errors name file and line; a film that the catalogue
 * lacks is one. */
mr_status mr_profiles_load(const char *path, const mr_catalogue *catalogue, mr_profile_set *out);

void mr_profiles_free(mr_profile_set *set);

/* The features of a cell. */
void mr_profile_features(int cell, float features[MR_PROFILE_FEATURES]);

/* A seeded shuffle of the rows, which the caller frees; the first *held_out = count / 5 of it are
 * held out. */
mr_status mr_profiles_split(const mr_profile_set *set, uint64_t seed, uint32_t **order,
                            size_t *held_out);

#endif
