/*
 * Our boxes against OpenCV's: both ways, the share of boxes that have a partner with an
 * intersection over union of at least 0.9, each partner used once.
 */
#ifndef MR_TESTS_HAAR_PARITY_H
#define MR_TESTS_HAAR_PARITY_H

#include "base/csv.h"
#include "face/haar.h"

typedef struct mr_parity {
    long ours, theirs, matched, equal;
} mr_parity;

/* A row of the settings file: which cascade, and the parameters. */
typedef struct mr_parity_setting {
    const char *cascade;
    mr_haar_params params;
} mr_parity_setting;

mr_status mr_parity_setting_read(const mr_csv *settings, const char *path, size_t row,
                                 mr_parity_setting *out);

/* Loads a cascade by its file name from where the default one lies. MR_E_NOT_FOUND: no
 * opencv-data. */
mr_status mr_parity_cascade(const char *name, mr_cascade **out);

/* Detects on one picture and counts against the rows of `boxes` for this setting and picture. */
mr_status mr_parity_count(mr_haar *haar, const mr_parity_setting *setting, size_t number,
                          const mr_image *picture, const char *name, const mr_csv *boxes,
                          mr_parity *parity);

/* Prints the shares; fails unless 98 % are matched in both directions. */
mr_status mr_parity_judge(const char *what, const mr_parity *parity);

#endif
