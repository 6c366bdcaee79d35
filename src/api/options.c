#include "base/error.h"
#include "face/attributes.h"
#include "moodreel/moodreel.h"

#include <stddef.h>
#include <strings.h>

#define LABEL(name, label) label,
static const char *const detectors[] = {MR_DETECTORS(LABEL)};

const char *mr_detector_label(mr_detector_kind detector) {
    return (int)detector >= 0 && detector < MR_DETECTOR_COUNT ? detectors[detector] : NULL;
}

int mr_detector_from_label(const char *label) {
    for (int i = 0; label != NULL && i < MR_DETECTOR_COUNT; i++)
        if (strcasecmp(detectors[i], label) == 0)
            return i;
    return -1;
}

mr_options mr_options_defaults(void) {
    return (mr_options){
        .detector = MR_DETECTOR_HAAR,
        .attributes = mr_attribute_set_all(),
        .mirror = true,
        .films = true,
        .threads = 1,
        .longer_side = 1280,
        .max_bytes = (size_t)64 << 20,
        .max_pixels = (size_t)64 << 20,
    };
}
