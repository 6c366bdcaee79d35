/*
 * A request's picture, analysed. What a request asks not to be told is forgotten at once.
 */
#ifndef MR_SERVER_PICTURE_H
#define MR_SERVER_PICTURE_H

#include "server/request.h"

/* Which attributes a request wants. */
typedef struct mr_wanted {
    bool age, gender, ethnicity, emotion;
} mr_wanted;

#define MR_WANTED_ROWS(owner, field)                                                               \
    MR_PARAM_FLAG("age", MR_IN_QUERY, owner, field.age, "tell the age"),                           \
        MR_PARAM_FLAG("gender", MR_IN_QUERY, owner, field.gender, "tell the gender"),              \
        MR_PARAM_OPERATOR_FLAG("ethnicity", MR_IN_QUERY, owner, field.ethnicity,                   \
                               "tell the ethnicity; the default is the operator's, see /v1/info"), \
        MR_PARAM_FLAG("emotion", MR_IN_QUERY, owner, field.emotion, "tell the emotion")

/* Everything but the ethnicity. */
mr_wanted mr_wanted_defaults(void);

/* Analyses request->image: 415 for what is no picture, 422 for a damaged one, 413 for one with too
 * many pixels. The analysis is freed by mr_analysis_free. */
bool mr_picture_analyze(mr_request *request, const mr_leased_session *at, const mr_wanted *wanted,
                        mr_analysis *analysis);

/* {"width", "height", "ms", "faces"} */
json_t *mr_picture_json(const mr_analysis *analysis);

#endif
