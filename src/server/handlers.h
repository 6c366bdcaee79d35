/*
 * The handlers of all routes, and the tables of their parameters. See route.h for what a handler is
 * and route.c for the table that names them.
 */
#ifndef MR_SERVER_HANDLERS_H
#define MR_SERVER_HANDLERS_H

#include "server/request.h"

/* X(name): bool mr_handle_name(…) */
#define MR_HANDLERS(X)                                                                             \
    X(health)                                                                                      \
    X(metrics)                                                                                     \
    X(openapi)                                                                                     \
    X(info)                                                                                        \
    X(analyze)                                                                                     \
    X(recommend)                                                                                   \
    X(films)                                                                                       \
    X(film)                                                                                        \
    X(new_viewer)                                                                                  \
    X(viewer)                                                                                      \
    X(erase_viewer)                                                                                \
    X(feedback)                                                                                    \
    X(remove_feedback)                                                                             \
    X(stream)

#define HANDLER(name) bool mr_handle_##name(mr_request *request, const mr_leased_session *at);
MR_HANDLERS(HANDLER)
#undef HANDLER

/* Their parameters. */
extern const mr_param_table mr_analyze_table, mr_recommend_table, mr_films_table, mr_film_table,
    mr_new_viewer_table, mr_viewer_table, mr_erase_table, mr_feedback_table,
    mr_remove_feedback_table;

/* {"id", "title", "year", "genres", "language", "certificate"} */
json_t *mr_film_json(const mr_film *film);

/* Labels that parameters may have, each list ended by NULL. */
extern const char *const mr_genre_choices[],
    *const mr_certificate_choices[], *const mr_mood_choices[], *const mr_emotion_choices[],
                                                                   *const mr_gender_choices[],
                                                                       *const mr_feedback_choices[];

/* The viewer that `name` means, "me" being the cookie's; 404 when there is none. */
bool mr_request_viewer(mr_request *request, const char *name, char viewer[MR_VIEWER_ID_SIZE]);

/* Calls the store and adds the time that it took to the stage `store`. */
#define MR_ASK_STORE(request, call)                                                                \
    ((request)->store_asked = mr_now(), mr_store_timed(request, call))

/* The end of it: passes the status on. */
mr_status mr_store_timed(mr_request *request, mr_status status);

/* Whether some film has this language. */
bool mr_is_language(const mr_engine *engine, const char *language);

#endif
