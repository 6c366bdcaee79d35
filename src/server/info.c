/* /v1/info: what the page needs to know before it begins. */
#include "recommend/certificate.h"
#include "recommend/genre.h"
#include "server/handlers.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A label and how many films have it. */
struct tally {
    const char *label;
    size_t films;
};

static int by_label(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int most_films_first(const void *a, const void *b) {
    const struct tally *p = a, *q = b;
    return p->films != q->films ? (p->films < q->films ? 1 : -1) : strcmp(p->label, q->label);
}

static int mildest_first(const void *a, const void *b) {
    const struct tally *p = a, *q = b;
    int difference = mr_certificate_age(p->label) - mr_certificate_age(q->label);
    return difference != 0 ? difference : strcmp(p->label, q->label);
}

/* Counts equal labels: sorts `labels`, and writes one tally for each. */
static size_t count_labels(const char **labels, size_t count, struct tally *tallies) {
    size_t kinds = 0;
    if (count > 0)
        qsort(labels, count, sizeof *labels, by_label);
    for (size_t i = 0; i < count; i++) {
        if (kinds == 0 || strcmp(tallies[kinds - 1].label, labels[i]) != 0)
            tallies[kinds++] = (struct tally){labels[i], 0};
        tallies[kinds - 1].films++;
    }
    return kinds;
}

/* The labels that `label_of` gives for the films, sorted by `order`; films without one do not
 * count. */
static json_t *list_labels(const mr_engine *engine, const char *(*label_of)(const mr_film *),
                           int (*order)(const void *, const void *)) {
    size_t count = mr_film_count(engine), known = 0;
    const char **labels = calloc(count + 1, sizeof *labels);
    struct tally *tallies = calloc(count + 1, sizeof *tallies);
    json_t *list = labels != NULL && tallies != NULL ? json_array() : NULL;
    mr_film film;
    for (size_t i = 0; list != NULL && i < count && mr_film_at(engine, i, &film) == MR_OK; i++)
        if (*label_of(&film) != '\0')
            labels[known++] = label_of(&film);
    if (list != NULL) {
        size_t kinds = count_labels(labels, known, tallies);
        if (kinds > 0)
            qsort(tallies, kinds, sizeof *tallies, order);
        for (size_t i = 0; i < kinds; i++)
            json_array_append_new(list, mr_json_text(tallies[i].label));
    }
    free(labels);
    free(tallies);
    return list;
}

static const char *language_of(const mr_film *film) {
    return film->language;
}

static const char *certificate_of(const mr_film *film) {
    return film->certificate;
}

static json_t *list_choices(const char *const *choices) {
    json_t *list = json_array();
    for (size_t i = 0; choices[i] != NULL; i++)
        json_array_append_new(list, json_string(choices[i]));
    return list;
}

static json_t *attributes_json(mr_attribute_set set) {
    return json_pack("{s:b, s:b, s:b, s:b}", "age", set.age, "gender", set.gender, "ethnicity",
                     set.ethnicity, "emotion", set.emotion);
}

static json_t *limits_json(const mr_server_options *options) {
    return json_pack("{s:I, s:I, s:f, s:I}", "body_bytes", (json_int_t)options->body_bytes,
                     "pixels", (json_int_t)options->engine.max_pixels, "frames_per_second",
                     options->frames_per_second, "streams", (json_int_t)options->streams);
}

bool mr_handle_info(mr_request *request, const mr_leased_session *at) {
    const mr_server *server = request->server;
    const mr_server_options *options = &server->options;
    const mr_engine *engine = mr_lease_engine(at->lease);
    mr_attribute_set set = mr_engine_attributes(engine);
    return mr_answer_json(
        request, 200,
        json_pack("{s:s, s:s, s:o, s:b, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "name",
                  "Moodreel", "version", mr_version(), "attributes", attributes_json(set),
                  "ethnicity_on", options->ethnicity && set.ethnicity, "detector",
                  mr_detector_label(mr_engine_detector(engine)), "films",
                  (json_int_t)mr_film_count(engine), "genres", list_choices(mr_genre_choices),
                  "languages", list_labels(engine, language_of, most_films_first), "certificates",
                  list_labels(engine, certificate_of, mildest_first), "moods",
                  list_choices(mr_mood_choices), "emotions", list_choices(mr_emotion_choices),
                  "limits", limits_json(options), "key_required",
                  mr_gate_has_key(request->front->gate)));
}
