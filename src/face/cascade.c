#include "face/cascade.h"

#include "base/file.h"
#include "face/cascade_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where OpenCV's packages put the frontal face cascade, newest first. */
static const char *const known_places[] = {
    "/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml",
    "/usr/share/opencv/haarcascades/haarcascade_frontalface_default.xml",
    "/usr/local/share/opencv4/haarcascades/haarcascade_frontalface_default.xml",
};

mr_status mr_cascade_parse(const char *bytes, size_t size, const char *name, mr_cascade **out) {
    mr_xml xml;
    MR_TRY(mr_xml_parse(bytes, size, name, &xml));
    mr_cascade *cascade = calloc(1, sizeof *cascade);
    mr_status status = cascade ? mr_cascade_read(&xml, cascade)
                               : mr_fail(MR_E_MEMORY, "%s: no memory for the cascade", name);
    mr_xml_free(&xml);
    if (status != MR_OK)
        mr_cascade_free(cascade);
    else
        *out = cascade;
    return status;
}

mr_status mr_cascade_load(const char *path, mr_cascade **out) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, MR_CASCADE_MAX_BYTES, &bytes, &size));
    mr_status status = mr_cascade_parse((const char *)bytes, size, path, out);
    free(bytes);
    return status;
}

void mr_cascade_free(mr_cascade *cascade) {
    if (!cascade)
        return;
    free(cascade->stages);
    free(cascade->trees);
    free(cascade->nodes);
    free(cascade->features);
    free(cascade);
}

mr_status mr_cascade_find(char **path) {
    const char *found = getenv(MR_CASCADE_VARIABLE);
    for (size_t i = 0; !found && i < sizeof known_places / sizeof *known_places; i++)
        if (access(known_places[i], R_OK) == 0)
            found = known_places[i];
    if (!found)
        return mr_fail(MR_E_NOT_FOUND,
                       "no face cascade: install opencv-data or set " MR_CASCADE_VARIABLE);
    char *copy = strdup(found);
    if (!copy)
        return mr_fail(MR_E_MEMORY, "no memory for the cascade's path");
    *path = copy;
    return MR_OK;
}
