#include "cli/watch_report.h"

#include "base/log.h"
#include "json/age.h"
#include "json/scene.h"

#include <stdio.h>

/* Seconds in sight before somebody is spoken of: by then the first votes agree. */
static const double introduction = 0.5;

mr_watch_report mr_watch_report_new(bool json, double every) {
    return (mr_watch_report){.json = json, .every = every};
}

static mr_status send(mr_status status) {
    if (status == MR_OK && (fflush(stdout) != 0 || ferror(stdout)))
        return mr_fail(MR_E_IO, "standard output: cannot be written");
    return status;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static mr_status print_scene(mr_watch_report *report, uint64_t frame, double seconds,
                             const mr_scene *scene) {
    if (seconds < report->next)
        return MR_OK;
    report->next = seconds + report->every;
    mr_status status = mr_json_print(
        json_pack("{s:I, s:f, s:I, s:i, s:i, s:f, s:o}", "frame", (json_int_t)frame, "time",
                  seconds, "skipped", (json_int_t)report->skipped, "width", scene->width, "height",
                  scene->height, "ms", scene->ms, "people", mr_json_people(scene)));
    report->skipped = 0;
    return status;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void say_time(double seconds) {
    printf("%8.1f s  ", seconds);
}

static int sure_gender(const mr_followed *person) {
    return person->gender_sure ? person->gender : -1;
}

static int sure_emotion(const mr_followed *person) {
    return person->emotion_sure ? person->emotion : -1;
}

static void introduce(double seconds, const mr_followed *person) {
    const mr_attributes *attributes = &person->person.attributes;
    say_time(seconds);
    printf("#%u is here", person->id);
    const char *joint = ": ";
    if (attributes->has_age) {
        mr_age_years age = mr_age_in_years(attributes);
        printf("%sage %d (%d-%d)", joint, age.years, age.low, age.high);
        joint = ", ";
    }
    if (attributes->has_gender) {
        const char *gender = mr_gender_label((mr_gender)sure_gender(person));
        printf("%s%s", joint, gender ? gender : "gender unsure");
        joint = ", ";
    }
    if (attributes->has_emotion) {
        const char *emotion = mr_emotion_label((mr_emotion)sure_emotion(person));
        printf("%s%s", joint, emotion ? emotion : "emotion unsure");
    }
    putchar('\n');
}

/* Of what is sure, what is news; nothing that was said is taken back for mere doubt. */
static void say_news(double seconds, const mr_followed *person, mr_watch_said *said) {
    int gender = sure_gender(person), emotion = sure_emotion(person);
    if (gender >= 0 && gender != said->gender) {
        say_time(seconds);
        printf("#%u is %s\n", person->id, mr_gender_label((mr_gender)gender));
        said->gender = gender;
    }
    if (emotion >= 0 && emotion != said->emotion) {
        say_time(seconds);
        printf("#%u looks %s\n", person->id, mr_emotion_label((mr_emotion)emotion));
        said->emotion = emotion;
    }
}

static mr_watch_said *find_said(mr_watch_report *report, uint32_t id) {
    for (size_t i = 0; i < report->said_count; i++)
        if (report->said[i].id == id)
            return &report->said[i];
    return NULL;
}

static bool is_there(const mr_scene *scene, uint32_t id) {
    for (size_t i = 0; i < scene->count; i++)
        if (scene->people[i].id == id)
            return true;
    return false;
}

/* Takes leave of those who are no longer in the scene. */
static void say_leaving(mr_watch_report *report, double seconds, const mr_scene *scene) {
    size_t kept = 0;
    for (size_t i = 0; i < report->said_count; i++) {
        const mr_watch_said *said = &report->said[i];
        if (is_there(scene, said->id)) {
            report->said[kept++] = *said;
            continue;
        }
        say_time(seconds);
        printf("#%u left after %.1f s\n", said->id, said->seen - said->since);
    }
    report->said_count = kept;
}

static void say_scene(mr_watch_report *report, double seconds, const mr_scene *scene) {
    say_leaving(report, seconds, scene);
    for (size_t i = 0; i < scene->count; i++) {
        const mr_followed *person = &scene->people[i];
        mr_watch_said *said = find_said(report, person->id);
        if (said) {
            say_news(seconds, person, said);
            said->seen = person->seen;
        } else if (person->seen - person->since >= introduction &&
                   report->said_count < MR_FOLLOWED_MAX) {
            introduce(seconds, person);
            report->said[report->said_count++] = (mr_watch_said){.id = person->id,
                                                                 .gender = sure_gender(person),
                                                                 .emotion = sure_emotion(person),
                                                                 .since = person->since,
                                                                 .seen = person->seen};
        }
    }
}

static void say_films(double seconds, const mr_recommendation *films) {
    say_time(seconds);
    printf(films->count ? "films:\n" : "no film passes the filters\n");
    for (size_t i = 0; i < films->count; i++) {
        const mr_recommended_film *film = &films->films[i];
        printf("%12s%s", "", film->film.title);
        if (film->film.year)
            printf(" (%d)", film->film.year);
        if (film->reason_count)
            printf(": %s", film->reasons[0]);
        putchar('\n');
    }
}

/* ---- Both ------------------------------------------------------------------------------------ */

mr_status mr_watch_report_scene(mr_watch_report *report, uint64_t frame, double seconds,
                                uint64_t skipped, const mr_scene *scene) {
    report->skipped += skipped;
    if (report->json)
        return send(print_scene(report, frame, seconds, scene));
    say_scene(report, seconds, scene);
    return send(MR_OK);
}

mr_status mr_watch_report_films(mr_watch_report *report, double seconds,
                                const mr_recommendation *films) {
    if (report->json)
        return send(
            mr_json_print(json_pack("{s:f, s:o}", "time", seconds, "films", mr_json_films(films))));
    say_films(seconds, films);
    return send(MR_OK);
}

mr_status mr_watch_report_loss(mr_watch_report *report, double seconds, const char *reason) {
    mr_log(MR_LOG_WARNING, "watch: %s", reason ? reason : "the source is back");
    if (!report->json)
        return MR_OK;
    return send(mr_json_print(json_pack("{s:f, s:s, s:o}", "time", seconds, "state",
                                        reason ? "lost" : "back", "reason",
                                        reason ? mr_json_text(reason) : json_null())));
}
