#include "face/vote_age.h"

#include "face/heads.h"

#include <math.h>
#include <string.h>

/* Standard deviations of a normal distribution on either side of its mean that hold 80 % of it. */
#define HALF_OF_80_PERCENT 1.2816

/* Huber's constant. */
#define HUBER 1.345

/* The share of the votes that are surely no outliers, and standard deviations of a normal
 * distribution on either side of its mean that hold as much. More than half, so that votes halved
 * between two ages differ by what is between these. */
#define SOUND         0.7
#define HALF_OF_SOUND 1.0364

#define LEAST_SIGMA 1.0 /* years: votes that differ by less are alike */

/* So many votes in a row, whose mean is younger by more standard errors than this, are no outliers.
 */
#define NEWEST 3
#define BEYOND 2.0

/* What the ballots say of the age. */
typedef struct age_votes {
    int count;
    const mr_attributes *said[MR_VOTE_BALLOTS];
    double years[MR_VOTE_BALLOTS], weights[MR_VOTE_BALLOTS];
    double sigma; /* of one vote, by those that are no outliers */
} age_votes;

static void collect(const mr_vote *vote, age_votes *out) {
    out->count = 0;
    for (int i = 0; i < vote->count; i++) {
        const mr_ballot *ballot = &vote->ballots[(vote->first + i) % MR_VOTE_BALLOTS];
        if (!ballot->attributes.has_age)
            continue;
        out->said[out->count] = &ballot->attributes;
        out->years[out->count] = (double)ballot->attributes.age;
        out->weights[out->count++] = (double)ballot->weight;
    }
}

/* The least value that this share of the weight does not exceed; where it is so much exactly, the
 * middle between that value and the next. */
static double quantile(const double *values, const double *weights, int count, double share) {
    double total = 0, least = INFINITY, next = INFINITY;
    for (int i = 0; i < count; i++)
        total += weights[i];
    for (int i = 0; i < count; i++) {
        double below = 0;
        for (int k = 0; k < count; k++)
            below += values[k] <= values[i] ? weights[k] : 0;
        if (below >= share * total)
            least = fmin(least, values[i]);
        if (below > share * total)
            next = fmin(next, values[i]);
    }
    return (least + next) / 2;
}

/* Takes weight from the votes far off. */
static void weigh_down_outliers(age_votes *ages) {
    double middle = quantile(ages->years, ages->weights, ages->count, 0.5);
    double off[MR_VOTE_BALLOTS];
    for (int i = 0; i < ages->count; i++)
        off[i] = fabs(ages->years[i] - middle);
    double sigma = quantile(off, ages->weights, ages->count, SOUND) / HALF_OF_SOUND;
    ages->sigma = fmax(sigma, LEAST_SIGMA);
    double limit = HUBER * ages->sigma;
    for (int i = 0; i < ages->count; i++)
        ages->weights[i] *= off[i] > limit ? limit / off[i] : 1;
}

/* Half the width of one vote's interval; an end that was cut at the limit of ages says nothing. */
static double half_width(const mr_attributes *said) {
    return (double)fmaxf(said->age - said->age_low, said->age_high - said->age);
}

/* Half the width of the mean's interval. */
static double common_half_width(const age_votes *ages, double mean, double total) {
    double squares = 0, spread = 0, claimed = 0;
    for (int i = 0; i < ages->count; i++) {
        double w = ages->weights[i] / total, half = half_width(ages->said[i]);
        squares += w * w;
        spread += w * (ages->years[i] - mean) * (ages->years[i] - mean);
        claimed += w * half * half;
    }
    double votes = 1 / squares;
    if (votes > 1 + 1e-6)
        spread *= votes / (votes - 1);
    spread *= HALF_OF_80_PERCENT * HALF_OF_80_PERCENT;
    return sqrt(fmax(claimed - spread, claimed / 2) + spread / votes);
}

/* The standard deviation that the votes' intervals claim. */
static double claimed_sigma(const age_votes *ages) {
    double halves = 0;
    for (int i = 0; i < ages->count; i++)
        halves += half_width(ages->said[i]);
    return halves / ages->count / HALF_OF_80_PERCENT;
}

/* By how much the newest votes say that somebody is younger than `years` beyond what chance does: a
 * child in an adult's place is one soon. Votes that differ by more than they claim to err do so by
 * more than chance: the child's are among them. */
static double younger_by(const age_votes *ages, double years) {
    int count = ages->count < NEWEST ? ages->count : NEWEST;
    double sum = 0, sigma = fmin(ages->sigma, claimed_sigma(ages));
    for (int i = ages->count - count; i < ages->count; i++)
        sum += ages->years[i];
    return fmax(years - sum / count - BEYOND * sigma / sqrt(count), 0);
}

static void average(const age_votes *ages, mr_attributes *mean) {
    double total = 0, years = 0;
    for (int i = 0; i < ages->count; i++) {
        total += ages->weights[i];
        years += ages->weights[i] * ages->years[i];
    }
    years /= total;
    for (int i = 0; i < ages->count; i++) {
        float share = (float)(ages->weights[i] / total);
        for (int k = 0; k < MR_AGE_YEARS; k++)
            mean->age_distribution[k] += share * ages->said[i]->age_distribution[k];
    }
    double half = common_half_width(ages, years, total);
    mean->age = (float)years;
    mean->age_low = fmaxf((float)(years - younger_by(ages, years) - half), 0);
    mean->age_high = fminf((float)(years + half), MR_AGE_MOST);
}

void mr_vote_age(mr_vote *vote) {
    age_votes ages;
    collect(vote, &ages);
    mr_attributes *mean = &vote->mean;
    mean->has_age = ages.count > 0;
    mean->age = mean->age_low = mean->age_high = 0;
    memset(mean->age_distribution, 0, sizeof mean->age_distribution);
    if (ages.count > 0) {
        weigh_down_outliers(&ages);
        average(&ages, mean);
    }
}
