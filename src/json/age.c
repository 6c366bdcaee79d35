#include "json/age.h"

#include <math.h>

mr_age_years mr_age_in_years(const mr_attributes *attributes) {
    mr_age_years age = {
        .years = (int)lroundf(attributes->age),
        .low = (int)lroundf(attributes->age_low),
        .high = (int)lroundf(attributes->age_high),
    };
    /* What a caller states may lie outside of its own interval. */
    if (age.low > age.years)
        age.low = age.years;
    if (age.high < age.years)
        age.high = age.years;
    age.range = mr_age_range_label(mr_age_range_of((float)age.years));
    return age;
}
