#include "json/scene.h"

/* Says in `person` what the vote says; label NULL: nothing. */
static void set_vote(json_t *person, const char *attribute, const char *label, bool sure) {
    json_t *object = json_object_get(person, attribute);
    if (!label) {
        json_object_set_new(person, attribute, json_null());
        return;
    }
    json_object_set_new(object, "label", json_string(label));
    json_object_set_new(object, "sure", json_boolean(sure));
}

json_t *mr_json_followed(const mr_followed *followed) {
    int gender = followed->gender, ethnicity = followed->ethnicity, emotion = followed->emotion;
    json_t *person = mr_json_person(&followed->person);
    set_vote(person, "gender", mr_gender_label((mr_gender)gender), followed->gender_sure);
    if (gender >= 0)
        json_object_set_new(json_object_get(person, "gender"), "probability",
                            json_real((double)followed->person.attributes.gender[gender]));
    set_vote(person, "ethnicity", mr_ethnicity_label((mr_ethnicity)ethnicity),
             followed->ethnicity_sure);
    set_vote(person, "emotion", mr_emotion_label((mr_emotion)emotion), followed->emotion_sure);
    json_t *rest = json_pack("{s:I, s:b, s:f}", "id", (json_int_t)followed->id, "in_sight",
                             followed->in_sight, "since", followed->seen - followed->since);
    if (!rest || json_object_update(person, rest) != 0) {
        json_decref(person);
        person = NULL;
    }
    json_decref(rest);
    return person;
}

json_t *mr_json_people(const mr_scene *scene) {
    json_t *people = json_array();
    for (size_t i = 0; i < scene->count; i++)
        if (json_array_append_new(people, mr_json_followed(&scene->people[i])) != 0) {
            json_decref(people);
            return NULL;
        }
    return people;
}
