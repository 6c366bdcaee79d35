#include "cli/watch_draw.h"

#include "base/error.h"
#include "image/draw.h"
#include "json/age.h"

#include <stdio.h>

/* A face that is missed for less than this keeps its box, so that boxes do not flicker. */
static const double blink = 0.3;

/* "#3  female, 38" over "happy"; what is unsure is not said. */
static void write_label(const mr_followed *person, char *label, size_t size) {
    const mr_attributes *attributes = &person->person.attributes;
    const char *gender = person->gender_sure ? mr_gender_label((mr_gender)person->gender) : NULL;
    const char *emotion =
        person->emotion_sure ? mr_emotion_label((mr_emotion)person->emotion) : NULL;
    char age[16] = "";
    if (attributes->has_age)
        snprintf(age, sizeof age, "%d", mr_age_in_years(attributes).years);
    snprintf(label, size, "#%u%s%s%s%s%s%s", person->id, gender || *age ? "  " : "",
             gender ? gender : "", gender && *age ? ", " : "", age, emotion ? "\n" : "",
             emotion ? emotion : "");
}

static mr_status draw(mr_image *frame, double seconds, const mr_scene *scene) {
    mr_canvas *canvas;
    MR_TRY(mr_canvas_begin(frame, &canvas));
    for (size_t i = 0; i < scene->count; i++) {
        const mr_followed *person = &scene->people[i];
        if (!person->in_sight && seconds - person->seen > blink)
            continue;
        char label[64];
        write_label(person, label, sizeof label);
        const mr_face *face = &person->person.face;
        mr_canvas_face(canvas, &face->box, face->has_landmarks ? face->landmarks : NULL, label,
                       (int)(person->id - 1));
    }
    return mr_canvas_end(canvas, frame);
}

mr_status mr_watch_video_add(mr_watch_video *video, mr_image *frame, double seconds,
                             const mr_scene *scene) {
    if (!video->writer) {
        mr_media_writer_options options = mr_media_writer_options_defaults();
        if (video->rate > 0)
            options.rate = video->rate;
        MR_TRY(mr_media_writer_open(video->path, frame->width, frame->height, &options,
                                    &video->writer));
        video->start = seconds;
    }
    MR_TRY(draw(frame, seconds, scene));
    return mr_media_writer_add(video->writer, frame, seconds - video->start);
}

mr_status mr_watch_video_end(mr_watch_video *video, mr_status status) {
    if (!video->writer)
        return status;
    char reason[512];
    snprintf(reason, sizeof reason, "%s", mr_last_error());
    mr_status finished = mr_media_writer_finish(video->writer);
    mr_media_writer_close(video->writer);
    video->writer = NULL;
    return status == MR_OK ? finished : mr_fail(status, "%s", reason);
}
