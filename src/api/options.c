#include "face/attributes.h"
#include "moodreel/moodreel.h"

#include <stddef.h>

mr_options mr_options_defaults(void) {
    return (mr_options){
        .detector = MR_DETECTOR_AUTO,
        .attributes = mr_attribute_set_all(),
        .mirror = true,
        .films = true,
        .threads = 1,
        .longer_side = 1280,
        .max_bytes = (size_t)64 << 20,
        .max_pixels = (size_t)64 << 20,
    };
}
