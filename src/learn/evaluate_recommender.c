#include "learn/evaluate_recommender.h"

#include "base/memory.h"
#include "base/rng.h"
#include "learn/audience_ceiling.h"
#include "learn/ranking_trial.h"

#include <stdlib.h>
#include <string.h>

/* Films liked in all protocols but leave-one-out. */
#define LIKED 4
#define CORE  10

#define DAY 86400.0 /* seconds */

/* Keys of the random streams. */
enum { SEED = 1, KEY_PARTS, KEY_VALIDATION_PARTS, KEY_VALIDATION_ROWS, KEY_CLICKS };

mr_evaluate_recommender_params mr_evaluate_recommender_defaults(void) {
    return (mr_evaluate_recommender_params){.model = mr_collaborative_params_defaults(),
                                            .neighbours = 100,
                                            .ease = 239,
                                            .ease_leave = 1000};
}

#define LABEL(name, label) label,
static const char *const rankers[] = {MR_RANKERS(LABEL)};
static const char *const protocols[] = {MR_PROTOCOLS(LABEL)};

const char *mr_ranker_label(mr_ranker ranker) {
    return (unsigned)ranker < MR_RANKER_COUNT ? rankers[ranker] : NULL;
}

const char *mr_protocol_label(mr_protocol protocol) {
    return (unsigned)protocol < MR_PROTOCOL_COUNT ? protocols[protocol] : NULL;
}

static mr_status no_memory(void) {
    return mr_fail(MR_E_MEMORY, "evaluation: no memory");
}

static void flag(uint8_t *flags, const uint32_t *items, size_t count) {
    for (size_t i = 0; i < count; i++)
        flags[items[i]] = 1;
}

/* What is asked for, and the catalogue's film of each item, where a program is given. */
typedef struct setting {
    const mr_evaluate_recommender_params *params;
    int32_t *film_of;
} setting;

/* --- recency -----------------------------------------------------------------------------------
 */

/* How old a user's clicks are, which are some of the entries, in half-lives; `out` has room for
 * them. NULL when clicks do not age. */
static const float *age_clicks(const mr_interactions *likes, size_t user, const uint32_t *clicks,
                               size_t count, const setting *given, float *out) {
    if (given->params->half_life <= 0)
        return NULL;
    int64_t newest = 0;
    for (size_t c = 0; c < count; c++) {
        long entry = mr_interactions_find(likes, user, clicks[c]);
        if (likes->at[entry] > newest)
            newest = likes->at[entry];
    }
    for (size_t c = 0; c < count; c++) {
        int64_t at = likes->at[mr_interactions_find(likes, user, clicks[c])];
        out[c] = at > 0 ? (float)((double)(newest - at) / DAY / given->params->half_life) : 0;
    }
    return out;
}

/* --- full ------------------------------------------------------------------------------------ */

/* Everything of a user that is held out is wanted, everything else of theirs is not ranked. */
static mr_status judge_held(const mr_interactions *rest, const mr_interactions *held,
                            const setting *given, mr_recommender_report *report) {
    mr_line_up models;
    MR_TRY(mr_line_up_train(rest, given->film_of, given->params, &models));
    mr_trial trial = {0};
    size_t place = 0;
    mr_status status = mr_trial_make(rest->users, rest->items, 1, &trial);
    for (size_t u = 0; u < rest->users && status == MR_OK; u++) {
        size_t wanted = mr_interactions_of(held, u);
        if (wanted == 0)
            continue;
        const uint32_t *clicks = rest->item + rest->start[u];
        size_t count = mr_interactions_of(rest, u);
        mr_question question = {rest->audience[u], clicks, count,
                                age_clicks(rest, u, clicks, count, given, trial.ago), wanted};
        mr_trial_clear(&trial);
        flag(trial.barred, question.clicks, question.click_count);
        flag(trial.wanted, held->item + held->start[u], wanted);
        status = mr_trial_ask(&trial, &models, &question, 0, place++);
    }
    if (status == MR_OK)
        status = mr_trial_report(&trial, place, report);
    mr_trial_free(&trial);
    mr_line_up_free(&models);
    return status;
}

/* Flags the entries that the published fold holds out. */
static mr_status flag_fold(const mr_ratings *ratings, const mr_interactions *likes,
                           const setting *given, uint8_t *flags) {
    mr_held_row *rows = NULL;
    size_t count = 0;
    MR_TRY(mr_ratings_fold(ratings, given->params->ratings, given->params->fold, &rows, &count));
    int32_t *users = mr_interactions_users(likes, ratings->users);
    int32_t *items = mr_interactions_items(likes, ratings->films);
    mr_status status = users && items ? MR_OK : no_memory();
    for (size_t i = 0; i < count && status == MR_OK; i++) {
        int32_t user = users[rows[i].user], item = items[rows[i].film];
        long entry =
            user >= 0 && item >= 0 ? mr_interactions_find(likes, (size_t)user, (uint32_t)item) : -1;
        if (entry >= 0)
            flags[entry] = 1;
        else
            status = mr_fail(MR_E_MISMATCH,
                             "%s: fold %d: row %zu is no rating of %d or more in the %d-core",
                             given->params->ratings, given->params->fold, i + 1, LIKED, CORE);
    }
    free(users);
    free(items);
    free(rows);
    return status;
}

static mr_status split_and_judge(const mr_interactions *likes, const uint8_t *flags,
                                 const setting *given, mr_recommender_report *report) {
    mr_interactions rest = {0}, held = {0};
    mr_status status = mr_interactions_part(likes, flags, 0, &rest);
    if (status == MR_OK)
        status = mr_interactions_part(likes, flags, 1, &held);
    if (status == MR_OK)
        status = judge_held(&rest, &held, given, report);
    mr_interactions_free(&rest);
    mr_interactions_free(&held);
    return status;
}

/* Holds a fifth of the training part out in place of the test rows, which are set aside. */
static void flag_validation(uint8_t *flags, size_t count) {
    mr_rng rng = mr_rng_keyed(SEED, KEY_VALIDATION_ROWS, 0);
    for (size_t e = 0; e < count; e++) {
        bool held = mr_rng_below(&rng, 5) == 0;
        flags[e] = flags[e] ? 2 : held;
    }
}

static mr_status judge_full(const mr_ratings *ratings, const mr_interactions *likes,
                            const setting *given, mr_recommender_report *report) {
    uint8_t *flags = mr_alloc(likes->count);
    mr_status status = flags ? flag_fold(ratings, likes, given, flags) : no_memory();
    if (status == MR_OK && given->params->validation)
        flag_validation(flags, likes->count);
    if (status == MR_OK)
        status = split_and_judge(likes, flags, given, report);
    free(flags);
    report->fold = given->params->fold;
    return status;
}

/* --- leave-one-out --------------------------------------------------------------------------- */

/* A published row in the numbers of the interactions. */
static mr_status translate(const mr_leave_row *row, const int32_t *users, const int32_t *items,
                           mr_leave_row *out) {
    bool known = users[row->user] >= 0 && items[row->film] >= 0;
    *out = (mr_leave_row){.user = (uint32_t)users[row->user], .film = (uint32_t)items[row->film]};
    for (int i = 0; i < MR_LEAVE_NEGATIVES; i++) {
        out->negatives[i] = (uint32_t)items[row->negatives[i]];
        known = known && items[row->negatives[i]] >= 0;
    }
    return known ? MR_OK
                 : mr_fail(MR_E_MISMATCH, "leave-one-out: a user or film that has no rating");
}

/* Rows in the numbers of the interactions, whose entries are flagged. */
static mr_status read_leave(const mr_ratings *ratings, const mr_interactions *likes,
                            const char *folder, uint8_t *flags, mr_leave_row **rows,
                            size_t *count) {
    MR_TRY(mr_ratings_leave_one_out(ratings, folder, rows, count));
    int32_t *users = mr_interactions_users(likes, ratings->users);
    int32_t *items = mr_interactions_items(likes, ratings->films);
    mr_status status = users && items ? MR_OK : no_memory();
    for (size_t i = 0; i < *count && status == MR_OK; i++) {
        mr_leave_row row = (*rows)[i];
        status = translate(&row, users, items, &(*rows)[i]);
        long entry =
            status == MR_OK ? mr_interactions_find(likes, (*rows)[i].user, (*rows)[i].film) : -1;
        if (entry >= 0)
            flags[entry] = 1;
        else if (status == MR_OK)
            status = mr_fail(MR_E_MISMATCH, "leave-one-out: row %zu is no rating", i + 1);
    }
    free(users);
    free(items);
    return status;
}

static mr_status judge_left(const mr_interactions *rest, const mr_leave_row *rows, size_t count,
                            const setting *given, mr_recommender_report *report) {
    mr_line_up models;
    MR_TRY(mr_line_up_train(rest, given->film_of, given->params, &models));
    mr_trial trial = {0};
    mr_status status = mr_trial_make(count, rest->items, 1, &trial);
    for (size_t i = 0; i < count && status == MR_OK; i++) {
        uint32_t u = rows[i].user;
        const uint32_t *clicks = rest->item + rest->start[u];
        size_t clicked = mr_interactions_of(rest, u);
        mr_question question = {rest->audience[u], clicks, clicked,
                                age_clicks(rest, u, clicks, clicked, given, trial.ago), 1};
        mr_trial_clear(&trial);
        trial.wanted[rows[i].film] = 1;
        memset(trial.barred, 1, trial.items);
        trial.barred[rows[i].film] = 0;
        for (int n = 0; n < MR_LEAVE_NEGATIVES; n++)
            trial.barred[rows[i].negatives[n]] = 0;
        status = mr_trial_ask(&trial, &models, &question, 0, i);
    }
    if (status == MR_OK)
        status = mr_trial_report(&trial, count, report);
    mr_trial_free(&trial);
    mr_line_up_free(&models);
    return status;
}

static mr_status judge_leave(const mr_ratings *ratings, const mr_interactions *likes,
                             const setting *given, mr_recommender_report *report) {
    uint8_t *flags = mr_alloc(likes->count);
    mr_leave_row *rows = NULL;
    size_t count = 0;
    mr_interactions rest = {0};
    mr_status status =
        flags ? read_leave(ratings, likes, given->params->ratings, flags, &rows, &count)
              : no_memory();
    if (status == MR_OK)
        status = mr_interactions_part(likes, flags, 0, &rest);
    if (status == MR_OK)
        status = judge_left(&rest, rows, count, given, report);
    mr_interactions_free(&rest);
    free(rows);
    free(flags);
    return status;
}

/* --- users never seen ------------------------------------------------------------------------ */

/* Parts of equal size, drawn at random. */
static void part_users(uint64_t key, size_t users, uint32_t *order, uint8_t *part) {
    for (size_t u = 0; u < users; u++)
        order[u] = (uint32_t)u;
    mr_rng rng = mr_rng_keyed(SEED, key, 0);
    mr_rng_shuffle(&rng, order, users);
    for (size_t i = 0; i < users; i++)
        part[order[i]] = (uint8_t)(i % MR_COLD_PARTS);
}

/* For validation the users of the first part are set aside (MR_COLD_PARTS) and the others parted
 * anew. */
static void part_for_validation(size_t users, uint32_t *order, uint8_t *part) {
    uint8_t *aside = part + users;
    memcpy(aside, part, users);
    part_users(KEY_VALIDATION_PARTS, users, order, part);
    for (size_t u = 0; u < users; u++)
        if (aside[u] == 0)
            part[u] = MR_COLD_PARTS;
}

/* Asks about one user of a part that the models do not know. */
typedef mr_status stranger(const mr_interactions *likes, size_t user, const setting *given,
                           const mr_line_up *models, mr_trial *trial, size_t place);

static mr_status ask_cold(const mr_interactions *likes, size_t user, const setting *given,
                          const mr_line_up *models, mr_trial *trial, size_t place) {
    (void)given;
    mr_question question = {likes->audience[user], NULL, 0, NULL, mr_interactions_of(likes, user)};
    mr_trial_clear(trial);
    flag(trial->wanted, likes->item + likes->start[user], question.wanted);
    return mr_trial_ask(trial, models, &question, 0, place);
}

static mr_status ask_few(const mr_interactions *likes, size_t user, const setting *given,
                         const mr_line_up *models, mr_trial *trial, size_t place) {
    static const int clicks[] = MR_CLICK_COUNTS;
    size_t liked = mr_interactions_of(likes, user);
    uint32_t *order = malloc((liked + 1) * sizeof *order);
    if (!order)
        return no_memory();
    memcpy(order, likes->item + likes->start[user], liked * sizeof *order);
    mr_rng rng = mr_rng_keyed(SEED, KEY_CLICKS, user);
    mr_rng_shuffle(&rng, order, liked);
    mr_trial_clear(trial);
    flag(trial->barred, order, MR_FEW_POOL);
    flag(trial->wanted, order + MR_FEW_POOL, liked - MR_FEW_POOL);
    mr_status status = MR_OK;
    for (int s = 0; s < MR_CLICK_STEPS && status == MR_OK; s++) {
        size_t count = (size_t)clicks[s];
        mr_question question = {likes->audience[user], order, count,
                                age_clicks(likes, user, order, count, given, trial->ago),
                                liked - MR_FEW_POOL};
        status = mr_trial_ask(trial, models, &question, s, place);
    }
    free(order);
    return status;
}

/* Trains on the users of all parts but one and asks about those of that one. */
static mr_status judge_part(const mr_interactions *likes, const uint8_t *part, uint8_t number,
                            const setting *given, mr_trial *trial, size_t *place) {
    bool few = given->params->protocol == MR_PROTOCOL_FEW_CLICKS;
    stranger *meet = few ? ask_few : ask_cold;
    uint8_t *flags = mr_alloc(likes->count);
    if (!flags)
        return no_memory();
    for (size_t u = 0; u < likes->users; u++)
        for (uint32_t e = likes->start[u]; e < likes->start[u + 1]; e++)
            flags[e] = part[u] == number || part[u] == MR_COLD_PARTS;
    mr_interactions known = {0};
    mr_line_up models = {.ranker = NULL};
    mr_status status = mr_interactions_part(likes, flags, 0, &known);
    if (status == MR_OK)
        status = mr_line_up_train(&known, given->film_of, given->params, &models);
    for (size_t u = 0; u < likes->users && status == MR_OK; u++)
        if (part[u] == number && (!few || mr_interactions_of(likes, u) >= MR_FEW_LEAST))
            status = meet(likes, u, given, &models, trial, (*place)++);
    mr_line_up_free(&models);
    mr_interactions_free(&known);
    free(flags);
    return status;
}

/* Of those who are asked about, which are all but the ones set aside. */
static mr_status find_ceiling(const mr_interactions *likes, const uint8_t *part,
                              mr_recommender_report *report) {
    bool *asked = malloc((likes->users + 1) * sizeof *asked);
    if (!asked)
        return no_memory();
    for (size_t u = 0; u < likes->users; u++)
        asked[u] = part[u] < MR_COLD_PARTS;
    mr_status status = mr_audience_ceiling(likes, asked, &report->ceiling);
    free(asked);
    return status;
}

static mr_status judge_strangers(const mr_ratings *ratings, const mr_interactions *likes,
                                 const setting *given, mr_recommender_report *report) {
    (void)ratings;
    static const int clicks[] = MR_CLICK_COUNTS;
    bool few = given->params->protocol == MR_PROTOCOL_FEW_CLICKS;
    size_t users = likes->users, place = 0;
    uint32_t *order = malloc(users * sizeof *order);
    uint8_t *part = malloc(2 * users);
    mr_trial trial = {0};
    report->steps = few ? MR_CLICK_STEPS : 1;
    if (few)
        memcpy(report->clicks, clicks, sizeof clicks);
    mr_status status =
        order && part ? mr_trial_make(users, likes->items, report->steps, &trial) : no_memory();
    if (status == MR_OK) {
        part_users(KEY_PARTS, users, order, part);
        if (given->params->validation)
            part_for_validation(users, order, part);
    }
    for (uint8_t p = 0; p < MR_COLD_PARTS && status == MR_OK; p++)
        status = judge_part(likes, part, p, given, &trial, &place);
    if (status == MR_OK)
        status = mr_trial_report(&trial, place, report);
    if (status == MR_OK && !few)
        status = find_ceiling(likes, part, report);
    mr_trial_free(&trial);
    free(order);
    free(part);
    return status;
}

/* --- all ------------------------------------------------------------------------------------- */

typedef mr_status judge(const mr_ratings *ratings, const mr_interactions *likes,
                        const setting *given, mr_recommender_report *report);

static judge *const judges[MR_PROTOCOL_COUNT] = {
    [MR_PROTOCOL_FULL] = judge_full,
    [MR_PROTOCOL_LEAVE_ONE_OUT] = judge_leave,
    [MR_PROTOCOL_COLD] = judge_strangers,
    [MR_PROTOCOL_FEW_CLICKS] = judge_strangers,
};

mr_status mr_evaluate_recommender(const mr_evaluate_recommender_params *params,
                                  mr_recommender_report *out) {
    bool leave = params->protocol == MR_PROTOCOL_LEAVE_ONE_OUT;
    if (leave && params->validation)
        return mr_fail(MR_E_ARGUMENT, "leave-one-out has no validation part");
    mr_ratings ratings;
    mr_interactions likes = {0};
    mr_recommender_report report = {.protocol = params->protocol, .steps = 1};
    MR_TRY(mr_ratings_load(params->ratings, &ratings));
    mr_status status = mr_interactions_make(&ratings, leave ? 1 : LIKED, leave ? 1 : CORE, &likes);
    setting given = {params, NULL};
    if (status == MR_OK && params->program)
        status = mr_blend_match(&ratings, &likes, params->program, &given.film_of);
    if (status == MR_OK)
        status = judges[params->protocol](&ratings, &likes, &given, &report);
    free(given.film_of);
    mr_interactions_free(&likes);
    mr_ratings_free(&ratings);
    if (status == MR_OK)
        *out = report;
    return status;
}
