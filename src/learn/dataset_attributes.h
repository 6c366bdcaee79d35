/*
 * Aligned colour chips whose names tell who is seen, AGE_GENDER_ETHNICITY_anything.jpg (UTKFace,
 * Zhang et al. 2017): age in years, gender 0 male 1 female, ethnicity 0 White 1 Black 2 Asian
 * 3 Indian 4 Other. They are kept in memory at a reduced size.
 *
 * One chip in ten is for validation (learn/chip_split.h).
 *
 * Ownership: load allocates, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_DATASET_ATTRIBUTES_H
#define MR_LEARN_DATASET_ATTRIBUTES_H

#include "learn/pictures.h"
#include "moodreel/types.h"

#include <stdbool.h>

/* Pixels of a side that trainings and evaluations keep in memory. */
#define MR_CHIP_SIDE 112

typedef struct mr_chip_target {
    int age;
    mr_gender gender;
    mr_ethnicity ethnicity;
    bool validation;
} mr_chip_target;

typedef struct mr_chip_set {
    mr_pictures pictures;
    mr_chip_target *targets;
    char **paths;
    size_t skipped; /* pictures whose names tell nothing */
} mr_chip_set;

/* Labels of a file name (without folder); false when it does not tell them. */
bool mr_chip_labels(const char *name, mr_chip_target *out);

/* Reads the chips of a folder at side × side. Files whose names tell nothing are skipped with a
 * warning; a folder without chips is an error. */
mr_status mr_chip_set_load(const char *folder, int side, mr_chip_set *out);

/* A number that differs where chips or what they are labelled do. */
uint64_t mr_chip_set_key(const mr_chip_set *set);

void mr_chip_set_free(mr_chip_set *set);

/*
 * How often the chips at `indices` shall be drawn so that a group (gender, ethnicity, decade of
 * age) with the share s of them comes as often as s^(1-power) asks; 0: as often as it is there, 1:
 * as often as any other. Fills `count` relative frequencies.
 */
void mr_chip_set_weigh_groups(const mr_chip_set *set, const size_t *indices, size_t count,
                              float power, float *out);

/* Drops all chips but those for validation; MR_E_NOT_FOUND when there are none. */
mr_status mr_chip_set_keep_validation(mr_chip_set *set);

#endif
