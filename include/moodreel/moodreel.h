/*
 * Moodreel: from a photo to the films its people may enjoy tonight.
 *
 * Introduction
 *
 * Moodreel finds the faces in a picture, estimates age, gender, ethnicity and emotion of each, and
 * ranks the films of its catalogue for the people it saw, with the reasons for each film. All of it
 * runs on the caller's machine; no picture and no estimate leaves the process or is kept by it.
 *
 *     mr_engine *engine;                                        // once a process
 *     mr_session *session;                                      // once a thread
 *     mr_analysis analysis;
 *     mr_recommendation films;
 *     if (mr_engine_open(NULL, &engine) == MR_OK &&
 *         mr_session_create(engine, &session) == MR_OK &&
 *         mr_analyze_file(session, "me.jpg", &analysis) == MR_OK &&
 *         mr_recommend_for_analysis(session, &analysis, NULL, &films) == MR_OK)
 *         for (size_t i = 0; i < films.count; i++)
 *             puts(films.films[i].film.title);
 *     else
 *         fprintf(stderr, "%s\n", mr_last_error());
 *
 * examples/photo_to_films.c is the same with everything freed. What estimates are worth, and for
 * whom they are worth less, is written in the models' CARD.md files.
 *
 * The rules of the house
 *
 * Errors     Functions that can fail return an mr_status and leave their out-parameters alone on
 *            failure; see error.h. A NULL where an object is needed is MR_E_ARGUMENT, not a crash.
 * Memory     Objects are opaque and have their own *_free; result structs belong to the caller and
 *            are emptied with *_free. Freeing NULL or a cleared struct does nothing. Strings inside
 *            results belong to the engine unless said otherwise.
 * Threads    An engine is read-only once open and may be used by any number of threads; a session
 *            holds scratch memory and belongs to one thread at a time. The engine must outlive its
 *            sessions, its followers and the results that name its films.
 * Signals    While a network runs, some milliseconds, its thread holds signals back: a handler on
 *            the thread's own stack would harm what oneDNN computes. What came is handled then.
 *            OpenMP threads that the program made itself before should block the signals that it
 *            handles, or the handlers have a stack of their own (SA_ONSTACK).
 * Options    A struct of options is filled by its *_defaults() and then changed field by field, so
 *            that a program built against a later version keeps its meaning. NULL: the defaults.
 *
 * Chapters: version · 1 the engine · 2 analysing a picture · 3 recommending films · 4 following
 * people in a video · 5 advanced: pixels, drawing, the catalogue. The classes and their labels are
 * in types.h.
 */
#ifndef MOODREEL_H
#define MOODREEL_H

#include "moodreel/error.h"
#include "moodreel/types.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version -------------------------------------------------------------------------------- */

#define MR_VERSION_MAJOR  0
#define MR_VERSION_MINOR  1
#define MR_VERSION_PATCH  0
#define MR_VERSION_NUMBER (MR_VERSION_MAJOR * 10000 + MR_VERSION_MINOR * 100 + MR_VERSION_PATCH)

/* Of the library that runs, as a number like MR_VERSION_NUMBER and as text, "0.1.0". */
MR_API int mr_version_number(void);
MR_API const char *mr_version(void);

/* ---- 1 The engine --------------------------------------------------------------------------- */

typedef struct mr_options {
    /* Folder that holds models/ and data/. NULL, the default: mr_find_home(). */
    const char *home;
    /* What finds the faces; MR_DETECTOR_AUTO, the project's own network. Where the home folder has
     * no models/detector, AUTO is the Haar cascade and YOLO MR_E_NOT_FOUND. */
    mr_detector_kind detector;
    /* What to estimate; everything, ethnicity too, which the page and the server leave out until
     * somebody switches it on. */
    mr_attribute_set attributes;
    /* Average each face with its mirror image: surer, for twice the time; true. */
    bool mirror;
    /* Load catalogue and recommender; true. Without them opening is faster. */
    bool films;
    /* Compute threads of one call; 1. Several sessions scale better than several threads. */
    int threads;
    /* Large JPEGs are decoded at a reduced size that keeps at least this many pixels on the longer
     * side; 1280. A photo with small faces is then decoded once more, larger, to read them. 0:
     * always in full. */
    int longer_side;
    /* Largest file and largest picture (width × height) accepted; both 64 << 20. */
    size_t max_bytes, max_pixels;
} mr_options;

MR_API mr_options mr_options_defaults(void);

/*
 * Finds the home folder, the one that holds models/ and data/: $MOODREEL_HOME if it is set, else
 * the first with films or models of ours in them of the current folder, the folder of the running
 * program and its parent, and share/moodreel of the installation, beside the program, beside the
 * shared library wherever it was moved to, and where it was built for. The string is the caller's,
 * freed with free(). MR_E_NOT_FOUND names where it looked.
 */
MR_API mr_status mr_find_home(char **home);

typedef struct mr_engine mr_engine;
typedef struct mr_session mr_session;

/*
 * Loads detector, networks, catalogue and recommender. A model that the home folder lacks switches
 * its attributes off, and mr_engine_attributes tells; a broken one is an error. Thread-safe.
 */
MR_API mr_status mr_engine_open(const mr_options *options, mr_engine **out);

/* Frees the engine, after all its sessions and followers. */
MR_API void mr_engine_free(mr_engine *engine);

/* Which attributes this engine estimates. */
MR_API mr_attribute_set mr_engine_attributes(const mr_engine *engine);

/* What finds the faces: never AUTO, but what that came to; MR_DETECTOR_COUNT of no engine. */
MR_API mr_detector_kind mr_engine_detector(const mr_engine *engine);

/* Scratch memory for one thread, some tens of megabytes; nothing is allocated per face later. The
 * detector compiles its network for each new shape of picture and keeps the last few. */
MR_API mr_status mr_session_create(const mr_engine *engine, mr_session **out);
MR_API void mr_session_free(mr_session *session);

/* ---- 2 Analysing a picture ------------------------------------------------------------------- */

/* One face and what was estimated of it. */
typedef struct mr_person {
    mr_face face;
    mr_attributes attributes;
} mr_person;

/* Boxes and landmarks are in pixels of the full picture, after EXIF orientation. */
typedef struct mr_analysis {
    int width, height;
    double ms;         /* from the first byte to the last estimate */
    size_t count;      /* 0: nobody found, which is no error */
    size_t readable;   /* the first so many are large enough for estimates, about 32 pixels of the
                          decoded picture; of the others nothing is known but where they are */
    mr_person *people; /* largest face first */
} mr_analysis;

/* Analyses a JPEG, PNG or WebP file, told by its bytes. */
MR_API mr_status mr_analyze_file(mr_session *session, const char *path, mr_analysis *out);

/* The same from memory; `name` stands for the file in errors. */
MR_API mr_status mr_analyze_bytes(mr_session *session, const void *bytes, size_t size,
                                  const char *name, mr_analysis *out);

MR_API void mr_analysis_free(mr_analysis *analysis);

/* ---- 3 Recommending films -------------------------------------------------------------------- */

/*
 * What is known of one viewer: distributions, each used only where its flag is set, and what the
 * viewer said of films before, oldest first: of several opinions on one film the last in the list
 * counts, whatever its `at`. The history stays the caller's and is read only during the call.
 */
typedef struct mr_viewer {
    mr_attributes attributes;
    const mr_feedback *history;
    size_t history_count;
} mr_viewer;

/* The viewer that a face shows. */
MR_API mr_viewer mr_viewer_of_person(const mr_person *person);

/*
 * The viewer that somebody states: an age in whole years, a gender and an emotion, each known for
 * certain; -1 leaves one open. MR_E_ARGUMENT names the value that is none.
 */
MR_API mr_status mr_viewer_stated(int age, int gender, int emotion, mr_viewer *out);

/* Facts on a film. All strings belong to the engine; an unknown fact is an empty string or 0. */
#define MR_FILM_GENRES_MAX 8
typedef struct mr_film {
    const char *id, *title;
    int year;
    int genre_count;
    const char *genres[MR_FILM_GENRES_MAX];
    const char *language, *certificate;
} mr_film;

#define MR_REASON_MAX  160
#define MR_REASONS_MAX 8

/* A film that was chosen, and why: `reasons` name what truly raised its score, strongest first. One
 * viewer gets up to four, of several each gets one. */
typedef struct mr_recommended_film {
    mr_film film;
    float score; /* 0 … 1: the chance that somebody like those who rated films (models/blend) has
                    it among what they like, given what is known of the viewers and their mood. A
                    mood counts in it as `mood` and `mood_strength` ask, but at most as usual: what
                    is asked beyond that changes the order, not this number */
    bool explored; /* drawn at random from a wider list, so that tastes can be discovered */
    int reason_count;
    char reasons[MR_REASONS_MAX][MR_REASON_MAX];
} mr_recommended_film;

typedef struct mr_recommendation {
    size_t count;
    mr_recommended_film *films; /* best first */
} mr_recommendation;

#define MR_MOOD_STRENGTH_MAX 1000

/* Texts are labels as the catalogue has them, case ignored; NULL, the default, leaves open. */
typedef struct mr_recommend_options {
    int count;                   /* films wanted; 10 */
    const char *genre;           /* only this genre, "Comedy" */
    const char *language;        /* only this language, "Telugu" */
    const char *max_certificate; /* strictest limit beside the viewers' own age, "PG-13" */
    const char *mood;  /* "lift": out of the mood; "match": films like it; NULL or "auto": as people
                          in that mood were found to choose */
    int mood_strength; /* how much the mood counts, in per cent of the usual, 0 to
                          MR_MOOD_STRENGTH_MAX; 100 */
    int youngest;      /* age of the youngest person on the sofa, as stated; it stands in for ages
                          that are not known and never raises those that are; -1, the default: not
                          stated */
    int age_limit;     /* no film for people older than this, whoever is asked; -1, the default: no
                          such limit. For those who are there but are not asked, see
                          mr_plausible_age */
    uint64_t seed;     /* of the exploration; 1. Same seed, same films */
} mr_recommend_options;

MR_API mr_recommend_options mr_recommend_options_defaults(void);

/* Most viewers who can watch together. */
#define MR_VIEWERS_MAX 8

/*
 * Ranks films for the people on one sofa: one viewer, or several who watch together (average
 * without misery). No film is shown whose certificate is above the youngest plausible age of any of
 * them: an unknown certificate counts as one for adults, an unknown age as a small child's. Nor are
 * children below 12 shown horror, thrillers, crime and war that are not animated, whatever their
 * certificate, nor those below 7 action that is neither animated nor for the family. Fewer films
 * than wanted, or none, when the filters leave no more. MR_E_UNSUPPORTED when the engine was opened
 * without films.
 */
MR_API mr_status mr_recommend(mr_session *session, const mr_viewer *viewers, size_t viewer_count,
                              const mr_recommend_options *options, mr_recommendation *out);

/* The age that certificates go by for one person: the lower end of the interval, rounded down, or
 * where the age is not known what was stated of the youngest, 0 when nothing was (negative). */
MR_API int mr_plausible_age(const mr_attributes *attributes, int stated);

/*
 * Who of those in a picture whose faces can be read is asked for: the largest faces, which come
 * first, and of more than MR_VIEWERS_MAX the youngest on the last seat, whose age then limits the
 * films. Returns how many viewers it wrote; 0 when nobody can be read.
 */
MR_API size_t mr_viewers_of_analysis(const mr_analysis *analysis, mr_viewer out[MR_VIEWERS_MAX]);

/* mr_recommend for those; MR_E_NOT_FOUND when there is nobody. A face too small to be read, from
 * analysis->readable on, limits nothing: where a far child counts, give an `age_limit`. */
MR_API mr_status mr_recommend_for_analysis(mr_session *session, const mr_analysis *analysis,
                                           const mr_recommend_options *options,
                                           mr_recommendation *out);

MR_API void mr_recommendation_free(mr_recommendation *recommendation);

/* ---- 4 Following people ---------------------------------------------------------------------- */

/*
 * A follower keeps people apart from frame to frame of one camera or film, and says of each what
 * the estimates of the last seconds agree on, so that nothing flickers. The networks run only as
 * often as the vote needs; between two runs only the faces are found.
 */
typedef struct mr_follower mr_follower;

typedef struct mr_follow_options {
    double window;   /* seconds in sight that a vote looks back, to at most 32 estimates; 3 */
    double patience; /* seconds that a person may be out of sight and still be of the scene; 1.5 */
    double memory;   /* seconds that a face may be out of sight and, where it comes back in the same
                        place and of the same size, still be the same person; 6 */
    double interval; /* seconds between two estimates of one settled person; 0.25 */
    int confirm;     /* frames that must show a face before it is a person; 2 */
} mr_follow_options;

MR_API mr_follow_options mr_follow_options_defaults(void);

/* One person who is in sight or was so within `patience`. */
typedef struct mr_followed {
    uint32_t id;      /* from 1, never used twice by one follower */
    mr_person person; /* the smoothed box; each distribution the weighted mean of its votes, the age
                         that of their ages, those far off counting less */
    /* Labels that won the vote, which change only when another is clearly ahead; -1: not
     * estimated. `sure`: at least MR_SURE_… of the votes' weight is behind it, and from then on as
     * long as it is at most 0.05 less. */
    int gender, ethnicity, emotion;
    bool gender_sure, ethnicity_sure, emotion_sure;
    bool in_sight;      /* found in this very frame */
    double since, seen; /* the caller's seconds at which it was found first and last */
} mr_followed;

#define MR_FOLLOWED_MAX 64 /* people followed at once; of more the largest faces */

typedef struct mr_scene {
    int width, height; /* of the frame */
    double ms;         /* that this frame took */
    size_t count;
    const mr_followed *people; /* largest face first; the follower's, valid until its next call */
} mr_scene;

/* NULL options: the defaults. A follower belongs to one camera and one thread at a time, but may go
 * with any session of its engine. */
MR_API mr_status mr_follower_create(const mr_engine *engine, const mr_follow_options *options,
                                    mr_follower **out);
MR_API void mr_follower_free(mr_follower *follower);

/* Which attributes to estimate from now on, of those that the engine has; all at first. One that is
 * switched off is forgotten at once. */
MR_API mr_status mr_follower_set_attributes(mr_follower *follower, mr_attribute_set wanted);

/*
 * The next frame, of the moment `seconds` on the caller's clock, which must not go back. With a
 * frame of another size everybody is somebody new. Pixels as mr_analyze_pixels has them; nothing is
 * allocated. The second function takes a JPEG, PNG or WebP
 * picture; `name` stands for it in errors.
 */
MR_API mr_status mr_follow_pixels(mr_follower *follower, mr_session *session, const uint8_t *rgb,
                                  int width, int height, size_t stride, double seconds,
                                  mr_scene *out);
MR_API mr_status mr_follow_bytes(mr_follower *follower, mr_session *session, const void *bytes,
                                 size_t size, const char *name, double seconds, mr_scene *out);

/* Those of a scene that films are chosen for, as mr_viewers_of_analysis chooses, without who only
 * passed by: out of sight, and seen for less than half a second. Returns how many it wrote. */
MR_API size_t mr_audience_of_scene(const mr_scene *scene, mr_followed out[MR_VIEWERS_MAX]);

/* The least mr_plausible_age of those, and of all others who are there; -1 for nobody. */
MR_API int mr_youngest_of_scene(const mr_scene *scene, int stated);

/* The viewer that somebody followed is. */
MR_API mr_viewer mr_viewer_of_followed(const mr_followed *followed);

/* ---- 5 Advanced ------------------------------------------------------------------------------ */

/* Analyses pixels in memory: 8 bit, RGB interleaved, upper left first, rows `stride` bytes apart
 * (at least 3 × width). The pixels are only read, and only during the call. */
MR_API mr_status mr_analyze_pixels(mr_session *session, const uint8_t *rgb, int width, int height,
                                   size_t stride, mr_analysis *out);

/* Draws boxes, landmarks and labels of an analysis over its picture and writes the result, PNG or
 * JPEG by the ending of `path_out`. `path_in` must be the picture that was analysed. */
MR_API mr_status mr_draw_analysis(const char *path_in, const mr_analysis *analysis,
                                  const char *path_out);

/* The catalogue: how many films, and the facts on number `index`; MR_E_NOT_FOUND from the count on.
 * Without films (options) there are 0, and what returns an mr_status says MR_E_UNSUPPORTED. */
MR_API size_t mr_film_count(const mr_engine *engine);
MR_API mr_status mr_film_at(const mr_engine *engine, size_t index, mr_film *out);

/* The film with this id; MR_E_NOT_FOUND when there is none. */
MR_API mr_status mr_film_find(const mr_engine *engine, const char *id, mr_film *out);

/* The films whose title is nearest to one that somebody typed: case, accents and punctuation do not
 * matter, a typing error or a few (by length) are forgiven. Writes at most `most` to `out`, nearest
 * and then best known first, and returns how many; 0 also without films or memory. */
MR_API size_t mr_film_search(const mr_engine *engine, const char *title, mr_film *out, size_t most);

/* Whether a film of the catalogue has this language, case ignored: one that films can be limited
 * to. */
MR_API bool mr_film_language_is_known(const mr_engine *engine, const char *language);

#ifdef __cplusplus
}
#endif
#endif
