#include "face/vote.h"

#include "face/attributes.h"
#include "face/vote_age.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const mr_ballot *ballot_at(const mr_vote *vote, int i) {
    return &vote->ballots[(vote->first + i) % MR_VOTE_BALLOTS];
}

static void drop_first(mr_vote *vote) {
    vote->first = (vote->first + 1) % MR_VOTE_BALLOTS;
    vote->count--;
}

/* Where an attribute of classes lies in mr_attributes, and the share of its weight that a vote
 * keeps after a second. */
typedef struct classes {
    size_t has, probabilities;
    int count;
    double kept;
} classes;

#define CLASSES(name, count, kept)                                                                 \
    (classes) {                                                                                    \
        offsetof(mr_attributes, has_##name), offsetof(mr_attributes, name), count, kept            \
    }

static bool *has(mr_attributes *attributes, classes of) {
    return (bool *)(void *)((char *)attributes + of.has);
}

static float *probabilities(mr_attributes *attributes, classes of) {
    return (float *)(void *)((char *)attributes + of.probabilities);
}

static float weight_now(const mr_ballot *ballot, double kept, double seconds) {
    return ballot->weight * (float)pow(kept, seconds - ballot->seconds);
}

/* The weighted mean of the ballots that tell the attribute. */
static void average(mr_vote *vote, classes of, double seconds) {
    float *mean = probabilities(&vote->mean, of), total = 0;
    memset(mean, 0, (size_t)of.count * sizeof *mean);
    for (int i = 0; i < vote->count; i++) {
        mr_ballot *ballot = &vote->ballots[(vote->first + i) % MR_VOTE_BALLOTS];
        if (!*has(&ballot->attributes, of))
            continue;
        const float *said = probabilities(&ballot->attributes, of);
        float weight = weight_now(ballot, of.kept, seconds);
        for (int k = 0; k < of.count; k++)
            mean[k] += weight * said[k];
        total += weight;
    }
    *has(&vote->mean, of) = total > 0;
    for (int k = 0; total > 0 && k < of.count; k++)
        mean[k] /= total;
}

static void elect(mr_winner *winner, const float *mean, int count, double seconds) {
    int leader = mr_likeliest(mean, count);
    if (!winner->stands) {
        *winner = (mr_winner){.stands = true, .label = leader, .rival = leader};
        return;
    }
    if (mean[leader] - mean[winner->label] < MR_VOTE_LEAD)
        leader = winner->label;
    if (leader != winner->rival) {
        winner->rival = leader;
        winner->since = seconds;
    }
    if (seconds - winner->since >= MR_VOTE_HOLD)
        winner->label = leader;
}

static void count_classes(mr_vote *vote, classes of, mr_winner *winner, double seconds) {
    average(vote, of, seconds);
    if (*has(&vote->mean, of))
        elect(winner, probabilities(&vote->mean, of), of.count, seconds);
    else
        *winner = (mr_winner){0};
}

static void count_all(mr_vote *vote, double seconds) {
    mr_vote_age(vote);
    count_classes(vote, CLASSES(gender, MR_GENDER_COUNT, 1), &vote->gender, seconds);
    count_classes(vote, CLASSES(ethnicity, MR_ETHNICITY_COUNT, 1), &vote->ethnicity, seconds);
    count_classes(vote, CLASSES(emotion, MR_EMOTION_COUNT, MR_VOTE_FEELING_KEPT), &vote->emotion,
                  seconds);
}

void mr_vote_cast(mr_vote *vote, const mr_attributes *attributes, float weight, double seconds,
                  double window) {
    if (vote->count == MR_VOTE_BALLOTS)
        drop_first(vote);
    while (vote->count > 0 && seconds - ballot_at(vote, 0)->seconds > window)
        drop_first(vote);
    if (vote->count == 0)
        vote->gender = vote->ethnicity = vote->emotion = (mr_winner){0}; /* nothing to hold on to */
    vote->ballots[(vote->first + vote->count++) % MR_VOTE_BALLOTS] =
        (mr_ballot){*attributes, weight, seconds};
    count_all(vote, seconds);
}

void mr_vote_forget(mr_vote *vote, mr_attribute_set kept) {
    for (int i = 0; i < MR_VOTE_BALLOTS; i++)
        mr_attributes_keep(&vote->ballots[i].attributes, kept);
    mr_attributes_keep(&vote->mean, kept);
    if (!kept.gender)
        vote->gender = (mr_winner){0};
    if (!kept.ethnicity)
        vote->ethnicity = (mr_winner){0};
    if (!kept.emotion)
        vote->emotion = (mr_winner){0};
}
