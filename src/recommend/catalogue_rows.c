/* Films from the rows of a CSV file. */
#include "base/memory.h"
#include "base/utf8.h"
#include "recommend/catalogue_parts.h"
#include "recommend/certificate.h"
#include "recommend/fold.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *field(const mr_film_reader *in, size_t row, int column) {
    static char empty[] = "";
    return column < 0 ? empty : (char *)mr_csv_field(in->csv, row, column);
}

mr_status mr_film_refuse(const mr_film_reader *in, size_t row, const char *what, const char *text,
                         const char *expected) {
    return mr_fail(MR_E_FORMAT, "%s: line %zu: %s '%.40s': expected %s", in->name,
                   in->csv->lines[row], what, text, expected);
}

static mr_status no_memory(const mr_film_reader *in) {
    return mr_fail(MR_E_MEMORY, "%s: no memory for its films", in->name);
}

/* A name with a typing error would take its column out of the import unseen. */
static mr_status refuse_others(const mr_film_reader *in) {
#define COLUMN(column, needed) #column,
    static const char *const known[] = {MR_FILM_COLUMNS(COLUMN)};
#undef COLUMN
    for (size_t column = 0; column < in->csv->columns; column++) {
        const char *name = in->csv->fields[column];
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(known[i], name) != 0)
            i++;
        if (i == sizeof known / sizeof *known)
            return mr_fail(
                MR_E_FORMAT,
                "%s: line 1: column '%.40s': expected only id, title, also, year, genres, "
                "language, country, certificate, tier, directors, cast",
                in->name, name);
    }
    return MR_OK;
}

mr_status mr_film_reader_open(mr_film_reader *in) {
#define COLUMN(column, needed) {#column, &in->columns.column, needed},
    const struct {
        const char *name;
        int *index;
        bool needed;
    } wanted[] = {MR_FILM_COLUMNS(COLUMN)};
#undef COLUMN
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].index = mr_csv_column(in->csv, wanted[i].name);
        bool needed = wanted[i].needed && !(in->operators && wanted[i].index == &in->columns.id);
        if (*wanted[i].index < 0 && needed)
            return mr_fail(MR_E_FORMAT, "%s: line 1: no column '%s'", in->name, wanted[i].name);
    }
    return in->operators ? refuse_others(in) : MR_OK;
}

/* A whole number from low to high. */
static mr_status read_int(const mr_film_reader *in, size_t row, int column, const char *what,
                          int low, int high, int *out) {
    const char *text = field(in, row, column);
    char *end;
    long value = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || value < low || value > high)
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s '%.40s': expected a number from %d to %d",
                       in->name, in->csv->lines[row], what, text, low, high);
    *out = (int)value;
    return MR_OK;
}

static mr_status check_texts(const mr_film_reader *in, size_t row) {
    for (int column = 0; column < (int)in->csv->columns; column++) {
        const char *text = mr_csv_field(in->csv, row, column);
        if (!mr_utf8_is_text(text))
            return mr_fail(MR_E_FORMAT,
                           "%s: line %zu: column %d: expected UTF-8 without control characters",
                           in->name, in->csv->lines[row], column + 1);
    }
    return MR_OK;
}

/* Spaces of any width, and marks that show as nothing. */
static bool is_space(long point) {
    return point == ' ' || point == 0xa0 || (point >= 0x2000 && point <= 0x200f) ||
           (point >= 0x2028 && point <= 0x202f) || point == 0x205f || point == 0x3000 ||
           point == 0xfeff;
}

static bool is_blank(const char *text) {
    while (*text)
        if (!is_space(mr_utf8_next(&text)))
            return false;
    return true;
}

static bool is_title(const char *text) {
    return *text && strlen(text) <= MR_CATALOGUE_MAX_TITLE;
}

/* Whether a list with '|' between holds nothing, or names that are neither empty nor too long. */
static bool are_names(const char *list) {
    while (*list) {
        size_t length = strcspn(list, "|");
        if (length == 0 || length > MR_CATALOGUE_MAX_TITLE)
            return false;
        list += length;
        if (*list && !*++list)
            return false;
    }
    return true;
}

/* Alternative titles with '|' between them. */
static bool are_titles(const char *text) {
    return strlen(text) <= MR_CATALOGUE_MAX_ALSO && are_names(text);
}

/* Writes the bytes of a name that nothing is left of when folded, behind a dash, which no folded
 * one begins with. */
static void write_bytes(const char *name, char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "-");
    for (; *name && used + 2 < size; name++)
        used += (size_t)snprintf(out + used, size - used, "%02x", (unsigned char)*name);
}

/* Makes a name to a part of an id. */
static void fold_with_dashes(const char *name, char *out, size_t size) {
    if (mr_fold(name, out, size) == 0 && *name)
        write_bytes(name, out, size);
    for (char *at = out; *at; at++)
        if (*at == ' ')
            *at = '-';
}

mr_status mr_film_make_id(const mr_film_reader *in, bool with_language, mr_catalogue_film *film) {
    char title[MR_CATALOGUE_MAX_TITLE - 32], language[24] = "", *made;
    mr_catalogue *catalogue = in->catalogue;
    fold_with_dashes(film->title, title, sizeof title);
    if (with_language)
        fold_with_dashes(film->language, language, sizeof language);
    if (!mr_grow(&catalogue->made_ids, &catalogue->made_capacity, catalogue->made_count + 1,
                 sizeof *catalogue->made_ids) ||
        asprintf(&made, "own-%s-%d%s%s", title, film->year, *language ? "-" : "", language) < 0)
        return no_memory(in);
    catalogue->made_ids[catalogue->made_count++] = made;
    film->id = made;
    return MR_OK;
}

static mr_status read_names(const mr_film_reader *in, size_t row, mr_catalogue_film *film) {
    film->title = field(in, row, in->columns.title);
    if (!is_title(film->title))
        return mr_film_refuse(in, row, "title", film->title, "1 to 300 bytes");
    if (in->operators && is_blank(film->title))
        return mr_film_refuse(in, row, "title", film->title, "more than spaces");
    film->also = field(in, row, in->columns.also);
    if (!are_titles(film->also))
        return mr_film_refuse(in, row, "also", film->also, "titles with '|' between");
    MR_TRY(read_int(in, row, in->columns.year, "year", MR_CATALOGUE_FIRST_YEAR,
                    MR_CATALOGUE_LAST_YEAR, &film->year));
    film->id = field(in, row, in->columns.id);
    bool open = !*film->id && in->operators;
    return open || is_title(film->id) ? MR_OK
                                      : mr_film_refuse(in, row, "id", film->id, "1 to 300 bytes");
}

/* Numbers the people of a list, which is cut apart in place; more than the limit are left out. */
static mr_status read_people(const mr_film_reader *in, size_t row, int column, uint16_t *count) {
    mr_catalogue *catalogue = in->catalogue;
    char *rest = field(in, row, column);
    *count = 0;
    if (in->operators && !are_names(rest))
        return mr_film_refuse(in, row, "people", rest, "names of 1 to 300 bytes with '|' between");
    for (char *person; *count < MR_CATALOGUE_MAX_PEOPLE && (person = strsep(&rest, "|"));) {
        if (!*person)
            continue;
        long number = mr_intern_add(&catalogue->people_names, person);
        if (number < 0 || !mr_grow(&catalogue->people, &catalogue->people_capacity,
                                   catalogue->people_used + 1, sizeof *catalogue->people))
            return no_memory(in);
        catalogue->people[catalogue->people_used++] = (uint32_t)number;
        ++*count;
    }
    return MR_OK;
}

static mr_status read_kind(const mr_film_reader *in, size_t row, mr_catalogue_film *film) {
    const char *genres = field(in, row, in->columns.genres);
    if (mr_genre_set_parse(genres, &film->genres) != MR_OK)
        return mr_film_refuse(in, row, "genres", genres, "1 to 8 standard genres with '|' between");
    film->genre_scale = 1 / sqrtf((float)mr_genre_set_size(film->genres));
    film->certificate = field(in, row, in->columns.certificate);
    film->minimum_age = mr_certificate_age(film->certificate);
    if (film->minimum_age < 0)
        return mr_film_refuse(in, row, "certificate", film->certificate,
                              "one that is known, or none");
    film->suitable_age = mr_suitable_age(film->minimum_age, film->genres);
    film->tier = in->operators ? 0 : MR_CATALOGUE_TIERS;
    if (!*field(in, row, in->columns.tier))
        return MR_OK;
    return read_int(in, row, in->columns.tier, "tier", 1, MR_CATALOGUE_TIERS, &film->tier);
}

static char *without_outer_spaces(char *text) {
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = 0;
    return text;
}

/* Numbers the language, which an operator may write in another case than others did; the first
 * spelling, which is that of the shipped films, stands for all. */
static mr_status read_language(const mr_film_reader *in, size_t row, mr_catalogue_film *film) {
    mr_intern *languages = &in->catalogue->languages;
    long number =
        mr_intern_add(languages, without_outer_spaces(field(in, row, in->columns.language)));
    if (number < 0)
        return no_memory(in);
    film->language_number = (uint32_t)number;
    film->language = languages->strings[number];
    return MR_OK;
}

mr_status mr_film_read(const mr_film_reader *in, size_t row, mr_catalogue_film *film) {
    *film = (mr_catalogue_film){0};
    MR_TRY(check_texts(in, row));
    MR_TRY(read_names(in, row, film));
    MR_TRY(read_kind(in, row, film));
    film->country = field(in, row, in->columns.country);
    MR_TRY(read_language(in, row, film));
    film->people = (uint32_t)in->catalogue->people_used;
    MR_TRY(read_people(in, row, in->columns.directors, &film->director_count));
    return read_people(in, row, in->columns.cast, &film->cast_count);
}

mr_status mr_film_add(const mr_film_reader *in, size_t row, const mr_catalogue_film *film) {
    mr_catalogue *catalogue = in->catalogue;
    long known = mr_intern_find(&catalogue->ids, film->id);
    if (known >= 0 && (!film->imported || catalogue->films[known].imported))
        return mr_film_refuse(in, row, "id", film->id, "an id that no other film has");
    if (known >= 0) {
        catalogue->films[known] = *film;
        return MR_OK;
    }
    if (catalogue->count == MR_CATALOGUE_MAX_FILMS)
        return mr_fail(MR_E_LIMIT, "%s: line %zu: more than %zu films", in->name,
                       in->csv->lines[row], MR_CATALOGUE_MAX_FILMS);
    if (mr_intern_add(&catalogue->ids, film->id) < 0 ||
        !mr_grow(&catalogue->films, &catalogue->capacity, catalogue->count + 1,
                 sizeof *catalogue->films))
        return no_memory(in);
    catalogue->films[catalogue->count++] = *film;
    return MR_OK;
}
