/*
 * A trial of rankers: the same question about one user after another is put to each of them, and
 * their answers are judged and averaged. The protocols of evaluate_recommender.h are built of it.
 *
 *     mr_trial trial;
 *     MR_TRY(mr_trial_make(likes.users, likes.items, 1, &trial));
 *     for each user: mr_trial_clear(&trial), set flags in trial.barred and trial.wanted,
 *                    mr_trial_ask(&trial, &models, &question, 0, place of the user)
 *     mr_trial_report(&trial, &report);
 *
 * Thread rule: a trial belongs to one thread.
 */
#ifndef MR_LEARN_RANKING_TRIAL_H
#define MR_LEARN_RANKING_TRIAL_H

#include "learn/evaluate_recommender.h"
#include "learn/train_blend.h"

typedef struct mr_line_up {
    mr_collaborative *models[MR_RANKER_COUNT]; /* the blend has none of its own, it ranks by ours */
    mr_blend_ranker *ranker;
    mr_blend blend;
    float *shares; /* of people who like each item, by what was trained on; positive */
} mr_line_up;

/* Trains them all on the same likes; film_of has the catalogue's film of each item where
 * params->program is given. */
mr_status mr_line_up_train(const mr_interactions *likes, const int32_t *film_of,
                           const mr_evaluate_recommender_params *params, mr_line_up *out);
void mr_line_up_free(mr_line_up *models);

typedef struct mr_trial {
    size_t users, items; /* places of users; a place never asked about counts as no hit */
    uint8_t *barred;     /* of each item: not to be ranked */
    uint8_t *wanted;     /* of each item: a hit */
    float *scores;       /* scratch */
    float *ago;          /* scratch: room for a question's */
    float *values;       /* scratch: items × MR_TERM_COUNT */
    mr_ranked_user *answers[MR_CLICK_STEPS][MR_RANKER_COUNT]; /* of each user */
    uint8_t *shown[MR_CLICK_STEPS][MR_RANKER_COUNT];          /* of each item: in some list */
} mr_trial;

mr_status mr_trial_make(size_t users, size_t items, int steps, mr_trial *out);
void mr_trial_free(mr_trial *trial);

/* Sets all flags to 0. */
void mr_trial_clear(mr_trial *trial);

/* What the rankers are told of a user. */
typedef struct mr_question {
    uint8_t audience;
    const uint32_t *clicks;
    size_t click_count;
    const float *ago; /* how old each click is, in half-lives; NULL: none has aged */
    size_t wanted;    /* flags set in trial->wanted; positive */
} mr_question;

/* Asks every ranker, and notes how good the answers are as those of the user at this place. */
mr_status mr_trial_ask(mr_trial *trial, const mr_line_up *models, const mr_question *question,
                       int step, size_t place);

/* Fills the figures of the report over the first `users` places. */
mr_status mr_trial_report(const mr_trial *trial, size_t users, mr_recommender_report *report);

#endif
