#include "recommend/catalogue_titles.h"

#include "recommend/fold.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- equal titles ---------------------------------------------------------------------------- */

/* The folded title behind a leading article, which sources put in different places. */
static const char *without_article(const char *folded) {
    static const char *const articles[] = {"the ", "a ", "an "};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++) {
        size_t length = strlen(articles[i]);
        if (strncmp(folded, articles[i], length) == 0)
            return folded + length;
    }
    return folded;
}

static void copy_without_outer_spaces(const char *title, char *out, size_t size) {
    title += strspn(title, " ");
    size_t length = strnlen(title, size - 1);
    while (length > 0 && title[length - 1] == ' ')
        length--;
    memcpy(out, title, length);
    out[length] = 0;
}

const char *mr_title_fold(const char *title, char folded[MR_TITLE_ROOM]) {
    if (mr_fold(title, folded, MR_TITLE_ROOM) == 0)
        copy_without_outer_spaces(title, folded, MR_TITLE_ROOM);
    return without_article(folded);
}

/* The set of letters as bits; texts k edits apart differ in at most 2k of them. */
static uint64_t letters_of(const char *text) {
    uint64_t letters = 0;
    for (; *text; text++)
        letters |= (uint64_t)1 << (*text & 63);
    return letters;
}

static int by_title(const void *a, const void *b, void *films) {
    const mr_title_key *x = a, *y = b;
    const mr_catalogue_film *all = films;
    int order = strcmp(x->text, y->text);
    if (order)
        return order;
    if (all[x->film].tier != all[y->film].tier)
        return all[x->film].tier - all[y->film].tier;
    return (x->film > y->film) - (x->film < y->film);
}

/* Titles of a film: the main one and those in `also`. */
static size_t titles_of(const mr_catalogue_film *film) {
    size_t count = 1 + (*film->also != 0);
    for (const char *at = film->also; (at = strchr(at, '|')); at++)
        count++;
    return count;
}

static char *add_key(mr_title_index *index, const char *title, uint32_t film, char *next) {
    char folded[MR_TITLE_ROOM];
    const char *text = mr_title_fold(title, folded);
    size_t length = strlen(text);
    memcpy(next, text, length + 1);
    index->key[index->count++] = (mr_title_key){next, letters_of(text), (uint16_t)length, film};
    return next + length + 1;
}

static char *add_film(mr_title_index *index, const mr_catalogue_film *film, uint32_t number,
                      char *next) {
    next = add_key(index, film->title, number, next);
    for (const char *also = film->also; *also;) {
        char title[MR_CATALOGUE_MAX_TITLE + 1];
        size_t length = strcspn(also, "|");
        memcpy(title, also, length);
        title[length] = 0;
        next = add_key(index, title, number, next);
        also += length + (also[length] == '|');
    }
    return next;
}

mr_status mr_title_index_make(const mr_catalogue_film *films, size_t count, const char *name,
                              mr_title_index *out) {
    size_t bytes = 0, keys = 0;
    for (size_t i = 0; i < count; i++) {
        size_t titles = titles_of(&films[i]);
        keys += titles;
        bytes += MR_FOLD_ROOM(strlen(films[i].title) + strlen(films[i].also)) + 2 * titles;
    }
    *out =
        (mr_title_index){.text = malloc(bytes + 1), .key = malloc((keys + 1) * sizeof *out->key)};
    if (!out->text || !out->key) {
        mr_title_index_free(out);
        return mr_fail(MR_E_MEMORY, "%s: no memory for its titles", name);
    }
    char *next = out->text;
    for (size_t i = 0; i < count; i++)
        next = add_film(out, &films[i], (uint32_t)i, next);
    qsort_r(out->key, out->count, sizeof *out->key, by_title, (void *)films);
    return MR_OK;
}

void mr_title_index_free(mr_title_index *index) {
    free(index->text);
    free(index->key);
    *index = (mr_title_index){0};
}

const mr_title_key *mr_title_index_equal(const mr_title_index *index, const char *title,
                                         size_t *count) {
    char folded[MR_TITLE_ROOM];
    const char *text = mr_title_fold(title, folded);
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->key[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (*text && low + *count < index->count && strcmp(index->key[low + *count].text, text) == 0)
        ++*count;
    return index->key + low;
}

/* --- near titles ----------------------------------------------------------------------------- */

/* Where each byte stands in the typed text, a bit for each place. */
typedef struct pattern {
    uint64_t places[256];
    size_t length;
} pattern;

static void pattern_make(const char *text, pattern *out) {
    *out = (pattern){.length = strlen(text)};
    for (size_t i = 0; i < out->length; i++)
        out->places[(unsigned char)text[i]] |= (uint64_t)1 << i;
}

/* One column of the matrix of distances after the other, kept as the signs of the differences
 * between neighbours: `rises` and `falls` downwards, `up` and `down` to the right. */
static int distance_to(const pattern *typed, const char *text) {
    if (typed->length == 0)
        return (int)strlen(text);
    uint64_t rises = ~(uint64_t)0, falls = 0, same = 0, before = 0;
    const uint64_t last = (uint64_t)1 << (typed->length - 1);
    int distance = (int)typed->length;
    for (; *text; text++) {
        uint64_t here = typed->places[(unsigned char)*text];
        uint64_t exchanged = ((~same & here) << 1) & before;
        same = (((here & rises) + rises) ^ rises) | here | falls | exchanged;
        uint64_t up = falls | ~(same | rises), down = same & rises;
        distance += (up & last) != 0;
        distance -= (down & last) != 0;
        up = up << 1 | 1;
        rises = down << 1 | ~(same | up);
        falls = up & same;
        before = here;
    }
    return distance;
}

int mr_title_distance(const char *a, const char *b) {
    pattern typed;
    pattern_make(a, &typed);
    return distance_to(&typed, b);
}

/* Errors allowed in a title of so many bytes. */
static int errors_allowed(size_t length) {
    return length < 3 ? 0 : length < 6 ? 1 : length < 12 ? 2 : 3;
}

static bool is_better(const mr_title_match *x, const mr_title_match *y,
                      const mr_catalogue_film *films) {
    if (x->distance != y->distance)
        return x->distance < y->distance;
    if (films[x->film].tier != films[y->film].tier)
        return films[x->film].tier < films[y->film].tier;
    return x->film < y->film;
}

/* Puts a match where it belongs among the best; a film is kept once, with its nearest title. */
static size_t insert(mr_title_match *best, size_t count, size_t most, mr_title_match match,
                     const mr_catalogue_film *films) {
    size_t at = 0;
    while (at < count && best[at].film != match.film)
        at++;
    if (at < count && !is_better(&match, &best[at], films))
        return count;
    if (at == count && count < most)
        count++;
    else if (at == count && (most == 0 || !is_better(&match, &best[--at], films)))
        return count;
    for (; at > 0 && is_better(&match, &best[at - 1], films); at--)
        best[at] = best[at - 1];
    best[at] = match;
    return count;
}

/* Whether typing errors can be told: not among punctuation, nor where letters of a script are left
 * that fold.h does not know. Bytes of those say nothing on how near two texts are, and one
 * character may be all that parts the titles of two films ("乱"). */
static bool is_of_latin_letters(const char *folded) {
    while (isalnum((unsigned char)*folded) || *folded == ' ')
        folded++;
    return !*folded;
}

/* Titles in which typing errors cannot be told are found as they are. */
static size_t find_equal(const mr_title_index *index, const mr_catalogue_film *films,
                         const char *title, int year, mr_title_match *out, size_t most) {
    size_t equal, count = 0;
    const mr_title_key *key = mr_title_index_equal(index, title, &equal);
    for (size_t i = 0; i < equal; i++)
        if (year == 0 || films[key[i].film].year == year)
            count = insert(out, count, most, (mr_title_match){key[i].film, 0}, films);
    return count;
}

size_t mr_title_index_near(const mr_title_index *index, const mr_catalogue_film *films,
                           const char *title, int year, mr_title_match *out, size_t most) {
    char folded[MR_TITLE_ROOM];
    const char *text = mr_title_fold(title, folded);
    pattern typed;
    size_t length = strlen(text), count = 0;
    if (length == 0)
        return 0;
    if (length > MR_TITLE_LONGEST_TYPED || !is_of_latin_letters(text))
        return find_equal(index, films, title, year, out, most);
    pattern_make(text, &typed);
    const uint64_t letters = letters_of(text);
    const int allowed = errors_allowed(length);
    for (size_t i = 0; i < index->count; i++) {
        const mr_title_key *key = &index->key[i];
        if (abs((int)key->length - (int)length) > allowed ||
            __builtin_popcountll(key->letters ^ letters) > 2 * allowed ||
            (year != 0 && films[key->film].year != year))
            continue;
        int distance = distance_to(&typed, key->text);
        if (distance <= allowed)
            count = insert(out, count, most, (mr_title_match){key->film, distance}, films);
    }
    return count;
}
