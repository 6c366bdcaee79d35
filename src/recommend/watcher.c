#include "recommend/watcher.h"

int mr_cell_number(mr_cell cell) {
    return ((int)cell.age * MR_GENDER_COUNT + (int)cell.gender) * MR_EMOTION_COUNT +
           (int)cell.emotion;
}

mr_cell mr_cell_of(int number) {
    return (mr_cell){
        .age = (mr_age_range)(number / (MR_GENDER_COUNT * MR_EMOTION_COUNT)),
        .gender = (mr_gender)(number / MR_EMOTION_COUNT % MR_GENDER_COUNT),
        .emotion = (mr_emotion)(number % MR_EMOTION_COUNT),
    };
}

static float probability(float value) {
    return value > 0 && value <= 1 ? value : 0;
}

/* Makes n values from zero on sum to one; false when they are all zero. */
static bool normalise(float *values, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[i];
    for (int i = 0; i < n && sum > 0; i++)
        values[i] /= sum;
    return sum > 0;
}

/* The probabilities among n values that were given, made to sum to one; false when there are none.
 */
static bool take(const float *given, float *values, int n) {
    for (int i = 0; i < n; i++)
        values[i] = probability(given[i]);
    return normalise(values, n);
}

/* The lower end of the age interval, but not above the mean; 0 when either makes no sense. */
static int youngest_age(const mr_attributes *attributes) {
    float low = attributes->age_low;
    if (attributes->age < low)
        low = attributes->age;
    if (low >= MR_AGE_YEARS)
        low = MR_AGE_YEARS - 1; /* the oldest that is told apart */
    bool sound = low > 0 && low < MR_AGE_YEARS && attributes->age >= low;
    return sound ? (int)low : 0;
}

int mr_audience_age_of(int years) {
    static const int first[] = MR_AUDIENCE_AGES;
    int group = MR_AUDIENCE_AGE_COUNT - 1;
    while (group > 0 && years < first[group])
        group--;
    return group;
}

mr_watcher mr_watcher_of(const mr_attributes *attributes) {
    mr_watcher watcher = {0};
    if (attributes->has_age) {
        for (int year = 0; year < MR_AGE_YEARS; year++) {
            float share = probability(attributes->age_distribution[year]);
            watcher.age[mr_age_range_of((float)year)] += share;
            watcher.group[mr_audience_age_of(year)] += share;
        }
        watcher.has_age = normalise(watcher.age, MR_AGE_RANGE_COUNT);
        normalise(watcher.group, MR_AUDIENCE_AGE_COUNT);
        watcher.youngest = watcher.has_age ? youngest_age(attributes) : 0;
    }
    if (attributes->has_gender)
        watcher.has_gender = take(attributes->gender, watcher.gender, MR_GENDER_COUNT);
    if (attributes->has_emotion)
        watcher.has_emotion = take(attributes->emotion, watcher.emotion, MR_EMOTION_COUNT);
    return watcher;
}

/* The cell with the unknown attributes set to their first value: cells that agree on what is known
 * share it. */
static int known_part(const mr_watcher *watcher, mr_cell cell) {
    return mr_cell_number((mr_cell){
        .age = watcher->has_age ? cell.age : (mr_age_range)0,
        .gender = watcher->has_gender ? cell.gender : (mr_gender)0,
        .emotion = watcher->has_emotion ? cell.emotion : (mr_emotion)0,
    });
}

void mr_watcher_cells(const mr_watcher *watcher, const float shares[MR_CELLS],
                      float cells[MR_CELLS]) {
    float share_of[MR_CELLS] = {0};
    int count_of[MR_CELLS] = {0};
    for (int i = 0; i < MR_CELLS; i++) {
        int known = known_part(watcher, mr_cell_of(i));
        share_of[known] += shares[i];
        count_of[known]++;
    }
    for (int i = 0; i < MR_CELLS; i++) {
        mr_cell cell = mr_cell_of(i);
        int known = known_part(watcher, cell);
        float given =
            share_of[known] > 0 ? shares[i] / share_of[known] : 1.0f / (float)count_of[known];
        float p = given;
        p *= watcher->has_age ? watcher->age[cell.age] : 1;
        p *= watcher->has_gender ? watcher->gender[cell.gender] : 1;
        p *= watcher->has_emotion ? watcher->emotion[cell.emotion] : 1;
        cells[i] = p;
    }
}
