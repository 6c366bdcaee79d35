/*
 * Which films are parts of one series, told by their titles and their people.
 *
 * The stem of a title is what stands before a colon or dash, without an article in front and
 * without what counts parts: "Star Wars: Episode IV - A New Hope" is of "star wars", "The Godfather
 * Part II" of "godfather", "Harry Potter and the Goblet of Fire" of "harry potter". Films with
 * equal stems are of one series if the stem has two words or they share a director or an actor;
 * films of which one stem goes on from the other ("Batman", "Batman Returns") if they share two.
 */
#include "recommend/catalogue_parts.h"

#include <stdlib.h>
#include <string.h>

/* Films of one stem that one whose stem goes on from it is compared with; more than any series of
 * real films needs. */
#define MOST_COMPARED 64

typedef struct stem {
    char *text;
    uint32_t film;
} stem;

/* ---- the stem of a title --------------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *words) {
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

/* "2", "iv"; no year, which is a name. */
static bool is_number(const char *word) {
    static const char *const roman[] = {"ii",  "iii",  "iv", "v", "vi",
                                        "vii", "viii", "ix", "x", NULL};
    size_t length = strlen(word);
    return (length <= 2 && strspn(word, "0123456789") == length) || is_one_of(word, roman);
}

static char *last_word(char *text) {
    char *space = strrchr(text, ' ');
    return space ? space + 1 : text;
}

/* Takes numbers, and then what they are numbers of, from the end. */
static void cut_number(char *text) {
    static const char *const parts[] = {"part", "episode", "chapter", "volume", "vol", NULL};
    char *word;
    while ((word = last_word(text)) > text && is_number(word))
        word[-1] = 0;
    while ((word = last_word(text)) > text && is_one_of(word, parts))
        word[-1] = 0;
}

/* Takes "and the …" behind two words and more: those are somebody's name. */
static void cut_adventure(char *text) {
    char *rest = strstr(text, " and the ");
    if (rest && memchr(text, ' ', (size_t)(rest - text)))
        *rest = 0;
}

/* Where a title's name of a series ends: at a colon, or a dash between spaces. */
static size_t name_length(const char *title) {
    static const char *const ends[] = {":", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 "};
    size_t length = strlen(title);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(title, ends[i]);
        if (end && end > title && (size_t)(end - title) < length)
            length = (size_t)(end - title);
    }
    return length;
}

static char *stem_of(const char *title) {
    char name[MR_CATALOGUE_MAX_TITLE + 1], folded[MR_TITLE_ROOM];
    size_t length = name_length(title);
    memcpy(name, title, length);
    name[length] = 0;
    char *text = folded + (mr_title_fold(name, folded) - folded);
    cut_adventure(text);
    cut_number(text);
    return strdup(text);
}

/* ---- films of one series --------------------------------------------------------------------- */

static bool is_among(uint32_t person, const uint32_t *people, int count) {
    while (count > 0 && people[count - 1] != person)
        count--;
    return count > 0;
}

int mr_catalogue_shared_people(const mr_catalogue *catalogue, uint32_t a, uint32_t b) {
    const mr_catalogue_film *x = &catalogue->films[a], *y = &catalogue->films[b];
    const uint32_t *own = catalogue->people + x->people, *others = catalogue->people + y->people;
    int shared = 0;
    for (int i = 0; i < x->director_count + x->cast_count; i++)
        shared += !is_among(own[i], own, i) &&
                  is_among(own[i], others, y->director_count + y->cast_count);
    return shared;
}

/* Whether `longer` is `text`, or goes on from it with another word. */
static bool continues(const char *text, const char *longer) {
    size_t length = strlen(text);
    return strncmp(text, longer, length) == 0 && (!longer[length] || longer[length] == ' ');
}

static int by_text(const void *a, const void *b) {
    const stem *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->film > y->film) - (x->film < y->film);
}

/* The first film of a film's series, to which each leads by way of `leads`. */
static uint32_t first_of(uint32_t *leads, uint32_t film) {
    while (leads[film] != film)
        film = leads[film] = leads[leads[film]];
    return film;
}

static void join(uint32_t *leads, uint32_t first, uint32_t film) {
    leads[first_of(leads, film)] = first_of(leads, first);
}

/* Where the run of stems that equal the one at `begin` ends. */
static size_t end_of_run(const stem *stems, size_t count, size_t begin) {
    size_t end = begin + 1;
    while (end < count && strcmp(stems[begin].text, stems[end].text) == 0)
        end++;
    return end;
}

/* Joins films of a run that share somebody: each with the last one before it of each of its people.
 * `last` has for each person 1 + the place of such a film, of this run or one before. */
static void join_by_people(const mr_catalogue *catalogue, const stem *stems, size_t begin,
                           size_t end, uint32_t *last, uint32_t *leads) {
    for (size_t i = begin; i < end; i++) {
        const mr_catalogue_film *film = &catalogue->films[stems[i].film];
        const uint32_t *people = catalogue->people + film->people;
        for (int p = 0; p < film->director_count + film->cast_count; p++) {
            if (last[people[p]] > begin)
                join(leads, stems[last[people[p]] - 1].film, stems[i].film);
            last[people[p]] = (uint32_t)i + 1;
        }
    }
}

/* Joins films whose stems go on from those of a run. */
static void join_continued(const mr_catalogue *catalogue, const stem *stems, size_t begin,
                           size_t end, uint32_t *leads) {
    size_t compared = end - begin < MOST_COMPARED ? end : begin + MOST_COMPARED;
    for (size_t j = end; j < catalogue->count && continues(stems[begin].text, stems[j].text); j++)
        for (size_t i = begin; i < compared; i++)
            if (mr_catalogue_shared_people(catalogue, stems[i].film, stems[j].film) >= 2)
                join(leads, stems[i].film, stems[j].film);
}

/* Goes by runs of equal stems, of which an operator may have a whole catalogue: comparing each film
 * of a run with each other would take minutes. */
static void join_parts(const mr_catalogue *catalogue, const stem *stems, uint32_t *last,
                       uint32_t *leads) {
    for (size_t begin = 0, end; begin < catalogue->count; begin = end) {
        end = end_of_run(stems, catalogue->count, begin);
        if (!strchr(stems[begin].text, ' '))
            join_by_people(catalogue, stems, begin, end, last, leads);
        else
            for (size_t i = begin + 1; i < end; i++)
                join(leads, stems[begin].film, stems[i].film);
        join_continued(catalogue, stems, begin, end, leads);
    }
}

static void number_series(mr_catalogue *catalogue, uint32_t *leads) {
    for (uint32_t film = 0; film < catalogue->count; film++) {
        uint32_t first = first_of(leads, film);
        if (first == film)
            continue;
        catalogue->films[film].series = first + 1;
        catalogue->films[first].series = first + 1;
    }
}

mr_status mr_catalogue_find_series(mr_catalogue *catalogue, const char *name) {
    size_t count = catalogue->count;
    stem *stems = calloc(count + 1, sizeof *stems);
    uint32_t *leads = calloc(count + 1, sizeof *leads);
    uint32_t *last = calloc(catalogue->people_names.count + 1, sizeof *last);
    bool enough = stems && leads && last;
    for (uint32_t film = 0; enough && film < count; film++) {
        leads[film] = film;
        stems[film] = (stem){stem_of(catalogue->films[film].title), film};
        enough = stems[film].text != NULL;
    }
    if (enough) {
        qsort(stems, count, sizeof *stems, by_text);
        join_parts(catalogue, stems, last, leads);
        number_series(catalogue, leads);
    }
    for (size_t i = 0; stems && i < count; i++)
        free(stems[i].text);
    free(stems);
    free(leads);
    free(last);
    return enough ? MR_OK : mr_fail(MR_E_MEMORY, "%s: no memory for its series", name);
}
