/*
 * Faces sorted into one folder per emotion, kept in memory as grey pictures of one size.
 *
 *     build/data/fer2013/train/angry/a.webp …  surprise/z.webp
 *
 * The folders are named by the labels of mr_emotion; other folders are refused, loose files are
 * ignored, an emotion may be missing. With a table of votes (votes.h) each picture also gets the
 * distribution of people's votes over our emotions.
 *
 * Ownership: load allocates, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_DATASET_EMOTION_H
#define MR_LEARN_DATASET_EMOTION_H

#include "learn/pictures.h"
#include "moodreel/types.h"

#include <stdbool.h>

typedef struct mr_emotion_target {
    int label;                     /* the folder's emotion */
    int majority;                  /* of the votes, by the majority protocol, or -1 */
    float voted;                   /* 1: `votes` is a distribution; 0: too few votes, or none */
    float votes[MR_EMOTION_COUNT]; /* shares */
} mr_emotion_target;

typedef struct mr_emotion_set {
    mr_pictures pictures;
    mr_emotion_target *targets;
    char **paths;
} mr_emotion_set;

/* FER2013's pictures are so large; trainings and evaluations keep them so. */
#define MR_EMOTION_SIDE 48

/* The part of DATA that is never learned, by which trainings are judged and calibrated. */
#define MR_EMOTION_VALIDATION "public_test"

/* Votes for our emotions that make a distribution worth learning. */
#define MR_LEAST_VOTES 3

/*
 * Reads `folder`, resizing to side × side. `votes_path` may be NULL. Errors name the folder or
 * file: no class folder or picture in it, a folder that is no emotion, an unreadable picture or
 * table.
 */
mr_status mr_emotion_set_load(const char *folder, const char *votes_path, int side,
                              mr_emotion_set *out);

/* Reads DATA/PART, with the votes of DATA/ferplus.csv where that is there; *has_votes tells. */
mr_status mr_emotion_part_load(const char *data, const char *part, int side, mr_emotion_set *out,
                               bool *has_votes);

/* For sets without votes: lets everybody have voted for the folder's emotion. */
void mr_emotion_set_vote_labels(mr_emotion_set *set);

/* A number that differs where pictures or targets do. */
uint64_t mr_emotion_set_key(const mr_emotion_set *set);

void mr_emotion_set_free(mr_emotion_set *set);

#endif
