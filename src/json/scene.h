/*
 * People who are followed, in JSON, alike for `watch` and for the server's stream.
 *
 * Functions return a new reference, or NULL when memory is out. Thread rule: no shared state.
 */
#ifndef MR_JSON_SCENE_H
#define MR_JSON_SCENE_H

#include "json/json.h"

/*
 * The object of mr_json_person, in which "label" and "sure" of gender, ethnicity and emotion are
 * those that won the vote (and "probability" that of the label), and an attribute without a winner
 * is null; then "id", "in_sight" and "since", the seconds from the first to the last time the face
 * was found.
 */
json_t *mr_json_followed(const mr_followed *followed);

/* Everybody in the scene, largest face first. */
json_t *mr_json_people(const mr_scene *scene);

#endif
