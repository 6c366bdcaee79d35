/*
 * From a photo to films, through the public header alone:
 *
 *     photo_to_films PHOTO [COUNT]
 *
 * prints everybody that the photo shows and the films to watch together. Built in the tree it finds
 * models/ and data/ in the current folder, installed it finds those of the installation; elsewhere
 * MOODREEL_HOME tells. Compile it against an installed copy, of which the loader knows once
 * `sudo ldconfig` ran, with
 *
 *     cc photo_to_films.c $(pkg-config --cflags --libs moodreel) -o photo_to_films
 */
#include <moodreel/moodreel.h>

#include <stdio.h>
#include <stdlib.h>

static void print_person(const mr_person *person) {
    const mr_attributes *a = &person->attributes;
    printf("face at (%.0f, %.0f)", person->face.box.x, person->face.box.y);
    if (a->has_age)
        printf(", about %.0f years", a->age);
    if (a->has_gender)
        printf(", %s", mr_gender_label(mr_likeliest(a->gender, MR_GENDER_COUNT)));
    if (a->has_emotion)
        printf(", %s", mr_emotion_label(mr_likeliest(a->emotion, MR_EMOTION_COUNT)));
    putchar('\n');
}

static void print_film(const mr_recommended_film *choice) {
    printf("%s (%d)\n", choice->film.title, choice->film.year);
    for (int i = 0; i < choice->reason_count; i++)
        printf("    %s\n", choice->reasons[i]);
}

/* Everything that can fail; what was opened is closed by the caller. */
static mr_status run(const char *photo, int count, mr_engine **engine, mr_session **session) {
    mr_status status = mr_engine_open(NULL, engine);
    if (status == MR_OK)
        status = mr_session_create(*engine, session);
    if (status != MR_OK)
        return status;

    mr_analysis analysis;
    if ((status = mr_analyze_file(*session, photo, &analysis)) != MR_OK)
        return status;
    for (size_t i = 0; i < analysis.count; i++)
        print_person(&analysis.people[i]);

    mr_recommend_options options = mr_recommend_options_defaults();
    options.count = count;
    mr_recommendation films;
    status = mr_recommend_for_analysis(*session, &analysis, &options, &films);
    mr_analysis_free(&analysis);
    if (status != MR_OK)
        return status;
    for (size_t i = 0; i < films.count; i++)
        print_film(&films.films[i]);
    mr_recommendation_free(&films);
    return MR_OK;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s PHOTO [COUNT]\n", argv[0]);
        return 2;
    }
    mr_engine *engine = NULL;
    mr_session *session = NULL;
    mr_status status = run(argv[1], argc == 3 ? atoi(argv[2]) : 10, &engine, &session);
    if (status != MR_OK)
        fprintf(stderr, "%s\n", mr_last_error());
    mr_session_free(session);
    mr_engine_free(engine);
    return status == MR_OK ? 0 : 1;
}
