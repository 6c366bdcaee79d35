#include "api/engine.h"
#include "api/frame.h"
#include "api/threads.h"
#include "base/clock.h"
#include "face/track.h"
#include "face/vote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(MR_FOLLOWED_MAX == MR_TRACKS_MAX, "a track for everybody");
_Static_assert(MR_FACES_MAX <= MR_TRACK_FACES_MAX, "the tracker sees every face");

/* Estimates of one frame, so that a crowd does not stop the video. */
#define ESTIMATES_PER_FRAME 2

/* A person is settled after so many estimates; until then they are wanted so much more often. */
#define SETTLED 4
#define HURRY   4

/* Height of a face in pixels from which a crop shows the networks all that they can use. */
#define FULL_HEIGHT  64.0f
#define LEAST_WEIGHT 0.05f

/* Longest time and most frames that an option may ask for. */
#define SECONDS_MAX 3600.0
#define CONFIRM_MAX 1000

/* What is kept of a person beside its track. */
typedef struct record {
    uint32_t id;      /* whom it is about */
    double estimated; /* when the last estimate was made */
    int estimates;
    mr_vote vote;
    double watched; /* how long the person was followed, times away left out: the vote's clock */
    bool gender_sure, ethnicity_sure, emotion_sure; /* of the label that stands, at last */
} record;

struct mr_follower {
    const mr_engine *engine;
    mr_follow_options options;
    mr_attribute_set wanted;
    bool started;
    int width, height; /* of the last frame */
    mr_image frame;    /* the last picture that was decoded, whose memory is used again */
    mr_face faces[MR_FACES_MAX];
    mr_tracker tracker;
    record known[MR_TRACKS_MAX];
    mr_followed people[MR_FOLLOWED_MAX];
};

mr_follow_options mr_follow_options_defaults(void) {
    return (mr_follow_options){
        .window = 3, .patience = 1.5, .memory = 6, .interval = 0.25, .confirm = 2};
}

static mr_status check_seconds(const char *name, double seconds) {
    if (!(seconds >= 0 && seconds <= SECONDS_MAX))
        return mr_fail(MR_E_ARGUMENT, "follow: %s %g: expected 0 to %g seconds", name, seconds,
                       SECONDS_MAX);
    return MR_OK;
}

static mr_status check_options(const mr_follow_options *options) {
    MR_TRY(check_seconds("window", options->window));
    MR_TRY(check_seconds("patience", options->patience));
    MR_TRY(check_seconds("memory", options->memory));
    MR_TRY(check_seconds("interval", options->interval));
    if (options->confirm < 1 || options->confirm > CONFIRM_MAX)
        return mr_fail(MR_E_ARGUMENT, "follow: confirm %d: expected 1 to %d frames",
                       options->confirm, CONFIRM_MAX);
    return MR_OK;
}

mr_status mr_follower_create(const mr_engine *engine, const mr_follow_options *options,
                             mr_follower **out) {
    MR_REQUIRE(engine);
    MR_REQUIRE(out);
    mr_follow_options chosen = options != NULL ? *options : mr_follow_options_defaults();
    MR_TRY(check_options(&chosen));
    mr_follower *follower = calloc(1, sizeof *follower);
    if (follower == NULL)
        return mr_fail(MR_E_MEMORY, "follower: out of memory");
    follower->engine = engine;
    follower->options = chosen;
    follower->wanted = mr_attribute_models_set(engine->models);
    /* Faint faces may continue a track, sure ones may begin it. */
    const mr_track_options track = {.patience = chosen.patience,
                                    .memory = chosen.memory,
                                    .confirm = chosen.confirm,
                                    .sure = mr_detector_model_sure(engine->detector)};
    mr_tracker_start(&follower->tracker, &track);
    *out = follower;
    return MR_OK;
}

void mr_follower_free(mr_follower *follower) {
    if (follower == NULL)
        return;
    mr_image_free(&follower->frame);
    free(follower);
}

static size_t describe_people(mr_follower *follower);

mr_status mr_follower_set_attributes(mr_follower *follower, mr_attribute_set wanted) {
    MR_REQUIRE(follower);
    mr_attribute_set had = mr_attribute_models_set(follower->engine->models);
    follower->wanted = (mr_attribute_set){.age = wanted.age && had.age,
                                          .gender = wanted.gender && had.gender,
                                          .ethnicity = wanted.ethnicity && had.ethnicity,
                                          .emotion = wanted.emotion && had.emotion};
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        mr_vote_forget(&follower->known[i].vote, follower->wanted);
        follower->known[i].estimates = 0; /* one that came on is not settled */
    }
    describe_people(follower); /* the last scene points there */
    return MR_OK;
}

/* Begins anew where a track is somebody else's than before. */
static void meet_people(mr_follower *follower) {
    const mr_tracker *tracker = &follower->tracker;
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        record *known = &follower->known[i];
        if (known->id != tracker->tracks[i].id) {
            memset(known, 0, sizeof *known);
            known->id = tracker->tracks[i].id;
        }
        if (tracker->tracks[i].found >= 0)
            known->watched += tracker->now - tracker->before;
    }
}

/* How overdue an estimate is, in intervals: below 1 it is not due; infinite for somebody new. */
static double overdue(const mr_follower *follower, int i) {
    const record *known = &follower->known[i];
    if (known->id == 0 || follower->tracker.tracks[i].found < 0)
        return 0;
    if (known->estimates == 0)
        return INFINITY;
    double interval = follower->options.interval / (known->estimates < SETTLED ? HURRY : 1);
    double waited = follower->tracker.now - known->estimated;
    if (waited <= 0)
        return 0; /* once a frame, however short the interval */
    return waited >= interval ? 1 + waited / fmax(interval, 1e-6) : 0;
}

/* The person whose estimate is most overdue, the larger face among equals; -1: nobody's is. */
static int most_overdue(const mr_follower *follower) {
    int best = -1;
    double longest = 0;
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        double wait = overdue(follower, i);
        if (wait > longest ||
            (best >= 0 && wait == longest && wait > 0 &&
             follower->tracker.tracks[i].found < follower->tracker.tracks[best].found)) {
            longest = wait;
            best = i;
        }
    }
    return best;
}

/* A large face that the detector is sure of counts for more. */
static float weigh(const mr_face *face) {
    return fmaxf(face->score * fminf(face->box.height / FULL_HEIGHT, 1), LEAST_WEIGHT);
}

static mr_status estimate(mr_follower *follower, mr_session *session, const mr_image *image,
                          int index) {
    record *known = &follower->known[index];
    const mr_face *face = &session->faces[follower->tracker.tracks[index].found];
    double now = follower->tracker.now;
    mr_attributes attributes;
    MR_TRY(
        mr_attributes_of_face_in(session->attributes, follower->wanted, image, face, &attributes));
    mr_vote_cast(&known->vote, &attributes, weigh(face), known->watched, follower->options.window);
    known->estimated = now;
    known->estimates++;
    return MR_OK;
}

static bool is_anything_wanted(mr_attribute_set set) {
    return set.age || set.gender || set.ethnicity || set.emotion;
}

static mr_status estimate_some(mr_follower *follower, mr_session *session, const mr_image *image) {
    if (!is_anything_wanted(follower->wanted))
        return MR_OK;
    for (int done = 0; done < ESTIMATES_PER_FRAME; done++) {
        int next = most_overdue(follower);
        if (next < 0)
            break;
        MR_TRY(estimate(follower, session, image, next));
    }
    return MR_OK;
}

/* What a label that was sure may lose of its share of the vote before it is not. */
#define SURE_SLACK 0.05f

/* The label that won, or -1, and whether enough of the vote is behind it. */
static int verdict(const mr_winner *winner, const float *mean, float enough, bool *sure) {
    *sure = winner->stands && mean[winner->label] >= enough - (*sure ? SURE_SLACK : 0);
    return winner->stands ? winner->label : -1;
}

static mr_followed describe(const mr_track *track, record *known) {
    const mr_vote *vote = &known->vote;
    mr_followed person = {.id = track->id,
                          .person = {mr_track_face(track), vote->mean},
                          .in_sight = track->found >= 0,
                          .since = track->since,
                          .seen = track->seen};
    const mr_attributes *mean = &vote->mean;
    person.gender = verdict(&vote->gender, mean->gender, MR_SURE_GENDER, &known->gender_sure);
    person.ethnicity =
        verdict(&vote->ethnicity, mean->ethnicity, MR_SURE_ETHNICITY, &known->ethnicity_sure);
    person.emotion = verdict(&vote->emotion, mean->emotion, MR_SURE_EMOTION, &known->emotion_sure);
    person.gender_sure = known->gender_sure;
    person.ethnicity_sure = known->ethnicity_sure;
    person.emotion_sure = known->emotion_sure;
    return person;
}

static float area(const mr_face *face) {
    return face->box.width * face->box.height;
}

static bool goes_first(const mr_followed *a, const mr_followed *b) {
    float one = area(&a->person.face), other = area(&b->person.face);
    return one != other ? one > other : a->id < b->id;
}

/* The largest face first. They are few; qsort would allocate for those of a crowd. */
static size_t describe_people(mr_follower *follower) {
    mr_followed *people = follower->people;
    size_t count = 0;
    for (int i = 0; i < MR_TRACKS_MAX; i++) {
        if (!mr_track_is_present(&follower->tracker, &follower->tracker.tracks[i]))
            continue;
        mr_followed person = describe(&follower->tracker.tracks[i], &follower->known[i]);
        size_t at = count++;
        for (; at > 0 && goes_first(&person, &people[at - 1]); at--)
            people[at] = people[at - 1];
        people[at] = person;
    }
    return count;
}

/* Boxes of a frame of another size are no places in this one. */
static void notice_size(mr_follower *follower, const mr_image *image) {
    if (follower->started &&
        (follower->width != image->full_width || follower->height != image->full_height))
        mr_tracker_forget(&follower->tracker);
    follower->width = image->full_width;
    follower->height = image->full_height;
}

static mr_status follow(mr_follower *follower, mr_session *session, const mr_image *image,
                        double seconds, double started, mr_scene *out) {
    size_t count, readable;
    MR_TRY(mr_frame_faces(session, image, MR_FACES_FAINT, &count, &readable));
    for (size_t i = 0; i < readable; i++) {
        follower->faces[i] = session->faces[i];
        mr_face_enlarge(&follower->faces[i], image);
    }
    notice_size(follower, image);
    mr_tracker_step(&follower->tracker, follower->faces, readable, seconds);
    follower->started = true;
    meet_people(follower);
    int threads = mr_threads_begin(follower->engine->options.threads);
    mr_status status = estimate_some(follower, session, image);
    mr_threads_end(threads);
    MR_TRY(status);
    size_t people = describe_people(follower);
    *out = (mr_scene){.width = image->full_width,
                      .height = image->full_height,
                      .ms = 1e3 * (mr_now() - started),
                      .count = people,
                      .people = follower->people};
    return MR_OK;
}

static mr_status check_call(const mr_follower *follower, const mr_session *session,
                            double seconds) {
    if (session->engine != follower->engine)
        return mr_fail(MR_E_ARGUMENT, "follow: the session is of another engine");
    if (!isfinite(seconds))
        return mr_fail(MR_E_ARGUMENT, "follow: %g seconds is no time", seconds);
    if (follower->started && seconds < follower->tracker.now)
        return mr_fail(MR_E_ARGUMENT, "follow: %g seconds: the last frame was of %g", seconds,
                       follower->tracker.now);
    return MR_OK;
}

mr_status mr_follow_pixels(mr_follower *follower, mr_session *session, const uint8_t *rgb,
                           int width, int height, size_t stride, double seconds, mr_scene *out) {
    MR_REQUIRE(follower);
    MR_REQUIRE(session);
    MR_REQUIRE(rgb);
    MR_REQUIRE(out);
    double started = mr_now();
    MR_TRY(check_call(follower, session, seconds));
    mr_image image;
    MR_TRY(mr_frame_view(session->engine, rgb, width, height, stride, &image));
    return follow(follower, session, &image, seconds, started, out);
}

mr_status mr_follow_bytes(mr_follower *follower, mr_session *session, const void *bytes,
                          size_t size, const char *name, double seconds, mr_scene *out) {
    MR_REQUIRE(follower);
    MR_REQUIRE(session);
    MR_REQUIRE(bytes);
    MR_REQUIRE(name);
    MR_REQUIRE(out);
    double started = mr_now();
    MR_TRY(check_call(follower, session, seconds));
    mr_decode_options decode = mr_frame_decoding(session->engine);
    MR_TRY(mr_image_decode_again(bytes, size, name, &decode, &follower->frame));
    return follow(follower, session, &follower->frame, seconds, started, out);
}
