#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that is built up piece by piece and cut off where its room ends. */
typedef struct text {
    char *start;
    size_t used, size;
} text;

static void __attribute__((format(printf, 2, 3))) say(text *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(out->start + out->used, out->size - out->used, format, arguments);
    va_end(arguments);
    if (written > 0)
        out->used =
            out->used + (size_t)written < out->size ? out->used + (size_t)written : out->size - 1;
}

/* How far back the end of a word is looked for; a longer word is cut. */
enum { LONGEST_WORD_BACK = 24 };

/* The length up to which words are kept when no more than `most` bytes are: whole words, and at
 * least whole characters, without what joins them to the next. */
static size_t kept_length(const char *words, size_t most) {
    size_t whole = most, word;
    while (((unsigned char)words[whole] & 0xc0) == 0x80)
        whole--;
    for (word = whole; word > 0 && words[word] != ' ';)
        word--;
    if (word + LONGEST_WORD_BACK < whole)
        return whole;
    while (word > 0 && strchr(" ,:", words[word - 1]))
        word--;
    return word;
}

void mr_fit_reason(char out[MR_RANK_REASON_TEXT], const char *words) {
    size_t length = strlen(words);
    const char *end = "";
    if (length >= MR_RANK_REASON_TEXT) {
        end = "…";
        length = kept_length(words, MR_RANK_REASON_TEXT - 1 - strlen(end));
    }
    snprintf(out, MR_RANK_REASON_TEXT, "%.*s%s", (int)length, words, end);
}

/* Bytes of a title that a reason has room for. */
enum { TITLE_ROOM = 60 };

static void say_title(text *out, const char *title) {
    size_t length = strlen(title);
    if (length <= TITLE_ROOM) {
        say(out, "%s", title);
        return;
    }
    length = TITLE_ROOM - strlen("…");
    while (((unsigned char)title[length] & 0xc0) == 0x80) /* not within a character */
        length--;
    say(out, "%.*s…", (int)length, title);
}

static int greatest(const float *values, int n) {
    int best = 0;
    for (int i = 1; i < n; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static void say_gender(text *out, bool child, int gender) {
    static const char *const words[2][MR_GENDER_COUNT] = {
        {[MR_FEMALE] = "women", [MR_MALE] = "men"}, {[MR_FEMALE] = "girls", [MR_MALE] = "boys"}};
    say(out, "%s", gender >= 0 ? words[child][gender] : child ? "children" : "people");
}

/* "women of 30-39", "girls" below 18, of what is known, by the likeliest of the age ranges from
 * `first` to `end`. */
static void say_who(text *out, const mr_watcher *watcher, int first, int end) {
    int age = first + greatest(watcher->age + first, end - first);
    bool minor = age == MR_AGE_10_19 && greatest(watcher->group, MR_AUDIENCE_AGE_COUNT) == 0;
    say_gender(out, watcher->has_age && (age <= MR_AGE_3_9 || minor),
               watcher->has_gender ? greatest(watcher->gender, MR_GENDER_COUNT) : -1);
    if (watcher->has_age)
        say(out, " of %s", mr_age_range_label((mr_age_range)age));
}

static const char *mood_word(int emotion) {
    static const char *const words[MR_EMOTION_COUNT] = {
        [MR_ANGRY] = "an angry",      [MR_DISGUST] = "a disgusted", [MR_FEAR] = "a fearful",
        [MR_HAPPY] = "a happy",       [MR_NEUTRAL] = "a neutral",   [MR_SAD] = "a sad",
        [MR_SURPRISE] = "a surprised"};
    return words[emotion];
}

/* "women of 30-39 in a sad mood". */
static void say_people(text *out, const mr_watcher *watcher) {
    say_who(out, watcher, 0, MR_AGE_RANGE_COUNT);
    if (watcher->has_emotion)
        say(out, " in %s mood", mood_word(greatest(watcher->emotion, MR_EMOTION_COUNT)));
}

/* The genres with the highest values, at most two, all of them positive. Of none nothing is said.
 */
static void say_genres(text *out, const float value[MR_GENRE_COUNT], mr_genre_set genres) {
    int first = -1, second = -1;
    for (mr_genre_set rest = genres; rest; rest &= rest - 1) {
        int genre = __builtin_ctz(rest);
        if (value[genre] <= 0)
            continue;
        if (first < 0 || value[genre] > value[first]) {
            second = first;
            first = genre;
        } else if (second < 0 || value[genre] > value[second]) {
            second = genre;
        }
    }
    if (first >= 0)
        say(out, "%s", mr_genre_label((mr_genre)first));
    if (second >= 0)
        say(out, " and %s", mr_genre_label((mr_genre)second));
}

/* The emotion that most of the mood's value comes from, which need not be the likeliest. */
static int moving_emotion(const mr_appetite *appetite, mr_mood_mode mode, mr_genre_set genres) {
    float parts[MR_EMOTION_COUNT];
    for (int e = 0; e < MR_EMOTION_COUNT; e++)
        parts[e] = appetite->seat->watcher.emotion[e] *
                   mr_genre_fit(appetite->recommender->parts.mood.wish[mode][e], genres);
    return greatest(parts, MR_EMOTION_COUNT);
}

/* Names what people in that mood were found to choose, where there is such, and else what is
 * assumed of them. */
static void say_mood(text *out, const mr_appetite *appetite, const mr_rank_options *options,
                     const mr_catalogue_film *film) {
    const mr_mood *known = &appetite->recommender->parts.mood;
    int emotion = moving_emotion(appetite, options->mood, film->genres);
    mr_genre_set found = options->mood == MR_MOOD_AUTO ? film->genres & known->found[emotion] : 0;
    const char *mood = mood_word(emotion);
    say_genres(out, known->wish[options->mood][emotion], found ? found : film->genres);
    if (options->mood == MR_MOOD_LIFT)
        say(out, " to lift %s mood", mood);
    else if (options->mood == MR_MOOD_MATCH)
        say(out, " to go with %s mood", mood);
    else if (found)
        say(out, ", which people in %s mood tend to choose", mood);
    else
        say(out, ", which may go with %s mood", mood);
}

static bool share_people(const mr_catalogue *catalogue, const mr_catalogue_film *a, bool a_directs,
                         const mr_catalogue_film *b, bool b_directs) {
    const uint32_t *people = mr_catalogue_people(catalogue);
    const uint32_t *x = people + a->people + (a_directs ? 0 : a->director_count);
    const uint32_t *y = people + b->people + (b_directs ? 0 : b->director_count);
    int x_count = a_directs ? a->director_count : a->cast_count;
    int y_count = b_directs ? b->director_count : b->cast_count;
    for (int i = 0; i < x_count; i++)
        for (int j = 0; j < y_count; j++)
            if (x[i] == y[j])
                return true;
    return false;
}

/* Names the liked film that adds most to the likeness, and what they have in common. */
static void say_likeness(text *out, const mr_appetite *appetite, const mr_catalogue_film *film) {
    const mr_catalogue *catalogue = appetite->recommender->parts.catalogue;
    const mr_catalogue_film *nearest = NULL;
    float most = 0;
    for (size_t i = 0; i < appetite->seat->history_count; i++) {
        const mr_opinion *feedback = &appetite->seat->history[i];
        const mr_catalogue_film *liked = mr_catalogue_entry(catalogue, feedback->film);
        float share = mr_likeness_share(appetite, feedback, film);
        if (share > most && mr_opinion_value(feedback) > 0) {
            most = share;
            nearest = liked;
        }
    }
    if (!nearest) {
        say(out, "Unlike the films that you did not like");
        return;
    }
    say(out, "Like ");
    say_title(out, nearest->title);
    say(out, ", which you liked");
    mr_genre_set shared = film->genres & nearest->genres;
    bool decade = mr_decade_of(film->year) == mr_decade_of(nearest->year);
    bool language = film->language_number && film->language_number == nearest->language_number;
    const char *joint = ": ";
    if (share_people(catalogue, film, true, nearest, true)) {
        say(out, "%sthe same director", joint);
        joint = ", ";
    }
    if (share_people(catalogue, film, false, nearest, false)) {
        say(out, "%san actor in common", joint);
        joint = ", ";
    }
    if (shared) {
        say(out, "%s", joint);
        for (const char *and = ""; shared; shared &= shared - 1, and = ", ")
            say(out, "%s%s", and, mr_genre_label((mr_genre)__builtin_ctz(shared)));
    } else if (*joint == ':' && (decade || language))
        say(out, ": %s%s%s", language ? "in " : "of the same years", language ? film->language : "",
            language && decade ? ", of the same years" : "");
}

static void say_film_belief(text *out, const mr_watcher *watcher, float belief) {
    say(out, belief > 0.5f ? "Our model's first choice for " : "Among our model's choices for ");
    say_people(out, watcher);
}

/* "Liked by 41 % of women of 25-34 who were asked, and by 30 % of all": of the audience that most
 * of the value comes from, which need not be the likeliest; where age or gender is not known,
 * people of any are one audience. */
static void say_likers(text *out, const mr_appetite *appetite, size_t item) {
    static const char *const ages[MR_AUDIENCE_AGE_COUNT] = {" under 18",  " of 18-24", " of 25-34",
                                                            " of 35-44",  " of 45-49", " of 50-55",
                                                            " from 56 on"};
    const mr_collaborative *model = appetite->neighbours.model;
    const mr_watcher *watcher = &appetite->seat->watcher;
    float usual = appetite->recommender->usual[item];
    float share[MR_AUDIENCES] = {0}, liked[MR_AUDIENCES] = {0}, more[MR_AUDIENCES] = {0};
    for (int a = 0; a < MR_AUDIENCES; a++) {
        int age = watcher->has_age ? a / MR_GENDER_COUNT : 0;
        int told = age * MR_GENDER_COUNT + (watcher->has_gender ? a % MR_GENDER_COUNT : 0);
        float likers = appetite->shares[a] * model->liked[(size_t)a * model->items + item];
        share[told] += appetite->shares[a];
        liked[told] += likers;
        more[told] += likers - appetite->shares[a] * usual;
    }
    int most = greatest(more, MR_AUDIENCES), age = watcher->has_age ? most / MR_GENDER_COUNT : -1;
    say(out, "Liked by %.0f %% of ", 100 * (double)(liked[most] / share[most]));
    say_gender(out, age == 0, watcher->has_gender ? most % MR_GENDER_COUNT : -1);
    say(out, "%s who were asked, and by %.0f %% of all", age >= 0 ? ages[age] : "",
        100 * (double)usual);
}

/* Of a film that nobody was asked about, or nobody as young, what is known of its genres. That is
 * an assumption of children, whom nobody asked. */
static void say_taste(text *out, const mr_appetite *appetite, const mr_catalogue_film *film,
                      uint32_t index) {
    const mr_watcher *watcher = &appetite->seat->watcher;
    int32_t item = mr_item_of(appetite->recommender, index);
    if (mr_taste_is_of_children(appetite, index)) {
        say_genres(out, appetite->child_taste.value, film->genres);
        say(out, ", for ");
        say_who(out, watcher, 0, MR_AGE_10_19);
    } else if (item >= 0) {
        say_likers(out, appetite, (size_t)item);
    } else {
        say_genres(out, appetite->taste.value, film->genres);
        say(out, ", liked more by ");
        say_who(out, watcher, MR_AGE_10_19, MR_AGE_RANGE_COUNT);
        say(out, " than by others");
    }
}

static float link_between(const mr_collaborative_films *films, uint32_t from, uint32_t to) {
    if (!films || films->item_of[from] < 0 || films->item_of[to] < 0)
        return 0;
    return mr_collaborative_link(films->model, (size_t)films->item_of[from],
                                 (size_t)films->item_of[to]);
}

/* What one unit of a link to the film adds to the term, which is not the sum of links itself. */
static float worth_of_link(const mr_collaborative_films *films,
                           const mr_collaborative_viewer *viewer, uint32_t film, float weight) {
    if (!films || films->item_of[film] < 0)
        return 0;
    size_t item = (size_t)films->item_of[film];
    float sum = viewer->history[item];
    return sum != 0 ? weight * mr_collaborative_history(viewer, item) / sum : 0;
}

/* Names the opinion that most of the history's value comes from: the shares of all add up to it, so
 * that one is positive where it is. */
static void say_history(text *out, const mr_appetite *appetite, uint32_t index) {
    const mr_recommender_parts *parts = &appetite->recommender->parts;
    const mr_opinion *strongest = appetite->seat->history;
    float shipped = worth_of_link(parts->neighbours, &appetite->neighbours, index,
                                  appetite->inside[MR_TERM_HISTORY]);
    float local =
        worth_of_link(appetite->local, &appetite->local_neighbours, index, appetite->local_weight);
    float most = -INFINITY;
    for (size_t i = 0; i < appetite->seat->history_count; i++) {
        const mr_opinion *opinion = &appetite->seat->history[i];
        float share = mr_opinion_value(opinion) *
                      (shipped * link_between(parts->neighbours, opinion->film, index) +
                       local * link_between(appetite->local, opinion->film, index));
        if (share > most) {
            most = share;
            strongest = opinion;
        }
    }
    const char *title = mr_catalogue_entry(parts->catalogue, strongest->film)->title;
    bool liked = mr_opinion_value(strongest) > 0;
    say(out, liked ? "Because you liked " : "You did not like ");
    say_title(out, title);
    say(out, liked ? ": those who like it like this one too"
                   : ", and those who do seldom like this one");
}

/* Share of all people who like a film from which it is called popular. */
#define POPULAR 0.15f

static void say_popularity(text *out, const mr_recommender *recommender, uint32_t index) {
    int32_t item = mr_item_of(recommender, index);
    int tier = mr_catalogue_entry(recommender->parts.catalogue, index)->tier;
    if (item >= 0)
        say(out, "%s by %.0f %% of all who were asked",
            recommender->usual[item] >= POPULAR ? "Popular: liked" : "Liked",
            100 * (double)recommender->usual[item]);
    else
        say(out, "%s", tier == 1 ? "Widely known" : "Well documented, so rather well known");
}

void mr_say_reason(char text_out[MR_RANK_REASON_TEXT], mr_term term, const mr_appetite *appetite,
                   const mr_rank_options *options, uint32_t index) {
    char whole[4 * MR_RANK_REASON_TEXT] = "";
    text made = {.start = whole, .size = sizeof whole}, *out = &made;
    const mr_recommender *recommender = appetite->recommender;
    const mr_catalogue_film *film = mr_catalogue_entry(recommender->parts.catalogue, index);
    const mr_watcher *watcher = &appetite->seat->watcher;
    switch (term) {
    case MR_TERM_FILM_BELIEF:
        say_film_belief(out, watcher, appetite->film[recommender->class_of[index]]);
        break;
    case MR_TERM_GENRE_BELIEF:
        say_genres(out, appetite->genre.value, film->genres);
        say(out, ", chosen more by ");
        say_people(out, watcher);
        say(out, " than by others");
        break;
    case MR_TERM_TASTE:
        say_taste(out, appetite, film, index);
        break;
    case MR_TERM_MOOD:
        say_mood(out, appetite, options, film);
        break;
    case MR_TERM_LIKENESS:
        say_likeness(out, appetite, film);
        break;
    case MR_TERM_HISTORY:
        say_history(out, appetite, index);
        break;
    default:
        say_popularity(out, recommender, index);
    }
    mr_fit_reason(text_out, whole);
}
