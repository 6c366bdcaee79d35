#include "api/frame.h"

#include "api/threads.h"
#include "face/box.h"

mr_decode_options mr_frame_decoding(const mr_engine *engine) {
    mr_decode_options decode = mr_decode_options_defaults();
    decode.max_bytes = engine->options.max_bytes;
    decode.max_pixels = engine->options.max_pixels;
    decode.enough = engine->options.longer_side;
    return decode;
}

mr_status mr_frame_view(const mr_engine *engine, const uint8_t *rgb, int width, int height,
                        size_t stride, mr_image *out) {
    if (width <= 0 || height <= 0 || stride / 3 < (size_t)width)
        return mr_fail(MR_E_ARGUMENT,
                       "pixels: %d × %d with rows of %zu bytes: expected a positive size and at "
                       "least 3 bytes a pixel",
                       width, height, stride);
    if ((size_t)width > engine->options.max_pixels / (size_t)height)
        return mr_fail(MR_E_LIMIT, "pixels: %d × %d: more than the %zu pixels allowed", width,
                       height, engine->options.max_pixels);
    *out = (mr_image){.width = width,
                      .height = height,
                      .channels = 3,
                      .stride = stride,
                      .pixels = (uint8_t *)rgb,
                      .full_width = width,
                      .full_height = height};
    return MR_OK;
}

static bool goes_first(const mr_box *a, const mr_box *b) {
    float difference = a->width * a->height - b->width * b->height;
    if (difference != 0)
        return difference > 0;
    return a->x != b->x ? a->x < b->x : a->y < b->y;
}

/* The largest first. By insertion, since qsort may allocate. */
static void sort(mr_face *faces, size_t count) {
    for (size_t i = 1; i < count; i++) {
        mr_face face = faces[i];
        size_t at = i;
        for (; at > 0 && goes_first(&face.box, &faces[at - 1].box); at--)
            faces[at] = faces[at - 1];
        faces[at] = face;
    }
}

static size_t count_readable(const mr_face *faces, size_t count) {
    size_t readable = 0;
    while (readable < count && mr_box_is_readable(&faces[readable].box))
        readable++;
    return readable;
}

mr_status mr_frame_find(mr_session *session, const mr_image *image, mr_sureness least,
                        size_t *count) {
    int threads = mr_threads_begin(session->engine->options.threads);
    mr_status status =
        mr_detector_run(session->detector, image, least, session->faces, MR_FACES_MAX, count);
    mr_threads_end(threads);
    MR_TRY(status);
    sort(session->faces, *count);
    return MR_OK;
}

mr_status mr_frame_look_again(mr_session *session, const mr_image *image, size_t count,
                              size_t *readable) {
    *readable = count_readable(session->faces, count);
    if (session->landmarks == NULL)
        return MR_OK;
    int threads = mr_threads_begin(session->engine->options.threads);
    mr_status status = mr_landmarks_refine_all(session->landmarks, image, session->faces, count);
    mr_threads_end(threads);
    return status;
}

mr_status mr_frame_faces(mr_session *session, const mr_image *image, mr_sureness least,
                         size_t *count, size_t *readable) {
    MR_TRY(mr_frame_find(session, image, least, count));
    return mr_frame_look_again(session, image, *count, readable);
}

static void stretch(mr_face *face, float across, float down) {
    face->box.x *= across;
    face->box.width *= across;
    face->box.y *= down;
    face->box.height *= down;
    for (int i = 0; i < MR_LANDMARKS; i++) {
        face->landmarks[i].x = (face->landmarks[i].x + 0.5f) * across - 0.5f;
        face->landmarks[i].y = (face->landmarks[i].y + 0.5f) * down - 0.5f;
    }
}

void mr_face_move(mr_face *face, const mr_image *from, const mr_image *to) {
    stretch(face, (float)to->width / (float)from->width, (float)to->height / (float)from->height);
}

void mr_face_enlarge(mr_face *face, const mr_image *image) {
    stretch(face, (float)image->full_width / (float)image->width,
            (float)image->full_height / (float)image->height);
}
