/* Feeds arbitrary bytes to the EXIF reader. */
#include "image/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int orientation = 0;
    mr_status status = mr_exif_orientation(data, size, &orientation);
    if (status == MR_OK && (orientation < 1 || orientation > 8))
        abort();
    return 0;
}
