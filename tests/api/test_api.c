#include "base/file.h"
#include "comma_locale.h"
#include "image/image.h"
#include "made_home.h"
#include "moodreel/moodreel.h"
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTRAIT "data/samples/astronaut.jpg"

static char home[] = "/tmp/moodreel-test-XXXXXX";
static mr_engine *engine;

static mr_options home_options(void) {
    mr_options options = mr_options_defaults();
    options.home = home;
    return options;
}

static mr_session *new_session(const mr_engine *of) {
    mr_session *session;
    assert_ok(mr_session_create(of, &session));
    return session;
}

static int set_up(void **state) {
    (void)state;
    mr_options options = home_options();
    if (mkdtemp(home) == NULL || mr_make_home(home) != MR_OK ||
        mr_engine_open(&options, &engine) != MR_OK) {
        fprintf(stderr, "%s\n", mr_last_error());
        return -1;
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mr_engine_free(engine);
    mr_test_remove(home);
    return 0;
}

static void version_is_that_of_the_header(void **state) {
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", MR_VERSION_MAJOR, MR_VERSION_MINOR, MR_VERSION_PATCH);
    assert_string_equal(mr_version(), text);
    assert_int_equal(mr_version_number(), MR_VERSION_NUMBER);
}

static void detectors_have_labels(void **state) {
    (void)state;
    assert_string_equal(mr_detector_label(MR_DETECTOR_HAAR), "haar");
    assert_string_equal(mr_detector_label(MR_DETECTOR_AUTO), "auto");
    assert_int_equal(mr_detector_from_label("yolo"), MR_DETECTOR_YOLO);
    assert_int_equal(mr_detector_from_label("other"), -1);
    assert_int_equal(mr_detector_from_label(NULL), -1);
    assert_null(mr_detector_label(MR_DETECTOR_COUNT));
}

static void assert_refused(const mr_options *options, mr_status status, const char *words) {
    mr_engine *none = NULL;
    assert_int_equal(mr_engine_open(options, &none), status);
    assert_null(none);
    if (strstr(mr_last_error(), words) == NULL)
        fail_msg("'%s' does not say '%s'", mr_last_error(), words);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    mr_options options = home_options();
    options.home = "/no/such/folder";
    assert_refused(&options, MR_E_NOT_FOUND, "/no/such/folder: ");
    options = home_options();
    options.detector = MR_DETECTOR_YOLO; /* which the made home has none of */
    assert_refused(&options, MR_E_NOT_FOUND, "models/detector");
    options.detector = (mr_detector_kind)7;
    assert_refused(&options, MR_E_ARGUMENT, "detector 7");
    options = home_options();
    options.threads = 0;
    assert_refused(&options, MR_E_ARGUMENT, "threads 0");
    options = home_options();
    options.longer_side = -1;
    assert_refused(&options, MR_E_ARGUMENT, "longer_side -1");
}

static void assert_detector(const char *in, mr_detector_kind wanted, mr_detector_kind expected) {
    mr_options options = mr_options_defaults();
    options.home = in;
    options.films = false;
    options.detector = wanted;
    mr_engine *opened;
    assert_ok(mr_engine_open(&options, &opened));
    assert_int_equal(mr_engine_detector(opened), expected);
    mr_engine_free(opened);
}

static void the_engine_tells_what_finds_the_faces(void **state) {
    (void)state;
    assert_detector(home, MR_DETECTOR_AUTO, MR_DETECTOR_HAAR);
    assert_detector(home, MR_DETECTOR_HAAR, MR_DETECTOR_HAAR);
    assert_detector(".", MR_DETECTOR_AUTO, MR_DETECTOR_YOLO);
    assert_detector(".", MR_DETECTOR_YOLO, MR_DETECTOR_YOLO);
    assert_detector(".", MR_DETECTOR_HAAR, MR_DETECTOR_HAAR);
    assert_int_equal(mr_engine_detector(NULL), MR_DETECTOR_COUNT);
}

static void home_is_found_by_environment_and_folder(void **state) {
    (void)state;
    char *found;
    setenv("MOODREEL_HOME", "/no/such/folder", 1);
    assert_int_equal(mr_find_home(&found), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "/no/such/folder: "));
    assert_refused(NULL, MR_E_NOT_FOUND, "/no/such/folder: ");
    setenv("MOODREEL_HOME", home, 1);
    assert_ok(mr_find_home(&found));
    assert_string_equal(found, home);
    free(found);
    unsetenv("MOODREEL_HOME");
    char *before = realpath(".", NULL);
    assert_int_equal(chdir(home), 0);
    assert_ok(mr_find_home(&found));
    assert_string_equal(found, ".");
    free(found);
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void null_is_an_error(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_analysis analysis;
    mr_recommendation films;
    mr_film film;
    mr_viewer viewer = {0};
    uint8_t pixel[3] = {0};
    assert_int_equal(mr_find_home(NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_engine_open(NULL, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_session_create(NULL, &session), MR_E_ARGUMENT);
    assert_int_equal(mr_session_create(engine, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_file(NULL, PORTRAIT, &analysis), MR_E_ARGUMENT);
    assert_string_equal(mr_last_error(), "mr_analyze_file: session is NULL");
    assert_int_equal(mr_analyze_file(session, NULL, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_file(session, PORTRAIT, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_bytes(session, NULL, 4, "x", &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_bytes(session, pixel, 3, NULL, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_pixels(session, NULL, 1, 1, 3, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_recommend(session, NULL, 1, NULL, &films), MR_E_ARGUMENT);
    assert_int_equal(mr_recommend(session, &viewer, 1, NULL, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_recommend(session, &viewer, 0, NULL, &films), MR_E_ARGUMENT);
    mr_viewer forgetful = viewer;
    forgetful.history = NULL;
    forgetful.history_count = 1;
    assert_int_equal(mr_recommend(session, &forgetful, 1, NULL, &films), MR_E_ARGUMENT);
    assert_int_equal(mr_recommend_for_analysis(session, NULL, NULL, &films), MR_E_ARGUMENT);
    assert_int_equal(mr_draw_analysis(PORTRAIT, NULL, "x.png"), MR_E_ARGUMENT);
    assert_int_equal(mr_viewer_stated(30, -1, -1, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_film_at(NULL, 0, &film), MR_E_ARGUMENT);
    assert_int_equal(mr_film_find(engine, NULL, &film), MR_E_ARGUMENT);
    assert_int_equal(mr_film_count(NULL), 0);
    assert_false(mr_engine_attributes(NULL).age);
    mr_session_free(session);
    mr_session_free(NULL);
    mr_engine_free(NULL);
    mr_analysis_free(NULL);
    mr_recommendation_free(NULL);
}

static float overlap(const mr_box *a, const mr_box *b) {
    float w = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float h = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    float both = w > 0 && h > 0 ? w * h : 0;
    return both / (a->width * a->height + b->width * b->height - both);
}

static void portrait_shows_one_person(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_analysis analysis;
    assert_ok(mr_analyze_file(session, PORTRAIT, &analysis));
    assert_int_equal(analysis.count, 1);
    assert_true(analysis.ms > 0);
    const mr_person *person = &analysis.people[0];
    const mr_box face = {.x = 175, .y = 70, .width = 100, .height = 100};
    assert_true(overlap(&person->face.box, &face) > 0.5f);
    const mr_attributes *a = &person->attributes;
    assert_true(a->has_age && a->has_gender && a->has_ethnicity && a->has_emotion);
    double sum = 0;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        sum += a->emotion[i];
    assert_true(fabs(sum - 1) < 1e-5);
    mr_analysis_free(&analysis);
    assert_null(analysis.people);
    mr_analysis_free(&analysis);
    mr_session_free(session);
}

static void assert_same(const mr_analysis *a, const mr_analysis *b) {
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const mr_person *p = &a->people[i], *q = &b->people[i];
        assert_memory_equal(&p->face.box, &q->face.box, sizeof p->face.box);
        assert_true(p->face.score == q->face.score);
        assert_memory_equal(&p->attributes, &q->attributes, sizeof p->attributes);
    }
}

static void file_bytes_and_pixels_agree(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_analysis by_file, by_bytes, by_pixels;
    assert_ok(mr_analyze_file(session, PORTRAIT, &by_file));
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read(PORTRAIT, 1 << 20, &bytes, &size));
    assert_ok(mr_analyze_bytes(session, bytes, size, "portrait", &by_bytes));
    assert_same(&by_file, &by_bytes);
    mr_image image;
    assert_ok(mr_image_decode(bytes, size, "portrait", NULL, &image));
    assert_ok(mr_analyze_pixels(session, image.pixels, image.width, image.height, image.stride,
                                &by_pixels));
    assert_same(&by_file, &by_pixels);
    mr_image_free(&image);
    free(bytes);
    mr_analysis_free(&by_file);
    mr_analysis_free(&by_bytes);
    mr_analysis_free(&by_pixels);
    mr_session_free(session);
}

static void reduced_decoding_reports_full_pixels(void **state) {
    (void)state;
    mr_options options = home_options();
    options.films = false;
    options.longer_side = 200;
    mr_engine *reduced;
    assert_ok(mr_engine_open(&options, &reduced));
    mr_session *full_session = new_session(engine), *session = new_session(reduced);
    mr_analysis full, half;
    assert_ok(mr_analyze_file(full_session, PORTRAIT, &full));
    assert_ok(mr_analyze_file(session, PORTRAIT, &half));
    assert_int_equal(half.width, full.width);
    assert_int_equal(half.height, full.height);
    assert_true(half.count >= 1);
    assert_true(overlap(&half.people[0].face.box, &full.people[0].face.box) > 0.7f);
    mr_analysis_free(&full);
    mr_analysis_free(&half);
    mr_session_free(full_session);
    mr_session_free(session);
    mr_engine_free(reduced);
}

/* A JPEG of `side` × `side` pixels with the portrait in its middle. */
static void put_on_canvas(int side, uint8_t **bytes, size_t *size) {
    mr_image portrait, canvas;
    assert_ok(mr_image_load(PORTRAIT, NULL, &portrait));
    assert_ok(mr_image_create(side, side, 3, &canvas));
    float left = (float)(side - portrait.width) / 2;
    const mr_affine to_portrait = {1, 0, -left, 0, 1, -left};
    mr_image_warp(&portrait, &to_portrait, &canvas);
    assert_ok(mr_image_encode_jpeg(&canvas, 95, bytes, size));
    mr_image_free(&portrait);
    mr_image_free(&canvas);
}

static void small_faces_of_a_large_photo_are_read_in_full(void **state) {
    (void)state;
    mr_options options = mr_options_defaults();
    options.home = ".";
    options.films = false;
    options.longer_side = 300;
    mr_engine *shipped;
    assert_ok(mr_engine_open(&options, &shipped));
    mr_session *session = new_session(shipped);
    mr_analysis near, far;
    uint8_t *bytes;
    size_t size;
    put_on_canvas(1200, &bytes, &size);
    assert_ok(mr_analyze_file(session, PORTRAIT, &near));
    assert_ok(mr_analyze_bytes(session, bytes, size, "canvas", &far));
    assert_int_equal(far.width, 1200);
    assert_int_equal(far.readable, 1);
    const mr_person *one = &near.people[0], *other = &far.people[0];
    assert_true(fabsf(other->face.box.x - one->face.box.x - 344) < 10);
    assert_true(fabsf(other->face.landmarks[0].x - one->face.landmarks[0].x - 344) < 4);
    assert_true(fabsf(other->attributes.age - one->attributes.age) < 3);
    mr_analysis_free(&near);
    mr_analysis_free(&far);
    free(bytes);
    mr_session_free(session);
    mr_engine_free(shipped);
}

static void bad_pictures_are_named(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_analysis analysis;
    assert_int_equal(mr_analyze_file(session, "no-such.jpg", &analysis), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "no-such.jpg: "));
    assert_int_equal(mr_analyze_bytes(session, "just text", 9, "note.txt", &analysis), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "note.txt: "));
    const uint8_t row[6] = {0};
    assert_int_equal(mr_analyze_pixels(session, row, 2, 1, 5, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_pixels(session, row, 0, 1, 6, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_pixels(session, row, 2, -1, 6, &analysis), MR_E_ARGUMENT);
    assert_int_equal(mr_analyze_pixels(session, row, 1 << 20, 1 << 20, 3 << 20, &analysis),
                     MR_E_LIMIT);
    /* Smaller than any face, yet a picture. */
    assert_ok(mr_analyze_pixels(session, row, 2, 1, 6, &analysis));
    assert_int_equal(analysis.count, 0);
    mr_recommendation films;
    assert_int_equal(mr_recommend_for_analysis(session, &analysis, NULL, &films), MR_E_NOT_FOUND);
    mr_analysis_free(&analysis);
    mr_session_free(session);
}

static void switched_off_attributes_are_not_estimated(void **state) {
    (void)state;
    mr_options options = home_options();
    options.films = false;
    options.attributes = (mr_attribute_set){.age = true};
    mr_engine *only_age;
    assert_ok(mr_engine_open(&options, &only_age));
    mr_attribute_set set = mr_engine_attributes(only_age);
    assert_true(set.age && !set.gender && !set.ethnicity && !set.emotion);
    mr_session *session = new_session(only_age);
    mr_analysis analysis;
    assert_ok(mr_analyze_file(session, PORTRAIT, &analysis));
    const mr_attributes *a = &analysis.people[0].attributes;
    assert_true(a->has_age && !a->has_gender && !a->has_ethnicity && !a->has_emotion);
    mr_recommendation films;
    assert_int_equal(mr_recommend_for_analysis(session, &analysis, NULL, &films), MR_E_UNSUPPORTED);
    mr_analysis_free(&analysis);
    mr_session_free(session);
    mr_engine_free(only_age);
}

typedef struct job {
    mr_analysis analysis;
    mr_recommendation films;
    mr_status status;
} job;

/* Runs in its own thread, so that cmocka's assertions are left to the main one. */
static void *work(void *argument) {
    job *own = argument;
    mr_session *session = NULL;
    own->status = mr_session_create(engine, &session);
    if (own->status == MR_OK)
        own->status = mr_analyze_file(session, PORTRAIT, &own->analysis);
    if (own->status == MR_OK)
        own->status = mr_recommend_for_analysis(session, &own->analysis, NULL, &own->films);
    mr_session_free(session);
    return NULL;
}

static void threads_share_an_engine(void **state) {
    (void)state;
    enum { THREADS = 2 };
    job jobs[THREADS] = {0};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(jobs[i].status, MR_OK);
        assert_same(&jobs[i].analysis, &jobs[0].analysis);
        assert_int_equal(jobs[i].films.count, jobs[0].films.count);
        for (size_t k = 0; k < jobs[i].films.count; k++) {
            assert_string_equal(jobs[i].films.films[k].film.id, jobs[0].films.films[k].film.id);
            assert_true(jobs[i].films.films[k].score == jobs[0].films.films[k].score);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        mr_analysis_free(&jobs[i].analysis);
        mr_recommendation_free(&jobs[i].films);
    }
}

static void drawing_marks_the_face(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_analysis analysis;
    assert_ok(mr_analyze_file(session, PORTRAIT, &analysis));
    char *path = mr_path_join(home, "drawn.png");
    assert_ok(mr_draw_analysis(PORTRAIT, &analysis, path));
    mr_image before, after;
    assert_ok(mr_image_load(PORTRAIT, NULL, &before));
    assert_ok(mr_image_load(path, NULL, &after));
    assert_int_equal(after.width, before.width);
    assert_int_equal(after.height, before.height);
    const mr_box *box = &analysis.people[0].face.box;
    size_t edge = (size_t)(box->y + box->height / 2) * after.stride + 3 * (size_t)box->x;
    assert_true(memcmp(before.pixels + edge, after.pixels + edge, 3) != 0);
    size_t far = (size_t)(after.height - 1) * after.stride;
    assert_memory_equal(before.pixels + far, after.pixels + far, 3);
    mr_image_free(&before);
    mr_image_free(&after);

    assert_int_equal(mr_draw_analysis("data/samples/astronaut-320.png", &analysis, path),
                     MR_E_MISMATCH);

    /* What an engine was allowed to analyse can be drawn, however many bytes it has. */
    char *heavy = mr_path_join(home, "heavy.jpg");
    size_t size;
    unsigned char *bytes;
    assert_ok(mr_file_read(PORTRAIT, 1 << 20, &bytes, &size));
    assert_ok(mr_file_write(heavy, bytes, size));
    assert_int_equal(truncate(heavy, 65 << 20), 0);
    assert_ok(mr_draw_analysis(heavy, &analysis, path));
    assert_int_equal(unlink(heavy), 0);
    free(bytes);
    free(heavy);
    free(path);
    mr_analysis_free(&analysis);
    mr_session_free(session);
}

static void catalogue_is_open(void **state) {
    (void)state;
    size_t count = mr_film_count(engine);
    assert_true(count >= 2000);
    mr_film film, same;
    assert_ok(mr_film_at(engine, count - 1, &film));
    assert_true(film.year > 1880 && film.genre_count >= 1 && *film.title != '\0');
    assert_ok(mr_film_find(engine, film.id, &same));
    assert_string_equal(same.title, film.title);
    assert_int_equal(mr_film_at(engine, count, &film), MR_E_NOT_FOUND);
    assert_int_equal(mr_film_find(engine, "none", &film), MR_E_NOT_FOUND);
    mr_film meant[3];
    assert_true(mr_film_search(engine, "pulp ficton", meant, 3) >= 1);
    assert_string_equal(meant[0].title, "Pulp Fiction");
    assert_int_equal(mr_film_search(engine, "pulp ficton", meant, 0), 0);
    assert_int_equal(mr_film_search(engine, "no film is called like this one", meant, 3), 0);
    /* Too long for errors to be told, but as it is. */
    assert_int_equal(mr_film_search(engine,
                                    "don't be a menace to south central while drinking your juice "
                                    "in the hood",
                                    meant, 3),
                     1);
    assert_true(mr_film_language_is_known(engine, "english"));
    assert_false(mr_film_language_is_known(engine, "Klingon"));
    assert_string_equal(mr_last_error(), "film none: not in the catalogue");
}

static void stated_viewers_are_certain(void **state) {
    (void)state;
    mr_viewer viewer;
    assert_ok(mr_viewer_stated(31, MR_FEMALE, MR_SAD, &viewer));
    const mr_attributes *a = &viewer.attributes;
    assert_true(a->has_age && a->has_gender && a->has_emotion && !a->has_ethnicity);
    assert_true(a->age == 31 && a->age_low == 31 && a->age_high == 31);
    assert_true(a->age_distribution[31] == 1 && a->gender[MR_FEMALE] == 1);
    assert_true(a->emotion[MR_SAD] == 1);
    assert_ok(mr_viewer_stated(-1, -1, MR_HAPPY, &viewer));
    assert_true(!a->has_age && !a->has_gender && a->has_emotion);
    assert_ok(mr_viewer_stated(MR_AGE_YEARS + 9, -1, -1, &viewer));
    assert_true(a->age_distribution[MR_AGE_YEARS - 1] == 1 && a->age == MR_AGE_YEARS + 9);
    assert_int_equal(mr_viewer_stated(-2, -1, -1, &viewer), MR_E_ARGUMENT);
    assert_int_equal(mr_viewer_stated(151, -1, -1, &viewer), MR_E_ARGUMENT);
    assert_int_equal(mr_viewer_stated(31, MR_GENDER_COUNT, -1, &viewer), MR_E_ARGUMENT);
    assert_int_equal(mr_viewer_stated(31, -1, MR_EMOTION_COUNT, &viewer), MR_E_ARGUMENT);
}

static void filters_and_certificates_hold(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_viewer viewers[2];
    assert_ok(mr_viewer_stated(35, MR_MALE, MR_HAPPY, &viewers[0]));
    assert_ok(mr_viewer_stated(7, MR_FEMALE, MR_HAPPY, &viewers[1]));
    mr_recommend_options options = mr_recommend_options_defaults();
    options.count = 5;
    options.genre = "Comedy";
    mr_recommendation films;
    assert_ok(mr_recommend(session, viewers, 1, &options, &films));
    assert_int_equal(films.count, 5);
    for (size_t i = 0; i < films.count; i++) {
        const mr_film *film = &films.films[i].film;
        bool comedy = false;
        for (int g = 0; g < film->genre_count; g++)
            comedy = comedy || strcmp(film->genres[g], "Comedy") == 0;
        assert_true(comedy);
        assert_true(films.films[i].reason_count >= 1);
        assert_true(i == 0 || films.films[i].score <= films.films[i - 1].score);
    }
    mr_recommendation_free(&films);
    assert_null(films.films);

    /* With a child on the sofa nothing above its age is shown, an unknown certificate neither. */
    options = mr_recommend_options_defaults();
    assert_ok(mr_recommend(session, viewers, 2, &options, &films));
    for (size_t i = 0; i < films.count; i++)
        if (strcmp(films.films[i].film.certificate, "U") != 0 &&
            strcmp(films.films[i].film.certificate, "G") != 0 &&
            strcmp(films.films[i].film.certificate, "FSK 0") != 0 &&
            strcmp(films.films[i].film.certificate, "FSK 6") != 0)
            fail_msg("'%s' has certificate '%s'", films.films[i].film.title,
                     films.films[i].film.certificate);
    mr_recommendation_free(&films);

    options.genre = "Cookery";
    assert_int_equal(mr_recommend(session, viewers, 1, &options, &films), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "Cookery"));
    options = mr_recommend_options_defaults();
    options.count = 0;
    assert_int_equal(mr_recommend(session, viewers, 1, &options, &films), MR_E_ARGUMENT);
    mr_session_free(session);
}

static void a_mood_counts_as_much_as_is_asked(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_viewer viewer;
    mr_recommendation usual, strong;
    assert_ok(mr_viewer_stated(31, MR_FEMALE, MR_SAD, &viewer));
    mr_recommend_options options = mr_recommend_options_defaults();
    options.mood = "lift";
    assert_int_equal(options.mood_strength, 100);
    options.mood_strength = 0;
    assert_ok(mr_recommend(session, &viewer, 1, &options, &usual));
    options.mood_strength = 300;
    assert_ok(mr_recommend(session, &viewer, 1, &options, &strong));
    size_t common = 0;
    for (size_t i = 0; i < usual.count; i++)
        for (size_t j = 0; j < strong.count; j++)
            common += usual.films[i].film.id == strong.films[j].film.id;
    assert_true(common <= 5);
    mr_recommendation_free(&usual);
    mr_recommendation_free(&strong);
    options.mood_strength = MR_MOOD_STRENGTH_MAX + 1;
    assert_int_equal(mr_recommend(session, &viewer, 1, &options, &usual), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "mood_strength"));
    mr_session_free(session);
}

/* Films for a woman of 31, after what she said before. */
static mr_recommendation films_after(mr_session *session, const mr_feedback *history,
                                     size_t count) {
    mr_viewer viewer;
    mr_recommendation films;
    assert_ok(mr_viewer_stated(31, MR_FEMALE, MR_NEUTRAL, &viewer));
    viewer.history = history;
    viewer.history_count = count;
    assert_ok(mr_recommend(session, &viewer, 1, NULL, &films));
    assert_int_equal(films.count, mr_recommend_options_defaults().count);
    return films;
}

static bool has_genre(const mr_film *film, const char *genre) {
    for (int i = 0; i < film->genre_count; i++)
        if (strcmp(film->genres[i], genre) == 0)
            return true;
    return false;
}

static size_t count_genre(const mr_recommendation *films, const char *genre) {
    size_t count = 0;
    for (size_t i = 0; i < films->count; i++)
        count += has_genre(&films->films[i].film, genre);
    return count;
}

/* The same opinion on the first `count` horror films of the catalogue. */
static void judge_horror(mr_feedback_kind kind, int rating, mr_feedback *history, size_t count) {
    size_t found = 0;
    mr_film film;
    for (size_t i = 0; i < mr_film_count(engine) && found < count; i++) {
        assert_ok(mr_film_at(engine, i, &film));
        if (has_genre(&film, "Horror"))
            history[found++] = (mr_feedback){film.id, kind, rating, 0};
    }
    assert_int_equal(found, count);
}

static void assert_same_films(const mr_recommendation *a, const mr_recommendation *b) {
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_string_equal(a->films[i].film.id, b->films[i].film.id);
        assert_true(a->films[i].score == b->films[i].score);
    }
}

static bool differ(const mr_recommendation *a, const mr_recommendation *b) {
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (strcmp(a->films[i].film.id, b->films[i].film.id) != 0 ||
            a->films[i].score != b->films[i].score)
            return true;
    return a->count != b->count;
}

/* Models, tables and weights are read, and films ranked, as under "C". */
static void a_comma_in_numbers_changes_nothing(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-locale-XXXXXX";
    mr_options options = home_options();
    mr_engine *other;
    mr_viewer viewer;
    mr_recommendation here, there;
    mr_session *session = new_session(engine);
    assert_ok(mr_viewer_stated(31, MR_FEMALE, MR_HAPPY, &viewer));
    assert_ok(mr_recommend(session, &viewer, 1, NULL, &here));
    if (!begin_comma_locale(folder)) {
        mr_recommendation_free(&here);
        mr_session_free(session);
        skip();
    }
    mr_status status = mr_engine_open(&options, &other);
    if (status != MR_OK)
        end_comma_locale(folder);
    assert_ok(status);
    mr_session *under_comma = new_session(other);
    assert_ok(mr_recommend(under_comma, &viewer, 1, NULL, &there));
    end_comma_locale(folder);
    assert_same_films(&here, &there);
    for (size_t i = 0; i < here.count; i++)
        for (int k = 0; k < here.films[i].reason_count; k++)
            assert_string_equal(here.films[i].reasons[k], there.films[i].reasons[k]);
    mr_recommendation_free(&here);
    mr_recommendation_free(&there);
    mr_session_free(session);
    mr_session_free(under_comma);
    mr_engine_free(other);
}

static void films_of_the_history_are_not_shown_again(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    mr_recommendation before = films_after(session, NULL, 0);
    const mr_feedback_kind kinds[] = {MR_FEEDBACK_LIKE, MR_FEEDBACK_SEEN, MR_FEEDBACK_DISLIKE,
                                      MR_FEEDBACK_RATING};
    mr_feedback history[4];
    for (int i = 0; i < 4; i++)
        history[i] = (mr_feedback){before.films[i].film.id, kinds[i],
                                   kinds[i] == MR_FEEDBACK_RATING ? 4 : 0, 0};
    mr_recommendation after = films_after(session, history, 4);
    for (size_t i = 0; i < after.count; i++)
        for (int k = 0; k < 4; k++)
            assert_string_not_equal(after.films[i].film.id, history[k].film);
    mr_recommendation_free(&before);
    mr_recommendation_free(&after);
    mr_session_free(session);
}

static void the_history_moves_films_towards_liked_genres(void **state) {
    (void)state;
    enum { FILMS = 8 };
    mr_session *session = new_session(engine);
    mr_feedback liked[FILMS], disliked[FILMS];
    judge_horror(MR_FEEDBACK_LIKE, 0, liked, FILMS);
    judge_horror(MR_FEEDBACK_RATING, 1, disliked, FILMS);
    mr_recommendation before = films_after(session, NULL, 0);
    mr_recommendation fond = films_after(session, liked, FILMS);
    mr_recommendation averse = films_after(session, disliked, FILMS);
    assert_true(count_genre(&fond, "Horror") >= count_genre(&before, "Horror") + 3);
    assert_true(count_genre(&averse, "Horror") <= count_genre(&before, "Horror"));
    mr_recommendation_free(&before);
    mr_recommendation_free(&fond);
    mr_recommendation_free(&averse);
    mr_session_free(session);
}

static void the_last_opinion_on_a_film_counts(void **state) {
    (void)state;
    enum { FILMS = 8 };
    mr_session *session = new_session(engine);
    mr_feedback both[2 * FILMS];
    judge_horror(MR_FEEDBACK_LIKE, 0, both, FILMS);
    judge_horror(MR_FEEDBACK_DISLIKE, 0, both + FILMS, FILMS);
    mr_recommendation liked = films_after(session, both, FILMS);
    mr_recommendation disliked = films_after(session, both + FILMS, FILMS);
    mr_recommendation mind_changed = films_after(session, both, 2 * FILMS);
    assert_same_films(&mind_changed, &disliked);
    assert_true(differ(&mind_changed, &liked));
    mr_recommendation_free(&liked);
    mr_recommendation_free(&disliked);
    mr_recommendation_free(&mind_changed);
    mr_session_free(session);
}

static void wrong_opinions_are_named(void **state) {
    (void)state;
    static const struct {
        mr_feedback said;
        const char *text;
    } cases[] = {
        {{"Q132689", MR_FEEDBACK_RATING, 9, 0}, "viewer 1, opinion 2: rating 9: expected 1 to 5"},
        {{"of no catalogue", MR_FEEDBACK_RATING, 0, 0},
         "viewer 1, opinion 2: rating 0: expected 1 to 5"},
        {{"Q132689", (mr_feedback_kind)7, 0, 0},
         "viewer 1, opinion 2: kind 7: expected a like, dislike, seen or rating"},
    };
    mr_session *session;
    assert_ok(mr_session_create(engine, &session));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mr_feedback history[3] = {{"Q132689", MR_FEEDBACK_LIKE, 0, 0},
                                        {"of no catalogue", MR_FEEDBACK_SEEN, 0, 0},
                                        cases[i].said};
        mr_viewer viewers[2];
        mr_recommendation films;
        assert_ok(mr_viewer_stated(31, MR_FEMALE, -1, &viewers[0]));
        viewers[1] = viewers[0];
        viewers[1].history = history;
        viewers[1].history_count = 3;
        assert_int_equal(mr_recommend(session, viewers, 2, NULL, &films), MR_E_ARGUMENT);
        assert_string_equal(mr_last_error(), cases[i].text);
    }
    mr_session_free(session);
}

static void unknown_films_of_the_history_count_for_nothing(void **state) {
    (void)state;
    mr_session *session = new_session(engine);
    const mr_feedback unknown[] = {{"no such film", MR_FEEDBACK_LIKE, 0, 0},
                                   {"", MR_FEEDBACK_DISLIKE, 0, 0},
                                   {NULL, MR_FEEDBACK_RATING, 5, 0}};
    mr_recommendation before = films_after(session, NULL, 0);
    mr_recommendation after = films_after(session, unknown, 3);
    assert_same_films(&before, &after);
    mr_recommendation_free(&before);
    mr_recommendation_free(&after);
    mr_session_free(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_that_of_the_header),
        cmocka_unit_test(detectors_have_labels),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(the_engine_tells_what_finds_the_faces),
        cmocka_unit_test(home_is_found_by_environment_and_folder),
        cmocka_unit_test(null_is_an_error),
        cmocka_unit_test(portrait_shows_one_person),
        cmocka_unit_test(file_bytes_and_pixels_agree),
        cmocka_unit_test(reduced_decoding_reports_full_pixels),
        cmocka_unit_test(small_faces_of_a_large_photo_are_read_in_full),
        cmocka_unit_test(bad_pictures_are_named),
        cmocka_unit_test(switched_off_attributes_are_not_estimated),
        cmocka_unit_test(threads_share_an_engine),
        cmocka_unit_test(drawing_marks_the_face),
        cmocka_unit_test(catalogue_is_open),
        cmocka_unit_test(stated_viewers_are_certain),
        cmocka_unit_test(filters_and_certificates_hold),
        cmocka_unit_test(a_mood_counts_as_much_as_is_asked),
        cmocka_unit_test(a_comma_in_numbers_changes_nothing),
        cmocka_unit_test(films_of_the_history_are_not_shown_again),
        cmocka_unit_test(the_history_moves_films_towards_liked_genres),
        cmocka_unit_test(the_last_opinion_on_a_film_counts),
        cmocka_unit_test(wrong_opinions_are_named),
        cmocka_unit_test(unknown_films_of_the_history_count_for_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
