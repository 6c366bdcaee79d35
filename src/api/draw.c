#include "image/draw.h"

#include "api/engine.h"

#include <stdio.h>

/* The largest picture that cairo has. */
#define SIDE_MAX 32767

/* "31 female happy", of what is known. */
static void write_label(const mr_attributes *a, char *label, size_t size) {
    char age[16] = "";
    const char *gender = "", *emotion = "";
    if (a->has_age)
        snprintf(age, sizeof age, "%.0f", a->age);
    if (a->has_gender)
        gender = mr_gender_label(mr_likeliest(a->gender, MR_GENDER_COUNT));
    if (a->has_emotion)
        emotion = mr_emotion_label(mr_likeliest(a->emotion, MR_EMOTION_COUNT));
    snprintf(label, size, "%s%s%s%s%s", age, *age && *gender ? " " : "", gender,
             *emotion && (*age || *gender) ? "\n" : "", emotion);
}

static mr_status draw(mr_image *picture, const mr_analysis *analysis) {
    if (picture->width != analysis->width || picture->height != analysis->height)
        return mr_fail(MR_E_MISMATCH, "picture is %d × %d: the analysis is of one of %d × %d",
                       picture->width, picture->height, analysis->width, analysis->height);
    mr_canvas *canvas;
    MR_TRY(mr_canvas_begin(picture, &canvas));
    for (size_t i = 0; i < analysis->count; i++) {
        const mr_person *person = &analysis->people[i];
        char label[64];
        write_label(&person->attributes, label, sizeof label);
        mr_canvas_face(canvas, &person->face.box,
                       person->face.has_landmarks ? person->face.landmarks : NULL,
                       *label ? label : NULL, (int)i);
    }
    return mr_canvas_end(canvas, picture);
}

mr_status mr_draw_analysis(const char *path_in, const mr_analysis *analysis, const char *path_out) {
    MR_REQUIRE(path_in);
    MR_REQUIRE(analysis);
    MR_REQUIRE(path_out);
    if (analysis->width > SIDE_MAX || analysis->height > SIDE_MAX)
        return mr_fail(MR_E_LIMIT, "%s: %d × %d: at most %d pixels a side can be drawn on", path_in,
                       analysis->width, analysis->height, SIDE_MAX);
    mr_decode_options options = mr_decode_options_defaults();
    size_t pixels = (size_t)analysis->width * (size_t)analysis->height;
    options.max_bytes = SIZE_MAX; /* the caller was allowed to analyse it */
    options.max_pixels = pixels > options.max_pixels ? pixels : options.max_pixels;
    mr_image picture;
    MR_TRY(mr_image_load(path_in, &options, &picture));
    mr_status status = draw(&picture, analysis);
    if (status != MR_OK)
        mr_fail_in(status, path_in);
    else
        status = mr_image_save(&picture, path_out);
    mr_image_free(&picture);
    return status;
}
