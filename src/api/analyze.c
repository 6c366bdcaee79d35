#include "api/engine.h"
#include "api/threads.h"
#include "base/clock.h"

#include <stdlib.h>

static int larger_first(const void *a, const void *b) {
    const mr_box *p = &((const mr_face *)a)->box, *q = &((const mr_face *)b)->box;
    float difference = q->width * q->height - p->width * p->height;
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    return p->x != q->x ? (p->x > q->x ? 1 : -1) : (p->y > q->y) - (p->y < q->y);
}

/* From pixels of the decoded picture to those of the full one. */
static void enlarge(mr_face *face, float across, float down) {
    face->box.x *= across;
    face->box.width *= across;
    face->box.y *= down;
    face->box.height *= down;
    for (int i = 0; i < MR_LANDMARKS; i++) {
        face->landmarks[i].x = (face->landmarks[i].x + 0.5f) * across - 0.5f;
        face->landmarks[i].y = (face->landmarks[i].y + 0.5f) * down - 0.5f;
    }
}

/* Estimates everybody in session->faces. */
static mr_status estimate(mr_session *session, const mr_image *image, mr_person *people,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        people[i].face = session->faces[i];
        MR_TRY(mr_attributes_of_face(session->attributes, image, &people[i].face,
                                     &people[i].attributes));
        enlarge(&people[i].face, (float)image->full_width / (float)image->width,
                (float)image->full_height / (float)image->height);
    }
    return MR_OK;
}

static mr_status analyze(mr_session *session, const mr_image *image, double started,
                         mr_analysis *out) {
    size_t count;
    MR_TRY(mr_haar_detect(session->haar, image, &session->engine->haar, session->faces,
                          MR_FACES_MAX, &count));
    qsort(session->faces, count, sizeof *session->faces, larger_first);
    mr_person *people = calloc(count + 1, sizeof *people);
    if (people == NULL)
        return mr_fail(MR_E_MEMORY, "analysis: out of memory for %zu faces", count);
    int threads = mr_threads_begin(session->engine->options.threads);
    mr_status status = estimate(session, image, people, count);
    mr_threads_end(threads);
    if (status != MR_OK) {
        free(people);
        return status;
    }
    *out = (mr_analysis){.width = image->full_width,
                         .height = image->full_height,
                         .ms = 1e3 * (mr_now() - started),
                         .count = count,
                         .people = people};
    return MR_OK;
}

static mr_decode_options decode_options(const mr_options *options) {
    mr_decode_options decode = mr_decode_options_defaults();
    decode.max_bytes = options->max_bytes;
    decode.max_pixels = options->max_pixels;
    decode.enough = options->longer_side;
    return decode;
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
    mr_decode_options decode = decode_options(&session->engine->options);
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
    mr_decode_options decode = decode_options(&session->engine->options);
    mr_image image;
    MR_TRY(mr_image_decode(bytes, size, name, &decode, &image));
    return analyze_decoded(session, &image, started, out);
}

mr_status mr_analyze_pixels(mr_session *session, const uint8_t *rgb, int width, int height,
                            size_t stride, mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(rgb);
    MR_REQUIRE(out);
    if (width <= 0 || height <= 0 || stride / 3 < (size_t)width)
        return mr_fail(MR_E_ARGUMENT,
                       "pixels: %d × %d with rows of %zu bytes: expected a positive size and at "
                       "least 3 bytes a pixel",
                       width, height, stride);
    if ((size_t)width > session->engine->options.max_pixels / (size_t)height)
        return mr_fail(MR_E_LIMIT, "pixels: %d × %d: more than the %zu pixels allowed", width,
                       height, session->engine->options.max_pixels);
    /* The image is a view that nothing below writes to. */
    const mr_image image = {.width = width,
                            .height = height,
                            .channels = 3,
                            .stride = stride,
                            .pixels = (uint8_t *)rgb,
                            .full_width = width,
                            .full_height = height};
    return analyze(session, &image, mr_now(), out);
}

void mr_analysis_free(mr_analysis *analysis) {
    if (analysis == NULL)
        return;
    free(analysis->people);
    *analysis = (mr_analysis){0};
}
