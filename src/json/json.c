#include "json/json.h"

#include "base/labels.h"
#include "base/utf8.h"
#include "json/age.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *mr_json_text(const char *text) {
    json_t *value = json_string(text);
    if (value)
        return value;
    char *plain = strdup(text);
    if (!plain)
        return NULL;
    for (const char *next = plain; *next;) {
        char *at = plain + (next - plain);
        if (mr_utf8_next(&next) < 0)
            *at = '?';
    }
    value = json_string(plain);
    free(plain);
    return value;
}

json_t *mr_json_text_or_null(const char *text) {
    return *text ? mr_json_text(text) : json_null();
}

json_t *mr_json_real_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *mr_json_shares(const float *shares, int count, mr_labeller label) {
    json_t *object = json_object();
    for (int i = 0; i < count; i++)
        json_object_set_new(object, label(i), json_real((double)shares[i]));
    return object;
}

static json_t *landmarks_of(const mr_face *face) {
    if (!face->has_landmarks)
        return json_null();
    json_t *list = json_array();
    for (int i = 0; i < MR_LANDMARKS; i++)
        json_array_append_new(
            list, json_pack("[f, f]", (double)face->landmarks[i].x, (double)face->landmarks[i].y));
    return list;
}

static json_t *age_of(const mr_attributes *attributes) {
    if (!attributes->has_age)
        return json_null();
    mr_age_years age = mr_age_in_years(attributes);
    return json_pack("{s:i, s:i, s:i, s:s}", "years", age.years, "low", age.low, "high", age.high,
                     "range", age.range);
}

static json_t *gender_of(const mr_attributes *attributes) {
    if (!attributes->has_gender)
        return json_null();
    int best = mr_likeliest(attributes->gender, MR_GENDER_COUNT);
    return json_pack("{s:s, s:f, s:b}", "label", mr_gender_label((mr_gender)best), "probability",
                     (double)attributes->gender[best], "sure",
                     attributes->gender[best] >= MR_SURE_GENDER);
}

static json_t *classes_of(bool known, const float *shares, int count, float least,
                          mr_labeller label) {
    if (!known)
        return json_null();
    int best = mr_likeliest(shares, count);
    return json_pack("{s:s, s:o, s:b}", "label", label(best), "probabilities",
                     mr_json_shares(shares, count, label), "sure", shares[best] >= least);
}

json_t *mr_json_person(const mr_person *person) {
    const mr_box *box = &person->face.box;
    const mr_attributes *a = &person->attributes;
    return json_pack("{s:[f, f, f, f], s:f, s:o, s:o, s:o, s:o, s:o}", "box", (double)box->x,
                     (double)box->y, (double)box->width, (double)box->height, "score",
                     (double)person->face.score, "landmarks", landmarks_of(&person->face), "age",
                     age_of(a), "gender", gender_of(a), "ethnicity",
                     classes_of(a->has_ethnicity, a->ethnicity, MR_ETHNICITY_COUNT,
                                MR_SURE_ETHNICITY, mr_ethnicity_label_at),
                     "emotion",
                     classes_of(a->has_emotion, a->emotion, MR_EMOTION_COUNT, MR_SURE_EMOTION,
                                mr_emotion_label_at));
}

json_t *mr_json_analysis(const char *file, const mr_analysis *analysis) {
    json_t *faces = json_array();
    for (size_t i = 0; i < analysis->count; i++)
        json_array_append_new(faces, mr_json_person(&analysis->people[i]));
    return json_pack("{s:o, s:i, s:i, s:f, s:o}", "file", mr_json_text(file), "width",
                     analysis->width, "height", analysis->height, "ms", analysis->ms, "faces",
                     faces);
}

static json_t *film_of(const mr_recommended_film *film) {
    json_t *genres = json_array(), *reasons = json_array();
    for (int i = 0; i < film->film.genre_count; i++)
        json_array_append_new(genres, mr_json_text(film->film.genres[i]));
    for (int i = 0; i < film->reason_count; i++)
        json_array_append_new(reasons, mr_json_text(film->reasons[i]));
    json_t *year = film->film.year ? json_integer(film->film.year) : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:b, s:o}", "id",
                     mr_json_text(film->film.id), "title", mr_json_text(film->film.title), "year",
                     year, "genres", genres, "language", mr_json_text_or_null(film->film.language),
                     "certificate", mr_json_text_or_null(film->film.certificate), "score",
                     (double)film->score, "explored", film->explored, "reasons", reasons);
}

json_t *mr_json_films(const mr_recommendation *films) {
    json_t *list = json_array();
    for (size_t i = 0; i < films->count; i++)
        json_array_append_new(list, film_of(&films->films[i]));
    return list;
}

/* Digits that say as much as a float holds, but no fewer than thousandths: the time of a stream
 * that runs for days has more digits before the point. */
enum { DIGITS = 6, DECIMALS = 3, DIGITS_OF_DOUBLE = 15 };

static double rounded(double value) {
    if (value == 0 || fabs(value) >= 1e12)
        return value;
    int whole = (int)floor(log10(fabs(value))) + 1; /* digits before the point */
    double scale = pow(10, fmax(DIGITS - whole, DECIMALS));
    return round(value * scale) / scale;
}

/* Rounds all numbers of a document. */
static void round_all(json_t *value) {
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_real(value))
        json_real_set(value, rounded(json_real_value(value)));
    json_object_foreach(value, key, member) {
        round_all(member);
    }
    json_array_foreach(value, i, member) {
        round_all(member);
    }
}

char *mr_json_dump(json_t *document, size_t flags) {
    round_all(document);
    char *text = json_dumps(document, flags | JSON_REAL_PRECISION(DIGITS_OF_DOUBLE));
    json_decref(document);
    return text;
}

mr_status mr_json_print(json_t *document) {
    char *text = mr_json_dump(document, 0);
    if (!text)
        return mr_fail(MR_E_MEMORY, "standard output: no memory for the JSON document");
    bool failed = puts(text) == EOF;
    free(text);
    return failed ? mr_fail(MR_E_IO, "standard output: cannot be written") : MR_OK;
}
