/* An age as it is shown: whole years. */
#ifndef MR_JSON_AGE_H
#define MR_JSON_AGE_H

#include "moodreel/types.h"

typedef struct mr_age_years {
    int years, low, high; /* low … high: the calibrated 80 % interval, never without `years` */
    const char *range;    /* label of the range that holds `years` */
} mr_age_years;

mr_age_years mr_age_in_years(const mr_attributes *attributes);

#endif
