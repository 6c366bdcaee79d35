/*
 * What the estimates of one person over the last seconds agree on.
 *
 *     mr_vote vote = {0};                                      // nothing said yet
 *     mr_vote_cast(&vote, &attributes, weight, seconds, 3);    // every estimate
 *     vote.mean.emotion, vote.emotion.label, …                 // the verdict, always up to date
 *
 * Classes. Distributions are averaged, each vote by its weight (the linear opinion pool of Stone
 * 1961): a sure frame counts for more than a doubtful one. The label is the mode of the mean, with
 * hysteresis: another one takes over only after leading by MR_VOTE_LEAD for MR_VOTE_HOLD seconds.
 * Feelings change while one looks on, so that a vote on them is worth less the older it is.
 *
 * Age. Votes far from the weighted median of all count for less (Huber's weights, 1964), so that
 * one bad frame pulls the mean by little. Far is more than 1.345 standard deviations, of
 * which 1.036 are what seven tenths of the votes differ by: three tenths may be outliers, while of
 * votes that are halved between two ages none is, and the mean stays between these. Of so few votes
 * that one is more than three tenths none counts for less. The interval: a vote is calibrated to
 * err by half-width h, which has two parts: what is wrong about this face in every frame, and what
 * differs from frame to frame. Only the second part averages out. Its size is seen, being the
 * spread b of the votes; so the half-width H of the mean of n votes is
 *
 *     H² = max(h² - b², h²/2) + b²/n        (h², b² means over the votes, n their effective number)
 *
 * Votes that are all alike narrow nothing, however many; at best the interval shrinks by √½, and
 * votes that spread more widely than they claim to be wrong widen it. Where the mean of the last
 * three votes is younger by more than two of its standard errors, the lower end goes down by the
 * rest: certificates go by it, and a child may have come to where an adult was. The error is no
 * larger for votes that differ by more than they claim, since such a change is no noise.
 *
 * Memory: MR_VOTE_BALLOTS estimates a person; of more within the window the last. Thread rule: one
 * thread at a time.
 */
#ifndef MR_FACE_VOTE_H
#define MR_FACE_VOTE_H

#include "moodreel/types.h"

#define MR_VOTE_BALLOTS 32
#define MR_VOTE_LEAD    0.10f
#define MR_VOTE_HOLD    0.5

/* Share of its weight that a vote on the emotion keeps after a second. */
#define MR_VOTE_FEELING_KEPT 0.5

/* One estimate. */
typedef struct mr_ballot {
    mr_attributes attributes;
    float weight;
    double seconds;
} mr_ballot;

/* The label of one attribute that stands, and one that may take over. */
typedef struct mr_winner {
    bool stands;
    int label;
    int rival;    /* who leads; the label itself: nobody */
    double since; /* when the rival's lead began */
} mr_winner;

typedef struct mr_vote {
    mr_ballot ballots[MR_VOTE_BALLOTS]; /* a ring */
    int first, count;
    mr_attributes mean;
    mr_winner gender, ethnicity, emotion;
} mr_vote;

/* Adds an estimate of the moment `seconds`, with a weight above 0; older ones than `window` seconds
 * before it are dropped. */
void mr_vote_cast(mr_vote *vote, const mr_attributes *attributes, float weight, double seconds,
                  double window);

/* Forgets everything about the attributes that are not in `kept`. */
void mr_vote_forget(mr_vote *vote, mr_attribute_set kept);

#endif
