#include "server/picture.h"

#include "base/clock.h"
#include "server/handlers.h"
#include "json/json.h"

#include <string.h>

mr_wanted mr_wanted_defaults(void) {
    return (mr_wanted){.age = true, .gender = true, .emotion = true};
}

static void forget(mr_attributes *attributes, const mr_wanted *wanted) {
    if (!wanted->age) {
        attributes->has_age = false;
        memset(attributes->age_distribution, 0, sizeof attributes->age_distribution);
        attributes->age = attributes->age_low = attributes->age_high = 0;
    }
    if (!wanted->gender) {
        attributes->has_gender = false;
        memset(attributes->gender, 0, sizeof attributes->gender);
    }
    if (!wanted->ethnicity) {
        attributes->has_ethnicity = false;
        memset(attributes->ethnicity, 0, sizeof attributes->ethnicity);
    }
    if (!wanted->emotion) {
        attributes->has_emotion = false;
        memset(attributes->emotion, 0, sizeof attributes->emotion);
    }
}

bool mr_picture_analyze(mr_request *request, const mr_leased_session *at, const mr_wanted *wanted,
                        mr_analysis *analysis) {
    mr_wanted told = *wanted;
    if (!mr_is_given(&request->binding, "ethnicity"))
        told.ethnicity = request->server->options.ethnicity;
    if (!mr_is_picture(request->image.bytes, request->image.size))
        return mr_problem_set(&request->problem, 415, "image", "expected JPEG, PNG or WebP");
    double started = mr_now();
    mr_status status =
        mr_analyze_bytes(at->session, request->image.bytes, request->image.size, "image", analysis);
    mr_latency_add(&request->server->latency, MR_STAGE_ANALYZE, mr_now() - started);
    if (status != MR_OK)
        return mr_problem_from(&request->problem, status, "image");
    for (size_t i = 0; i < analysis->count; i++)
        forget(&analysis->people[i].attributes, &told);
    return true;
}

json_t *mr_picture_json(const mr_analysis *analysis) {
    json_t *faces = json_array();
    for (size_t i = 0; i < analysis->count; i++)
        json_array_append_new(faces, mr_json_person(&analysis->people[i]));
    return json_pack("{s:i, s:i, s:f, s:o}", "width", analysis->width, "height", analysis->height,
                     "ms", analysis->ms, "faces", faces);
}

struct look {
    mr_wanted wanted;
};
static void look_defaults(void *params) {
    ((struct look *)params)->wanted = mr_wanted_defaults();
}
static const mr_param rows[] = {MR_WANTED_ROWS(struct look, wanted)};
const mr_param_table mr_analyze_table = {rows, MR_COUNT(rows), sizeof(struct look), look_defaults};

bool mr_handle_analyze(mr_request *request, const mr_leased_session *at) {
    const struct look *look = request->params;
    mr_analysis analysis;
    if (!mr_picture_analyze(request, at, &look->wanted, &analysis))
        return false;
    json_t *document = mr_picture_json(&analysis);
    mr_analysis_free(&analysis);
    return mr_answer_json(request, 200, document);
}
