#include "api/engine.h"
#include "api/frame.h"
#include "api/threads.h"
#include "base/clock.h"

#include <stdlib.h>

/* Takes over everybody in session->faces, and estimates the first `readable` of them. */
static mr_status estimate(mr_session *session, const mr_image *image, mr_person *people,
                          size_t count, size_t readable) {
    for (size_t i = 0; i < count; i++) {
        people[i].face = session->faces[i];
        if (i < readable)
            MR_TRY(mr_attributes_of_face(session->attributes, image, &people[i].face,
                                         &people[i].attributes));
        mr_face_enlarge(&people[i].face, image);
    }
    return MR_OK;
}

static mr_status analyze(mr_session *session, const mr_image *image, double started,
                         mr_analysis *out) {
    size_t count, readable;
    MR_TRY(mr_frame_faces(session, image, MR_FACES_SURE, &count, &readable));
    mr_person *people = calloc(count + 1, sizeof *people);
    if (people == NULL)
        return mr_fail(MR_E_MEMORY, "analysis: out of memory for %zu faces", count);
    int threads = mr_threads_begin(session->engine->options.threads);
    mr_status status = estimate(session, image, people, count, readable);
    mr_threads_end(threads);
    if (status != MR_OK) {
        free(people);
        return status;
    }
    *out = (mr_analysis){.width = image->full_width,
                         .height = image->full_height,
                         .ms = 1e3 * (mr_now() - started),
                         .count = count,
                         .readable = readable,
                         .people = people};
    return MR_OK;
}

static mr_status analyze_decoded(mr_session *session, mr_image *image, double started,
                                 mr_analysis *out) {
    mr_status status = analyze(session, image, started, out);
    mr_image_free(image);
    return status;
}

mr_status mr_analyze_file(mr_session *session, const char *path, mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(path);
    MR_REQUIRE(out);
    double started = mr_now();
    mr_decode_options decode = mr_frame_decoding(session->engine);
    mr_image image;
    MR_TRY(mr_image_load(path, &decode, &image));
    return analyze_decoded(session, &image, started, out);
}

mr_status mr_analyze_bytes(mr_session *session, const void *bytes, size_t size, const char *name,
                           mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(bytes);
    MR_REQUIRE(name);
    MR_REQUIRE(out);
    double started = mr_now();
    mr_decode_options decode = mr_frame_decoding(session->engine);
    mr_image image;
    MR_TRY(mr_image_decode(bytes, size, name, &decode, &image));
    return analyze_decoded(session, &image, started, out);
}

mr_status mr_analyze_pixels(mr_session *session, const uint8_t *rgb, int width, int height,
                            size_t stride, mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(rgb);
    MR_REQUIRE(out);
    mr_image image;
    MR_TRY(mr_frame_view(session->engine, rgb, width, height, stride, &image));
    return analyze(session, &image, mr_now(), out);
}

void mr_analysis_free(mr_analysis *analysis) {
    if (analysis == NULL)
        return;
    free(analysis->people);
    *analysis = (mr_analysis){0};
}
