/*
 * What an engine and a session hold; everything under src/api works on these two.
 *
 * An engine is never written after mr_engine_open, but for the links in its slot. A session borrows
 * it and adds the scratch memory of one thread.
 */
#ifndef MR_API_ENGINE_H
#define MR_API_ENGINE_H

#include "base/error.h"
#include "face/attributes.h"
#include "face/detector.h"
#include "face/landmarks.h"
#include "moodreel/moodreel.h"
#include "recommend/catalogue.h"
#include "recommend/local_links.h"
#include "recommend/recommend.h"

/* Faces kept of one picture, surest first. */
#define MR_FACES_MAX 256

struct mr_engine {
    mr_options options; /* `home` points to the string below */
    char *home;
    mr_detector_model *detector;
    mr_landmark_model *landmarks; /* NULL: a face keeps those that its detector tells */
    mr_attribute_models *models;
    mr_catalogue *catalogue;     /* NULL when opened without films */
    mr_recommender *recommender; /* likewise */
    mr_local_slot *local;        /* what was learned since it was opened */
};

struct mr_session {
    const mr_engine *engine;
    mr_detector *detector;
    mr_landmark_context *landmarks; /* NULL as the engine's */
    mr_attribute_context *attributes;
    mr_face faces[MR_FACES_MAX];
};

/* MR_E_ARGUMENT "function: name is NULL" when it is. */
#define MR_REQUIRE(argument)                                                                       \
    do {                                                                                           \
        if ((argument) == NULL)                                                                    \
            return mr_fail(MR_E_ARGUMENT, "%s: " #argument " is NULL", __func__);                  \
    } while (0)

#endif
