/* moodreel watch: the people in a video or before a camera, and films for them. */
#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/watch_draw.h"
#include "cli/watch_report.h"
#include "media/reader.h"
#include "recommend/occasion.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

struct settings {
    mr_cli_engine_settings engine;
    const char *draw;
    float fps, seconds, every, give_up;
    mr_recommend_options films;
    bool realtime, json;
};

static const mr_cli_option options[] = {
    MR_CLI_FLOAT("fps", 0, struct settings, fps, "N", 0.01, 1000,
                 "look at no more frames a second than this"),
    MR_CLI_FLOAT("seconds", 0, struct settings, seconds, "S", 0.001, 1e9, "end after this time"),
    MR_CLI_FLAG("realtime", 0, struct settings, realtime,
                "play a file at its own speed and skip what cannot be kept up with"),
    MR_CLI_FLOAT("give-up", 0, struct settings, give_up, "S", 0.001, 1e9,
                 "end when a camera or stream has been lost for this time"),
    MR_CLI_INT("films", 0, struct settings, films.count, "N", 0, 1000,
               "films for the people who are there; 0: none"),
    MR_CLI_INT("youngest", 0, struct settings, films.youngest, "YEARS", 0, MR_AGE_YEARS - 1,
               "age of the youngest who watches, where it cannot be told"),
    MR_CLI_SEED("seed", 0, struct settings, films.seed, "of the small share of exploration"),
    MR_CLI_STRING("draw", 0, struct settings, draw, "OUT.mp4",
                  "also write the video with its people marked (.mp4, .mkv, .webm)"),
    MR_CLI_ENGINE_ROWS(struct settings, engine),
    MR_CLI_FLAG("json", 0, struct settings, json,
                "print JSON lines, an object each, instead of one document"),
    MR_CLI_FLOAT("every", 0, struct settings, every, "S", 0, 1e9,
                 "with --json, print a frame at most every S seconds"),
};

static const mr_cli_usage usage = {
    "watch",
    "FILE|/dev/videoN|URL",
    1,
    1,
    "Follows the people in a video file, before a camera or in a network stream, says what is\n"
    "estimated of them when it changes, and recommends films for those who are there. Nothing is\n"
    "written to disk without --draw. Ctrl-C ends it.",
    options,
    MR_COUNT(options)};

/* Set by the first Ctrl-C; the handler then steps aside, so that a second one ends the program. */
static atomic_bool stopped;

static void stop(int number) {
    (void)number;
    atomic_store(&stopped, true);
}

/* The end of a pipe is an error of writing, not of the program: a drawn video is still finished. */
static void handle_signals(void) {
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESETHAND | SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action = (struct sigaction){.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &action, NULL);
}

/* All that one run of watch works with. */
typedef struct watch {
    const struct settings *settings;
    mr_cli_engine engine;
    mr_media_reader *reader;
    mr_follower *follower;
    mr_occasion occasion;
    mr_watch_report report;
    mr_watch_video video;
    mr_progress progress;
    double seconds;  /* of the last frame */
    double next;     /* when the next frame is to be looked at */
    uint64_t wanted; /* number that the next frame has if none is left out */
} watch;

/* Recommends when films are due at `seconds`. */
static mr_status choose_films(watch *self, double seconds, const mr_scene *scene) {
    mr_followed audience[MR_VIEWERS_MAX];
    mr_viewer viewers[MR_VIEWERS_MAX];
    size_t count = mr_audience_of_scene(scene, audience);
    int youngest = mr_youngest_of_scene(scene, self->settings->films.youngest);
    uint64_t key = mr_occasion_key(&self->occasion, audience, count, youngest);
    if (self->settings->films.count == 0 || !mr_occasion_due(&self->occasion, seconds, key))
        return MR_OK;
    for (size_t i = 0; i < count; i++)
        viewers[i] = mr_viewer_of_followed(&audience[i]);
    mr_recommend_options wish = self->settings->films;
    wish.age_limit = self->occasion.step;
    mr_recommendation films;
    MR_TRY(mr_recommend(self->engine.session, viewers, count, &wish, &films));
    mr_status status = mr_watch_report_films(&self->report, self->seconds, &films);
    mr_recommendation_free(&films);
    return status;
}

/* Whether the limit on frames a second lets this one pass. */
static bool is_wanted(watch *self, double seconds) {
    if (self->settings->fps <= 0)
        return true;
    if (seconds < self->next - 1e-6)
        return false;
    double interval = 1 / (double)self->settings->fps;
    self->next += interval;
    if (self->next <= seconds)
        self->next = seconds + interval; /* after a gap it counts anew */
    return true;
}

static mr_status look(watch *self, mr_media_moment *moment, mr_scene *scene) {
    self->seconds = moment->seconds;
    if (!is_wanted(self, moment->seconds))
        return MR_OK;
    mr_image *frame = &moment->image;
    MR_TRY(mr_follow_pixels(self->follower, self->engine.session, frame->pixels, frame->width,
                            frame->height, frame->stride, moment->seconds, scene));
    MR_TRY(mr_watch_report_scene(&self->report, moment->number, moment->seconds,
                                 moment->number - self->wanted, scene));
    self->wanted = moment->number + 1;
    MR_TRY(choose_films(self, moment->seconds, scene));
    mr_progress_update(&self->progress, (long)moment->seconds);
    return self->video.path ? mr_watch_video_add(&self->video, frame, moment->seconds, scene)
                            : MR_OK;
}

static bool is_over(const watch *self, const mr_media_moment *moment) {
    float most = self->settings->seconds;
    return moment->what == MR_MEDIA_END ||
           (most > 0 && moment->what == MR_MEDIA_FRAME && moment->seconds > (double)most);
}

static mr_status look_at_all(watch *self) {
    mr_scene scene = {0};
    for (;;) {
        mr_media_moment moment;
        MR_TRY(mr_media_read(self->reader, &moment));
        if (is_over(self, &moment))
            /* A group that had no time to settle gets its films now. */
            return choose_films(self, INFINITY, &scene);
        if (moment.what == MR_MEDIA_FRAME)
            MR_TRY(look(self, &moment, &scene));
        else
            MR_TRY(mr_watch_report_loss(&self->report, moment.seconds, moment.reason));
    }
}

static mr_status open_all(watch *self, const char *name) {
    const struct settings *settings = self->settings;
    mr_media_options media = mr_media_options_defaults();
    media.realtime = settings->realtime;
    media.give_up = (double)settings->give_up;
    media.seconds = (double)settings->seconds;
    media.stop = &stopped;
    /* The source first: a wrong name is told at once. */
    MR_TRY(mr_media_open(name, &media, &self->reader));
    MR_TRY(mr_cli_engine_open(&settings->engine, settings->films.count > 0, &self->engine));
    MR_TRY(mr_follower_create(self->engine.engine, NULL, &self->follower));
    mr_media_info info = mr_media_about(self->reader);
    self->video.path = settings->draw;
    self->video.rate = info.rate;
    if (settings->fps > 0 && (info.rate <= 0 || (double)settings->fps < info.rate))
        self->video.rate = (double)settings->fps;
    self->progress = mr_progress_begin("seconds", (long)ceil(info.duration));
    /* Lines that are printed as they come are progress enough. */
    self->progress.shown =
        self->progress.shown && !info.live && info.duration > 0 && !isatty(STDOUT_FILENO);
    return MR_OK;
}

static mr_status watch_source(const struct settings *settings, const char *name) {
    watch self = {.settings = settings,
                  .occasion = mr_occasion_new(),
                  .report = mr_watch_report_new(settings->json, (double)settings->every)};
    mr_status status = open_all(&self, name);
    if (status == MR_OK) {
        status = look_at_all(&self);
        mr_progress_end(&self.progress);
        status = mr_watch_video_end(&self.video, status);
        uint64_t broken = mr_media_broken(self.reader);
        if (broken)
            mr_log(MR_LOG_WARNING, "watch: %llu frame%s could not be decoded",
                   (unsigned long long)broken, broken == 1 ? "" : "s");
    }
    mr_media_close(self.reader);
    mr_follower_free(self.follower);
    mr_cli_engine_close(&self.engine);
    return status;
}

int mr_cmd_watch(int argc, char **argv) {
    struct settings settings = {.engine = mr_cli_engine_defaults(),
                                .films = mr_recommend_options_defaults()};
    settings.films.count = 5;
    mr_cli_operands sources;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &sources, &code))
        return code;
    if (settings.draw && mr_is_same_file(settings.draw, sources.items[0]))
        return mr_cli_misuse("watch", "--draw: %s is the video that is watched", settings.draw);
    if (settings.draw && mr_media_writer_check_name(settings.draw) != MR_OK)
        return mr_cli_misuse("watch", "--draw: %s", mr_last_error());
    handle_signals();
    mr_status status = watch_source(&settings, sources.items[0]);
    bool done = status == MR_OK || status == MR_E_INTERRUPTED;
    if (!done && ferror(stdout))
        return MR_EXIT_FAILED; /* main() says why */
    return done ? MR_EXIT_OK : mr_cli_failed("watch");
}
