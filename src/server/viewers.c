/* What viewers agree to be remembered for: consent, opinions, export, erasure. */
#include "api/engine.h"
#include "base/clock.h"
#include "server/handlers.h"
#include "json/viewer.h"

#include <stdio.h>
#include <string.h>

struct consent {
    bool consent;
};
static const mr_param consent_rows[] = {
    MR_PARAM_NEEDED_FLAG("consent", MR_IN_BODY, struct consent, consent,
                         "true: opinions may be kept under a random name, which a cookie holds"),
};
const mr_param_table mr_new_viewer_table = {consent_rows, MR_COUNT(consent_rows),
                                            sizeof(struct consent), NULL};

#define ID_ABOUT "of the viewer; \"me\" is the one that the cookie names"

struct viewer_id {
    const char *id;
    bool download;
};
static const mr_param viewer_rows[] = {
    MR_PARAM_NEEDED("id", MR_IN_PATH, struct viewer_id, id, MR_VIEWER_ID_SIZE - 1, ID_ABOUT),
    MR_PARAM_FLAG("download", MR_IN_QUERY, struct viewer_id, download,
                  "offer it to be saved as a file"),
};
const mr_param_table mr_viewer_table = {viewer_rows, MR_COUNT(viewer_rows),
                                        sizeof(struct viewer_id), NULL};
/* The same without "download". */
const mr_param_table mr_erase_table = {viewer_rows, 1, sizeof(struct viewer_id), NULL};

struct opinion_id {
    const char *id, *film;
};
static const mr_param opinion_rows[] = {
    MR_PARAM_NEEDED("id", MR_IN_PATH, struct opinion_id, id, MR_VIEWER_ID_SIZE - 1, ID_ABOUT),
    MR_PARAM_NEEDED("film", MR_IN_PATH, struct opinion_id, film, 300, "id of the film"),
};
const mr_param_table mr_remove_feedback_table = {opinion_rows, MR_COUNT(opinion_rows),
                                                 sizeof(struct opinion_id), NULL};

struct opinion {
    const char *film, *kind, *viewer;
    int rating;
};
static void opinion_defaults(void *params) {
    *(struct opinion *)params = (struct opinion){.viewer = "me"};
}
static const mr_param feedback_rows[] = {
    MR_PARAM_NEEDED("film", MR_IN_BODY, struct opinion, film, 300, "id of the film"),
    MR_PARAM_NEEDED_CHOICE("kind", MR_IN_BODY, struct opinion, kind, mr_feedback_choices,
                           "what is said of it"),
    MR_PARAM_INT("rating", MR_IN_BODY, struct opinion, rating, 1, 5,
                 "1 (worst) to 5, where the kind is \"rating\""),
    MR_PARAM_TEXT("viewer", MR_IN_BODY, struct opinion, viewer, MR_VIEWER_ID_SIZE - 1, ID_ABOUT),
};
const mr_param_table mr_feedback_table = {feedback_rows, MR_COUNT(feedback_rows),
                                          sizeof(struct opinion), opinion_defaults};

mr_status mr_store_timed(mr_request *request, mr_status status) {
    mr_latency_add(&request->server->latency, MR_STAGE_STORE, mr_now() - request->store_asked);
    return status;
}

bool mr_request_viewer(mr_request *request, const char *name, char viewer[MR_VIEWER_ID_SIZE]) {
    if (strcmp(name, "me") == 0)
        return mr_request_cookie(request, viewer) ||
               mr_problem_set(&request->problem, 404, "viewer", "no cookie names a viewer");
    if (!mr_viewer_id_is_valid(name))
        return mr_problem_set(&request->problem, 404, "viewer", "not the name of a viewer");
    snprintf(viewer, MR_VIEWER_ID_SIZE, "%s", name);
    return true;
}

/* What is wrong with the store itself, as when its file is damaged, is no fault of the client's. */
static bool fail(mr_request *request, mr_status status, const char *field) {
    bool of_request = status == MR_E_NOT_FOUND || status == MR_E_ARGUMENT;
    return mr_problem_from(&request->problem, of_request ? status : MR_E_IO, field);
}

static bool answer_viewer(mr_request *request, int status, const char *id, int64_t since) {
    return mr_answer_json(request, status,
                          json_pack("{s:s, s:o}", "id", id, "since", mr_json_time(since)));
}

bool mr_handle_new_viewer(mr_request *request, const mr_leased_session *at) {
    (void)at;
    const struct consent *given = request->params;
    mr_store *store = request->server->options.store;
    char id[MR_VIEWER_ID_SIZE];
    int64_t since;
    if (!given->consent)
        return mr_problem_set(&request->problem, 422, "consent", "expected true");
    mr_status status = MR_E_NOT_FOUND;
    if (mr_request_cookie(request, id))
        status = MR_ASK_STORE(request, mr_store_viewer_since(store, id, &since));
    bool known = status == MR_OK;
    /* Only who is not there is made: a store that cannot say just now must not cost a name. */
    if (status == MR_E_NOT_FOUND) {
        status = MR_ASK_STORE(request, mr_store_new_viewer(store, id));
        if (status == MR_OK)
            status = MR_ASK_STORE(request, mr_store_viewer_since(store, id, &since));
    }
    if (status != MR_OK)
        return fail(request, status, NULL);
    if (!answer_viewer(request, known ? 200 : 201, id, since))
        return false;
    mr_answer_cookie(request, id);
    return true;
}

bool mr_handle_viewer(mr_request *request, const mr_leased_session *at) {
    const struct viewer_id *wanted = request->params;
    char id[MR_VIEWER_ID_SIZE];
    int64_t since;
    mr_history history;
    if (!mr_request_viewer(request, wanted->id, id))
        return false;
    mr_status status =
        MR_ASK_STORE(request, mr_store_viewer_since(request->server->options.store, id, &since));
    if (status == MR_OK)
        status =
            MR_ASK_STORE(request, mr_store_history(request->server->options.store, id, &history));
    if (status != MR_OK)
        return fail(request, status, "viewer");
    json_t *document = mr_json_history(mr_lease_engine(at->lease)->catalogue, id, since, &history);
    mr_history_free(&history);
    if (!mr_answer_json(request, 200, document))
        return false;
    if (wanted->download)
        mr_answer_header(request, "Content-Disposition",
                         "attachment; filename=\"moodreel-viewer.json\"");
    return true;
}

bool mr_handle_erase_viewer(mr_request *request, const mr_leased_session *at) {
    (void)at;
    const struct viewer_id *wanted = request->params;
    char id[MR_VIEWER_ID_SIZE], mine[MR_VIEWER_ID_SIZE];
    if (!mr_request_viewer(request, wanted->id, id))
        return false;
    bool own = mr_request_cookie(request, mine) && strcmp(mine, id) == 0;
    mr_status status =
        MR_ASK_STORE(request, mr_store_erase_viewer(request->server->options.store, id));
    /* Whose answer was lost asks again: all that is left is the cookie. */
    if (status != MR_OK && !(own && status == MR_E_NOT_FOUND))
        return fail(request, status, "viewer");
    mr_streams_history_changed(request->server->streams, id);
    if (!mr_answer_empty(request, 204))
        return false;
    if (own)
        mr_answer_cookie(request, NULL);
    return true;
}

bool mr_handle_remove_feedback(mr_request *request, const mr_leased_session *at) {
    (void)at;
    const struct opinion_id *wanted = request->params;
    char id[MR_VIEWER_ID_SIZE];
    if (!mr_request_viewer(request, wanted->id, id))
        return false;
    mr_status status = MR_ASK_STORE(
        request, mr_store_remove_feedback(request->server->options.store, id, wanted->film));
    if (status != MR_OK)
        return fail(request, status, NULL);
    mr_streams_history_changed(request->server->streams, id);
    return mr_answer_empty(request, 204);
}

/* Whether what is said goes together; fills in the feedback. */
static bool read_opinion(mr_request *request, const mr_engine *engine, mr_feedback *said) {
    const struct opinion *opinion = request->params;
    mr_film film;
    *said = (mr_feedback){.film = opinion->film,
                          .kind = (mr_feedback_kind)mr_feedback_from_label(opinion->kind),
                          .rating = opinion->rating};
    if (mr_film_find(engine, opinion->film, &film) != MR_OK)
        return mr_problem_set(&request->problem, 422, "film", "not in the catalogue");
    if ((said->kind == MR_FEEDBACK_RATING) != (said->rating != 0))
        return mr_problem_set(&request->problem, 422, "rating", "%s",
                              said->rating == 0 ? "is needed" : "belongs to the kind \"rating\"");
    return true;
}

bool mr_handle_feedback(mr_request *request, const mr_leased_session *at) {
    const struct opinion *opinion = request->params;
    mr_store *store = request->server->options.store;
    char id[MR_VIEWER_ID_SIZE];
    mr_feedback said;
    mr_history history;
    if (!read_opinion(request, mr_lease_engine(at->lease), &said) ||
        !mr_request_viewer(request, opinion->viewer, id))
        return false;
    mr_status status = MR_ASK_STORE(request, mr_store_add_feedback(store, id, &said));
    if (status == MR_OK)
        status = MR_ASK_STORE(request, mr_store_history(store, id, &history));
    if (status != MR_OK)
        return fail(request, status, "viewer");
    size_t count = history.count;
    mr_history_free(&history);
    mr_streams_history_changed(request->server->streams, id);
    return mr_answer_json(request, 200,
                          json_pack("{s:s, s:s, s:s, s:o, s:I}", "viewer", id, "film", said.film,
                                    "kind", opinion->kind, "rating",
                                    said.rating != 0 ? json_integer(said.rating) : json_null(),
                                    "count", (json_int_t)count));
}
