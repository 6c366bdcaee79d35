#include "api/engine.h"
#include "api/frame.h"
#include "api/threads.h"
#include "base/clock.h"
#include "base/file.h"

#include <math.h>
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

/* Looks at the faces that were found, in session->faces. */
static mr_status read_faces(mr_session *session, const mr_image *image, size_t count,
                            double started, mr_analysis *out) {
    size_t readable;
    MR_TRY(mr_frame_look_again(session, image, count, &readable));
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

typedef struct source {
    const void *bytes;
    size_t size;
    const char *name;
} source;

/* From the side (the square root of the box's area) of a face on, the networks' inputs show all
 * that they can of it. */
static const float FULL_DETAIL = 64;

/* By how much a picture would have to be larger for its smallest face to be seen in full detail. */
static float lacking(const mr_face *faces, size_t count) {
    if (count == 0)
        return 1;
    const mr_box *smallest = &faces[count - 1].box;
    return FULL_DETAIL / sqrtf(fmaxf(smallest->width * smallest->height, 1));
}

/* Decodes a picture anew, larger, where it was reduced so far that a face lost what the networks
 * could read. The faces are moved along. */
static mr_status show_detail(mr_session *session, const source *from, size_t count,
                             mr_image *image) {
    float lack = lacking(session->faces, count);
    if (lack <= 1 || image->width >= image->full_width)
        return MR_OK;
    mr_decode_options options = mr_frame_decoding(session->engine);
    options.enough = (int)(lack * fmaxf((float)image->width, (float)image->height));
    mr_image larger;
    MR_TRY(mr_image_decode(from->bytes, from->size, from->name, &options, &larger));
    for (size_t i = 0; i < count; i++)
        mr_face_move(&session->faces[i], image, &larger);
    mr_image_free(image);
    *image = larger;
    return MR_OK;
}

static mr_status analyze_source(mr_session *session, const source *from, double started,
                                mr_analysis *out) {
    mr_decode_options options = mr_frame_decoding(session->engine);
    mr_image image;
    MR_TRY(mr_image_decode(from->bytes, from->size, from->name, &options, &image));
    size_t count;
    mr_status status = mr_frame_find(session, &image, MR_FACES_SURE, &count);
    status = status == MR_OK ? show_detail(session, from, count, &image)
                             : mr_fail_in(status, from->name);
    if (status == MR_OK)
        status = read_faces(session, &image, count, started, out);
    mr_image_free(&image);
    return status;
}

mr_status mr_analyze_file(mr_session *session, const char *path, mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(path);
    MR_REQUIRE(out);
    double started = mr_now();
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, session->engine->options.max_bytes, &bytes, &size));
    mr_status status = analyze_source(session, &(source){bytes, size, path}, started, out);
    free(bytes);
    return status;
}

mr_status mr_analyze_bytes(mr_session *session, const void *bytes, size_t size, const char *name,
                           mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(bytes);
    MR_REQUIRE(name);
    MR_REQUIRE(out);
    return analyze_source(session, &(source){bytes, size, name}, mr_now(), out);
}

mr_status mr_analyze_pixels(mr_session *session, const uint8_t *rgb, int width, int height,
                            size_t stride, mr_analysis *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(rgb);
    MR_REQUIRE(out);
    mr_image image;
    MR_TRY(mr_frame_view(session->engine, rgb, width, height, stride, &image));
    double started = mr_now();
    size_t count;
    MR_TRY(mr_frame_find(session, &image, MR_FACES_SURE, &count));
    return read_faces(session, &image, count, started, out);
}

void mr_analysis_free(mr_analysis *analysis) {
    if (analysis == NULL)
        return;
    free(analysis->people);
    *analysis = (mr_analysis){0};
}
