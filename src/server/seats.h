/*
 * The people whom a request describes, each as much as is known:
 *
 *     [{"age": 31, "gender": "female", "emotion": "sad", "viewer": "me"},
 *      {"age": {"years": 8, "low": 6, "high": 10}, "emotion": {"probabilities": {"happy": 1}}}]
 *
 * A face as /v1/analyze or the stream tells it is a description too; what says nothing of taste
 * (its box, its ethnicity, …) is passed over. What nothing is known of is left out or null.
 *
 * Ownership: names point into the document. Thread rule: values only.
 */
#ifndef MR_SERVER_SEATS_H
#define MR_SERVER_SEATS_H

#include "moodreel/moodreel.h"
#include "server/params.h"

typedef struct mr_seats {
    size_t count;
    mr_viewer viewers[MR_VIEWERS_MAX];
    const char *names[MR_VIEWERS_MAX]; /* whose history counts; NULL: nobody's */
} mr_seats;

/* Reads the array; 422 names the member that is wrong, "viewers[0].age". */
bool mr_seats_read(json_t *value, void *seats, mr_problem *problem);

/*
 * Those in a picture whose faces can be read, or of a `group` that is none the largest alone: then
 * the others, who are there but not asked, lower `age_limit` (-1: none) to the age of the youngest.
 * `youngest` is stated of whom it cannot be told (-1: of nobody). A picture without faces seats
 * somebody of whom nothing is known.
 */
void mr_seats_of_picture(const mr_analysis *analysis, bool group, int youngest, mr_seats *out,
                         int *age_limit);

#endif
