#include "base/rng.h"
#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The wider list that films are picked from: this many times the films wanted, and at least. */
#define WIDER      20
#define LEAST_WIDE 200

/* Shares of what makes two films alike. */
#define GENRES_ALIKE    0.75f
#define DECADE_ALIKE    0.05f
#define DIRECTORS_ALIKE 0.2f

int mr_sofa_youngest(const mr_sofa_seat *seats, size_t seat_count, const mr_rank_options *options) {
    int youngest = MR_AGE_YEARS;
    for (size_t s = 0; s < seat_count; s++) {
        const mr_watcher *watcher = &seats[s].watcher;
        int age = watcher->has_age ? watcher->youngest : options->youngest;
        youngest = age < youngest ? age : youngest;
    }
    if (options->youngest >= 0 && options->youngest < youngest)
        youngest = options->youngest;
    if (options->age_limit >= 0 && options->age_limit < youngest)
        youngest = options->age_limit;
    return youngest < 0 ? 0 : youngest;
}

/* How alike two films are, 0 … 1. */
static float alike(const mr_catalogue *catalogue, uint32_t a, uint32_t b) {
    const mr_catalogue_film *x = mr_catalogue_entry(catalogue, a);
    const mr_catalogue_film *y = mr_catalogue_entry(catalogue, b);
    const uint32_t *people = mr_catalogue_people(catalogue);
    bool director = false;
    for (int i = 0; i < x->director_count && !director; i++)
        for (int j = 0; j < y->director_count && !director; j++)
            director = people[x->people + (uint32_t)i] == people[y->people + (uint32_t)j];
    float genres = (float)mr_genre_set_size(x->genres & y->genres) /
                   (float)mr_genre_set_size(x->genres | y->genres);
    return GENRES_ALIKE * genres + (director ? DIRECTORS_ALIKE : 0) +
           (mr_decade_of(x->year) == mr_decade_of(y->year) ? DECADE_ALIKE : 0);
}

/* Better films first: no misery before misery, then by score, then by number. */
static int by_score(const void *a, const void *b) {
    const mr_candidate *x = a, *y = b;
    if (x->misery != y->misery)
        return x->misery - y->misery;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->film > y->film) - (x->film < y->film);
}

/* Restores the heap below `root` (the worst on top), whose children are heaps. */
static void sift_down(mr_candidate *heap, size_t size, size_t root) {
    for (;;) {
        size_t worst = root;
        for (size_t child = 2 * root + 1; child <= 2 * root + 2 && child < size; child++)
            if (by_score(&heap[child], &heap[worst]) > 0)
                worst = child;
        if (worst == root)
            return;
        mr_candidate kept = heap[root];
        heap[root] = heap[worst];
        heap[worst] = kept;
        root = worst;
    }
}

/* Brings the best `wide` of n candidates to the front, in order; the others are lost. */
static void best_first(mr_candidate *candidates, size_t n, size_t wide) {
    for (size_t i = wide / 2; i-- > 0;)
        sift_down(candidates, wide, i);
    for (size_t i = wide; i < n; i++)
        if (by_score(&candidates[i], &candidates[0]) < 0) {
            candidates[0] = candidates[i];
            sift_down(candidates, wide, 0);
        }
    qsort(candidates, wide, sizeof *candidates, by_score);
}

/* What a full likeness costs, as a logarithm of odds. The cube leaves room for both: a list that is
 * hardly touched (0.16 at 0.5) and one of films that differ at almost any price (4.2 at 1.5). */
static float cost_of(float diversity) {
    return 1.25f * diversity * diversity * diversity;
}

/* The candidate from `taken` on, no more miserable than it, whose score less the cost of its
 * likeness to those taken is greatest; one of which another part was taken only where there is no
 * other. */
static size_t best_of(const mr_candidate *candidates, size_t taken, size_t wide, float cost) {
    size_t best = taken;
    float best_value = -INFINITY;
    bool spent = true;
    for (size_t i = taken; i < wide && candidates[i].misery == candidates[taken].misery; i++) {
        const mr_candidate *candidate = &candidates[i];
        float value = candidate->score - cost * candidate->likeness;
        if (candidate->spent ? spent && value > best_value : spent || value > best_value) {
            best_value = value;
            best = i;
            spent = candidate->spent;
        }
    }
    return best;
}

static bool are_parts(const mr_catalogue_film *a, const mr_catalogue_film *b) {
    return a->series && a->series == b->series;
}

/* Whether `earlier` came before in the same series: not a film of the same title, which was made
 * anew, nor one that nobody of the other took part in. */
static bool comes_before(const mr_catalogue *catalogue, uint32_t earlier, uint32_t film) {
    const mr_catalogue_film *a = mr_catalogue_entry(catalogue, earlier);
    const mr_catalogue_film *b = mr_catalogue_entry(catalogue, film);
    return are_parts(a, b) && a->year < b->year &&
           mr_catalogue_shared_people(catalogue, earlier, film) > 0 &&
           !mr_catalogue_same_title(catalogue, earlier, film);
}

/* The first part of the film at `best` among the candidates from `from` to `end`. */
static size_t first_part(const mr_catalogue *catalogue, const mr_candidate *candidates, size_t from,
                         size_t end, size_t best) {
    size_t first = best;
    for (size_t i = from; i < end; i++)
        if (candidates[i].misery == candidates[best].misery &&
            comes_before(catalogue, candidates[i].film, candidates[best].film) &&
            (first == best || comes_before(catalogue, candidates[i].film, candidates[first].film)))
            first = i;
    return first;
}

/* Moves a candidate to place `taken`, and tells those behind it. */
static void take(const mr_catalogue *catalogue, mr_candidate *candidates, size_t wide, size_t taken,
                 size_t best) {
    mr_candidate chosen = candidates[best];
    memmove(&candidates[taken + 1], &candidates[taken], (best - taken) * sizeof chosen);
    candidates[taken] = chosen;
    const mr_catalogue_film *film = mr_catalogue_entry(catalogue, chosen.film);
    for (size_t i = taken + 1; i < wide; i++) {
        candidates[i].likeness =
            fmaxf(candidates[i].likeness, alike(catalogue, candidates[i].film, chosen.film));
        candidates[i].spent |= are_parts(mr_catalogue_entry(catalogue, candidates[i].film), film);
    }
}

/* Maximal marginal relevance: takes the first `wide` candidates from `first` to `count` one after
 * the other, and of a series its first part. Taken ones move to the front, the others keep their
 * order. */
static void take_diverse(const mr_catalogue *catalogue, mr_candidate *candidates, size_t wide,
                         size_t first, size_t count, float cost) {
    if (cost <= 0)
        return; /* the best are in front */
    for (size_t taken = first; taken < count; taken++) {
        size_t best = best_of(candidates, taken, wide, cost);
        if (!candidates[best].spent)
            best = first_part(catalogue, candidates, taken, wide, best);
        take(catalogue, candidates, wide, taken, best);
    }
}

/* What is drawn has at least a quarter of the odds of what was picked. */
#define FARTHEST 1.386f

/* How often another one is drawn in place of a part of a series that is there already. */
#define DRAWS 8

/* The worst of those that were picked; where none was, the best, which would have been. */
static float worst_of(const mr_candidate *candidates, size_t picked) {
    float worst = candidates[0].score;
    for (size_t i = 1; i < picked; i++)
        worst = fminf(worst, candidates[i].score);
    return worst;
}

/* Where the candidates end that make nobody miserable and are not much worse than those picked. */
static size_t end_of_drawing(const mr_candidate *candidates, size_t wide, size_t picked,
                             size_t count) {
    float least = worst_of(candidates, picked) - FARTHEST;
    size_t end = wide;
    while (end > count && (candidates[end - 1].misery || candidates[end - 1].score < least))
        end--;
    return end;
}

/* Takes random candidates from `first` to `end`, until there are `count`. */
static void draw_at_random(const mr_catalogue *catalogue, mr_rng *rng, mr_candidate *candidates,
                           size_t first, size_t count, size_t end) {
    for (size_t i = first; i < count; i++) {
        size_t chosen = i + (size_t)mr_rng_below(rng, end - i);
        for (int tries = 0; candidates[chosen].spent && tries < DRAWS; tries++)
            chosen = i + (size_t)mr_rng_below(rng, end - i);
        if (!candidates[chosen].spent)
            chosen = first_part(catalogue, candidates, i, end, chosen);
        take(catalogue, candidates, end, i, chosen);
        candidates[i].explored = true;
    }
}

/* How many of `count` films to draw at random: the share, its fraction by chance. */
static size_t explorations(mr_rng *rng, size_t count, float share) {
    double wanted = (double)share * (double)count;
    size_t whole = (size_t)wanted;
    return whole + (mr_rng_uniform(rng) < wanted - (double)whole);
}

size_t mr_select(const mr_catalogue *catalogue, mr_candidate *candidates, size_t n,
                 const mr_rank_options *options) {
    size_t count = options->count < n ? options->count : n;
    if (count == 0)
        return 0;
    size_t wide = count * WIDER > LEAST_WIDE ? count * WIDER : LEAST_WIDE;
    wide = wide < n ? wide : n;
    mr_rng rng = mr_rng_seeded(options->seed);
    size_t picked = count - explorations(&rng, count, options->exploration);
    float cost = cost_of(options->diversity);
    best_first(candidates, n, wide);
    take_diverse(catalogue, candidates, wide, 0, picked, cost);
    size_t end = end_of_drawing(candidates, wide, picked, count);
    if (end > count)
        draw_at_random(catalogue, &rng, candidates, picked, count, end);
    else
        take_diverse(catalogue, candidates, wide, picked, count, cost);
    qsort(candidates, count, sizeof *candidates, by_score);
    return count;
}

/* Hoare's selection (1961). */
float mr_nth_greatest(float *values, size_t count, size_t n) {
    size_t low = 0, high = count - 1;
    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        while (i <= j) {
            while (values[i] > pivot)
                i++;
            while (values[j] < pivot)
                j--;
            if (i > j)
                break;
            float kept = values[i];
            values[i++] = values[j];
            values[j] = kept;
            if (j == 0)
                break;
            j--;
        }
        if (n - 1 <= j)
            high = j;
        else if (n - 1 >= i)
            low = i;
        else
            return values[n - 1];
    }
    return values[n - 1];
}
