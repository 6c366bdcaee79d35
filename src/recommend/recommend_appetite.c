#include "recommend/recommend_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Added to beliefs before their ratio is taken, so that rare genres do not swing wildly. */
#define BELIEF_FLOOR 0.03f
#define LARGEST_LIFT 1.5f

/* How much more a mood counts when lifting or matching it is asked for. */
#define ASKED_MOOD 2.5f

void mr_genre_sums_fill(mr_genre_sums *sums) {
    for (int piece = 0; piece < MR_GENRE_PIECES; piece++)
        for (int bits = 0; bits < 1 << MR_GENRE_PIECE_BITS; bits++) {
            float sum = 0;
            for (int bit = 0; bit < MR_GENRE_PIECE_BITS; bit++) {
                int genre = piece * MR_GENRE_PIECE_BITS + bit;
                if (bits >> bit & 1 && genre < MR_GENRE_COUNT)
                    sum += sums->value[genre];
            }
            sums->sum[piece][bits] = sum;
        }
}

float mr_opinion_value(const mr_opinion *feedback) {
    float weight = feedback->ago > 0 ? exp2f(-feedback->ago) : 1;
    switch (feedback->kind) {
    case MR_FEEDBACK_LIKE:
        return weight;
    case MR_FEEDBACK_DISLIKE:
        return -weight;
    case MR_FEEDBACK_RATING:
        return weight * (float)(feedback->rating - 3) / 2;
    default:
        return 0;
    }
}

/* Ages below ten, which have ranges of their own. */
static bool is_of_children(mr_age_range age) {
    return age <= MR_AGE_3_9;
}

/* What people of this age and gender like, and what goes with this mood. */
static void weigh_genres(mr_appetite *appetite, const mr_belief *expected, mr_mood_mode mode) {
    const mr_recommender *recommender = appetite->recommender;
    const mr_watcher *watcher = &appetite->seat->watcher;
    for (int g = 0; g < MR_GENRE_COUNT; g++) {
        float usual = recommender->parts.belief->usual[g];
        float lift = logf((expected->genre[g] + BELIEF_FLOOR) / (usual + BELIEF_FLOOR));
        appetite->genre.value[g] = fmaxf(-LARGEST_LIFT, fminf(LARGEST_LIFT, lift));
        for (int i = 0; i < MR_CELLS; i++) {
            mr_cell cell = mr_cell_of(i);
            float liking =
                expected->cells[i] * recommender->parts.taste.liking[cell.age][cell.gender][g];
            if (watcher->has_age || watcher->has_gender)
                appetite->taste.value[g] += liking;
            if (watcher->has_age && is_of_children(cell.age))
                appetite->child_taste.value[g] += liking;
            if (watcher->has_emotion)
                appetite->mood.value[g] +=
                    expected->cells[i] * recommender->parts.mood.wish[mode][cell.emotion][g];
        }
    }
    mr_genre_sums_fill(&appetite->genre);
    mr_genre_sums_fill(&appetite->taste);
    mr_genre_sums_fill(&appetite->child_taste);
    mr_genre_sums_fill(&appetite->mood);
}

static float chance_of_child(const mr_watcher *watcher) {
    float chance = 0;
    for (int age = 0; watcher->has_age && is_of_children((mr_age_range)age); age++)
        chance += watcher->age[age];
    return chance;
}

static mr_status believe(mr_appetite *appetite, const mr_rank_options *options) {
    const mr_profile_forest *belief = appetite->recommender->parts.belief;
    mr_belief expected;
    appetite->film = malloc(belief->film_count * sizeof *appetite->film);
    if (!appetite->film)
        return mr_fail(MR_E_MEMORY, "no memory for the belief in %zu films", belief->film_count);
    mr_profile_forest_believe(belief, &appetite->seat->watcher, appetite->film, &expected);
    weigh_genres(appetite, &expected, options->mood);
    return MR_OK;
}

/* Adds what one feedback says about the parts of its film. */
static void remember(mr_appetite *appetite, const mr_catalogue *catalogue,
                     const mr_opinion *feedback, float value) {
    const mr_catalogue_film *film = mr_catalogue_entry(catalogue, feedback->film);
    float per_genre = value / sqrtf((float)mr_genre_set_size(film->genres));
    for (mr_genre_set rest = film->genres; rest; rest &= rest - 1)
        appetite->liked_genre.value[__builtin_ctz(rest)] += per_genre;
    const uint32_t *people = mr_catalogue_people(catalogue) + film->people;
    for (int i = 0; i < film->director_count; i++)
        appetite->liked_person[people[i]] += value * MR_DIRECTOR_SHARE;
    for (int i = 0; i < film->cast_count; i++)
        appetite->liked_person[people[film->director_count + i]] += value * MR_CAST_SHARE;
    if (film->language_number)
        appetite->liked_language[film->language_number] += value;
    appetite->liked_decade[mr_decade_of(film->year)] += value;
}

/* Brings what was summed over feedbacks to a scale that does not depend on their number: the liking
 * of genres to length one, so that its fit is a cosine, and the others to a mean. */
static void scale_likes(mr_appetite *appetite, float weight) {
    float squares = 0;
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        squares += appetite->liked_genre.value[g] * appetite->liked_genre.value[g];
    appetite->liked_length = sqrtf(squares);
    for (int g = 0; g < MR_GENRE_COUNT && squares > 0; g++)
        appetite->liked_genre.value[g] /= appetite->liked_length;
    size_t languages = mr_catalogue_language_count(appetite->recommender->parts.catalogue);
    for (size_t l = 0; l < languages; l++)
        appetite->liked_language[l] /= weight;
    for (int d = 0; d < MR_DECADES; d++)
        appetite->liked_decade[d] /= weight;
}

static mr_status remember_all(mr_appetite *appetite) {
    const mr_catalogue *catalogue = appetite->recommender->parts.catalogue;
    const mr_sofa_seat *seat = appetite->seat;
    appetite->liked_person =
        calloc(mr_catalogue_people_count(catalogue) + 1, sizeof *appetite->liked_person);
    appetite->liked_language =
        calloc(mr_catalogue_language_count(catalogue), sizeof *appetite->liked_language);
    if (!appetite->liked_person || !appetite->liked_language)
        return mr_fail(MR_E_MEMORY, "no memory for a history");
    float weight = 0, liked = 0, known = 0;
    for (size_t i = 0; i < seat->history_count; i++) {
        float value = mr_opinion_value(&seat->history[i]);
        if (value == 0)
            continue;
        remember(appetite, catalogue, &seat->history[i], value);
        appetite->feedbacks++;
        weight += fabsf(value);
        liked += fmaxf(value, 0);
        if (mr_item_of(appetite->recommender, seat->history[i].film) >= 0)
            known += fabsf(value);
    }
    if (weight > 0)
        scale_likes(appetite, weight);
    appetite->opinions = weight;
    appetite->likes = liked;
    appetite->known = weight > 0 ? known / weight : appetite->neighbours.model != NULL;
    mr_genre_sums_fill(&appetite->liked_genre);
    return MR_OK;
}

/* How much more this person's audience likes each film than all people do. */
static void compare_audience(mr_appetite *appetite) {
    const float *usual = appetite->recommender->usual, *prior = appetite->neighbours.prior;
    for (size_t i = 0; i < appetite->neighbours.model->items; i++)
        appetite->audience[i] = mr_share_ratio(prior[i], usual[i]);
}

/* What people like this one like, and what those like who liked the same films. */
static mr_status ask_neighbours(mr_appetite *appetite) {
    const mr_recommender *recommender = appetite->recommender;
    const mr_sofa_seat *seat = appetite->seat;
    if (!recommender->parts.neighbours)
        return MR_OK;
    const mr_collaborative *model = recommender->parts.neighbours->model;
    mr_collaborative_audience(model, &seat->watcher, appetite->shares);
    MR_TRY(mr_collaborative_viewer_make(model, appetite->shares, &appetite->neighbours));
    appetite->audience = mr_alloc(model->items * sizeof *appetite->audience);
    if (!appetite->audience)
        return mr_fail(MR_E_MEMORY, "no memory for what %zu films are to an audience",
                       model->items);
    if (seat->watcher.has_age || seat->watcher.has_gender)
        compare_audience(appetite);
    for (size_t i = 0; i < seat->history_count; i++) {
        int32_t item = mr_item_of(recommender, seat->history[i].film);
        if (item >= 0)
            mr_collaborative_learn(&appetite->neighbours, (size_t)item,
                                   mr_opinion_value(&seat->history[i]));
    }
    return MR_OK;
}

/* The same by what the viewers here taught, which is links and nothing else. */
static mr_status ask_local(mr_appetite *appetite, const mr_rank_options *options) {
    const mr_sofa_seat *seat = appetite->seat;
    if (!options->local || seat->history_count == 0)
        return MR_OK;
    static const float nobody[MR_AUDIENCES];
    appetite->local = options->local;
    MR_TRY(
        mr_collaborative_viewer_make(options->local->model, nobody, &appetite->local_neighbours));
    for (size_t i = 0; i < seat->history_count; i++) {
        int32_t item = options->local->item_of[seat->history[i].film];
        if (item >= 0)
            mr_collaborative_learn(&appetite->local_neighbours, (size_t)item,
                                   mr_opinion_value(&seat->history[i]));
    }
    return MR_OK;
}

/* The more feedback, the more it counts against what is believed of people in general. */
static void set_weights(mr_appetite *appetite, const mr_rank_options *options) {
    const mr_blend *blend = &appetite->recommender->parts.blend;
    appetite->blend = mr_blend_at(blend, appetite->opinions, appetite->known);
    /* Chances were fitted to numbers of likes: each makes the next one likelier, a dislike does
     * not. */
    appetite->told = mr_blend_at(blend, appetite->likes, appetite->known);
    float asked = options->mood != MR_MOOD_AUTO ? ASKED_MOOD : 1;
    for (int t = 0; t < MR_TERM_COUNT; t++) {
        /* Somebody who asks to be lifted or matched means it. */
        float strength = options->weights[t] * (t == MR_TERM_MOOD ? asked : 1);
        appetite->inside[t] = strength * appetite->blend.inside.weight[t];
        appetite->outside[t] = strength * appetite->blend.outside.weight[t];
    }
    /* Links that were learned here are of the scale of the others and count as those do for
     * somebody of whom they know all, whatever the shipped ones know. */
    appetite->local_weight =
        options->weights[MR_TERM_HISTORY] *
        mr_blend_at(blend, appetite->opinions, 1).inside.weight[MR_TERM_HISTORY];
    appetite->shift = options->weights[MR_TERM_POPULARITY] * appetite->blend.shift;
}

void mr_appetite_free(mr_appetite *appetite) {
    free(appetite->film);
    free(appetite->liked_person);
    free(appetite->liked_language);
    free(appetite->audience);
    free(appetite->item_score);
    mr_collaborative_viewer_free(&appetite->neighbours);
    mr_collaborative_viewer_free(&appetite->local_neighbours);
    *appetite = (mr_appetite){0};
}

mr_status mr_appetite_make(const mr_recommender *recommender, const mr_sofa_seat *seat,
                           const mr_rank_options *options, mr_appetite *out) {
    const mr_catalogue *catalogue = recommender->parts.catalogue;
    *out = (mr_appetite){.recommender = recommender,
                         .films = mr_catalogue_films(catalogue),
                         .people = mr_catalogue_people(catalogue),
                         .seat = seat,
                         .child = chance_of_child(&seat->watcher)};
    mr_status status = believe(out, options);
    if (status == MR_OK)
        status = ask_neighbours(out);
    if (status == MR_OK)
        status = ask_local(out, options);
    if (status == MR_OK)
        status = remember_all(out);
    if (status == MR_OK) {
        set_weights(out, options);
        status = mr_sum_up(out);
    }
    if (status != MR_OK)
        mr_appetite_free(out);
    return status;
}
