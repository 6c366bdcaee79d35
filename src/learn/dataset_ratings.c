#include "learn/dataset_ratings.h"

#include "base/file.h"
#include "base/memory.h"
#include "recommend/collaborative.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE   ((size_t)256 << 20)
#define OCCUPATION_MAX 99

/* --- lines and fields ------------------------------------------------------------------------ */

/* A text file that is read line by line, each cut into fields in place. */
typedef struct reader {
    char *path, *text, *next;
    size_t line; /* number of the current line, from 1 */
} reader;

static mr_status reader_open(const char *folder, const char *name, reader *out) {
    *out = (reader){.path = mr_path_join(folder, name)};
    if (!out->path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    unsigned char *bytes = NULL;
    size_t size = 0;
    mr_status status = mr_file_read(out->path, LARGEST_FILE, &bytes, &size);
    if (status != MR_OK) {
        free(out->path);
        return status;
    }
    out->text = out->next = (char *)bytes;
    if (memchr(bytes, 0, size)) {
        status = mr_fail(MR_E_FORMAT, "%s: a zero byte in a text", out->path);
        free(out->path);
        free(bytes);
    }
    return status;
}

static void reader_close(reader *r) {
    free(r->path);
    free(r->text);
}

/* The next line without its end, or NULL. */
static char *next_line(reader *r) {
    if (!*r->next)
        return NULL;
    char *line = r->next, *end = strchr(line, '\n');
    r->next = end ? end + 1 : line + strlen(line);
    if (!end)
        end = r->next;
    if (end > line && end[-1] == '\r')
        end--;
    *end = 0;
    r->line++;
    return line;
}

/* Cuts the line at each separator into at most `most` fields; returns how many there are, `most`
 * + 1 when more. */
static int cut(char *line, const char *separator, char **fields, int most) {
    int count = 0;
    for (char *at = line; at; count++) {
        if (count == most)
            return most + 1;
        fields[count] = at;
        at = strstr(at, separator);
        if (at) {
            *at = 0;
            at += strlen(separator);
        }
    }
    return count;
}

static mr_status bad_line(const reader *r, const char *what, const char *found) {
    return mr_fail(MR_E_FORMAT, "%s: line %zu: %s, found '%.40s'", r->path, r->line, what, found);
}

/* A whole number in low … high. */
static mr_status number_of(const reader *r, const char *what, const char *text, long low, long high,
                           long *out) {
    char *end;
    *out = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || *out < low || *out > high)
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s '%.40s', expected %ld to %ld", r->path,
                       r->line, what, text, low, high);
    return MR_OK;
}

/* The number of a user or film that an id of the files stands for. */
static mr_status known_of(const reader *r, const char *what, const int32_t *numbers,
                          const char *text, uint32_t *out) {
    long id;
    MR_TRY(number_of(r, what, text, 0, MR_RATINGS_MAX_ID - 1, &id));
    if (numbers[id] < 0)
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s %ld is unknown", r->path, r->line, what, id);
    *out = (uint32_t)numbers[id];
    return MR_OK;
}

/* Gives the next number to an id that must be new. */
static mr_status new_number(const reader *r, const char *what, int32_t *numbers, const char *text,
                            size_t number) {
    long id;
    MR_TRY(number_of(r, what, text, 0, MR_RATINGS_MAX_ID - 1, &id));
    if (numbers[id] >= 0)
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s %ld is there twice", r->path, r->line, what,
                       id);
    numbers[id] = (int32_t)number;
    return MR_OK;
}

static mr_status no_memory(const reader *r) {
    return mr_fail(MR_E_MEMORY, "%s: no memory for its lines", r->path);
}

/* --- the three tables ------------------------------------------------------------------------ */

static mr_status read_users(reader *r, mr_ratings *out) {
    size_t capacity = 0;
    for (char *line; (line = next_line(r)); out->users++) {
        char *fields[5];
        if (cut(line, "::", fields, 5) != 5)
            return bad_line(r, "expected user::gender::age::occupation::zip", line);
        MR_TRY(new_number(r, "user", out->user_of, fields[0], out->users));
        bool female = strcmp(fields[1], "F") == 0;
        if (!female && strcmp(fields[1], "M") != 0)
            return bad_line(r, "expected the gender F or M", fields[1]);
        long age, occupation;
        MR_TRY(number_of(r, "age", fields[2], 1, 120, &age));
        MR_TRY(number_of(r, "occupation", fields[3], 0, OCCUPATION_MAX, &occupation));
        if (!*fields[4])
            return bad_line(r, "expected a zip code", fields[4]);
        if (!mr_grow(&out->audience, &capacity, out->users + 1, sizeof *out->audience))
            return no_memory(r);
        out->audience[out->users] = (uint8_t)mr_audience_of((int)age, female ? MR_FEMALE : MR_MALE);
    }
    return out->users ? MR_OK : mr_fail(MR_E_FORMAT, "%s: no users", r->path);
}

/* A new UTF-8 string of `length` bytes of Latin-1. */
static char *from_latin1(const char *text, size_t length) {
    char *made = malloc(2 * length + 1), *to = made;
    for (size_t i = 0; made && i < length; i++) {
        unsigned char letter = (unsigned char)text[i];
        if (letter >= 0x80) {
            *to++ = (char)(0xc0 | letter >> 6);
            letter = 0x80 | (letter & 0x3f);
        }
        *to++ = (char)letter;
    }
    if (made)
        *to = 0;
    return made;
}

/* "Toy Story (1995)"; a few lack the space. */
static mr_status read_title(const reader *r, const char *text, mr_rated_film *film) {
    size_t length = strlen(text);
    const char *year = length > 6 ? text + length - 6 : "";
    int end = 0;
    if (sscanf(year, "(%4d)%n", &film->year, &end) != 1 || end != 6 || film->year < 1888)
        return bad_line(r, "expected a title and (year)", text);
    length -= 6;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    film->title = from_latin1(text, length);
    return film->title ? MR_OK : no_memory(r);
}

static mr_status read_films(reader *r, mr_ratings *out) {
    size_t capacity = 0;
    for (char *line; (line = next_line(r)); out->films++) {
        char *fields[3];
        if (cut(line, "::", fields, 3) != 3)
            return bad_line(r, "expected film::title (year)::genres", line);
        MR_TRY(new_number(r, "film", out->film_of, fields[0], out->films));
        if (!*fields[2])
            return bad_line(r, "expected at least one genre", fields[2]);
        if (!mr_grow(&out->film, &capacity, out->films + 1, sizeof *out->film))
            return no_memory(r);
        MR_TRY(read_title(r, fields[1], &out->film[out->films]));
    }
    return out->films ? MR_OK : mr_fail(MR_E_FORMAT, "%s: no films", r->path);
}

/* A moment that may be missing. */
static mr_status check_time(const reader *r, const char *text) {
    long time;
    return *text ? number_of(r, "time", text, 0, LONG_MAX, &time) : MR_OK;
}

/* Who rated what, and in which row. */
typedef struct pair {
    uint64_t who_what;
    size_t row;
} pair;

static int compare_pairs(const void *a, const void *b) {
    const pair *x = a, *y = b;
    if (x->who_what != y->who_what)
        return x->who_what < y->who_what ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Nobody rates a film twice. Each line from `first` on is a row. */
static mr_status check_pairs(const reader *r, const mr_ratings *ratings, size_t first) {
    pair *pairs = mr_alloc(ratings->count * sizeof *pairs);
    if (!pairs)
        return no_memory(r);
    for (size_t i = 0; i < ratings->count; i++)
        pairs[i] = (pair){(uint64_t)ratings->rows[i].user << 32 | ratings->rows[i].film, i};
    qsort(pairs, ratings->count, sizeof *pairs, compare_pairs);
    mr_status status = MR_OK;
    for (size_t i = 1; i < ratings->count && status == MR_OK; i++)
        if (pairs[i].who_what == pairs[i - 1].who_what)
            status = mr_fail(MR_E_FORMAT,
                             "%s: line %zu: expected a film that this user did not rate before, as "
                             "in line %zu",
                             r->path, pairs[i].row + first, pairs[i - 1].row + first);
    free(pairs);
    return status;
}

/* Lines from `first` on, of fields with `between` between them. */
static mr_status read_rows(reader *r, const char *between, const char *form, size_t first,
                           mr_ratings *out) {
    size_t capacity = 0;
    for (char *line; (line = next_line(r)); out->count++) {
        char *fields[4];
        if (cut(line, between, fields, 4) != 4)
            return bad_line(r, form, line);
        long rating, at = 0;
        mr_rating row = {0};
        MR_TRY(known_of(r, "user", out->user_of, fields[0], &row.user));
        MR_TRY(known_of(r, "film", out->film_of, fields[1], &row.film));
        MR_TRY(number_of(r, "rating", fields[2], 1, 5, &rating));
        MR_TRY(check_time(r, fields[3]));
        if (fields[3][0])
            MR_TRY(number_of(r, "time", fields[3], 0, LONG_MAX, &at));
        row.rating = (uint8_t)rating;
        row.at = at;
        if (!mr_grow(&out->rows, &capacity, out->count + 1, sizeof *out->rows))
            return no_memory(r);
        out->rows[out->count] = row;
    }
    return out->count ? check_pairs(r, out, first)
                      : mr_fail(MR_E_FORMAT, "%s: no ratings", r->path);
}

static mr_status read_ratings(reader *r, mr_ratings *out) {
    const char *header = next_line(r);
    if (!header || strcmp(header, "user_id,movie_id,rating,timestamp") != 0)
        return mr_fail(MR_E_FORMAT, "%s: line 1: expected user_id,movie_id,rating,timestamp",
                       r->path);
    return read_rows(r, ",", "expected user,film,rating,time", 2, out);
}

/* As GroupLens publishes them. */
static mr_status read_published_ratings(reader *r, mr_ratings *out) {
    return read_rows(r, "::", "expected user::film::rating::time", 1, out);
}

static int32_t *no_numbers(void) {
    int32_t *numbers = malloc(MR_RATINGS_MAX_ID * sizeof *numbers);
    if (numbers)
        memset(numbers, -1, MR_RATINGS_MAX_ID * sizeof *numbers);
    return numbers;
}

typedef mr_status table_reader(reader *r, mr_ratings *out);

static mr_status load_table(const char *folder, const char *name, table_reader *read,
                            mr_ratings *out) {
    reader r;
    MR_TRY(reader_open(folder, name, &r));
    mr_status status = read(&r, out);
    reader_close(&r);
    return status;
}

mr_status mr_ratings_load(const char *folder, mr_ratings *out) {
    bool published = !mr_folder_has(folder, "ratings.csv") && mr_folder_has(folder, "ratings.dat");
    mr_ratings ratings = {.user_of = no_numbers(), .film_of = no_numbers()};
    mr_status status = MR_OK;
    if (!ratings.user_of || !ratings.film_of)
        status = mr_fail(MR_E_MEMORY, "%s: no memory for its tables", folder);
    if (status == MR_OK)
        status = load_table(folder, "users.dat", read_users, &ratings);
    if (status == MR_OK)
        status = load_table(folder, "movies.dat", read_films, &ratings);
    if (status == MR_OK)
        status = published ? load_table(folder, "ratings.dat", read_published_ratings, &ratings)
                           : load_table(folder, "ratings.csv", read_ratings, &ratings);
    if (status == MR_OK)
        *out = ratings;
    else
        mr_ratings_free(&ratings);
    return status;
}

void mr_ratings_free(mr_ratings *ratings) {
    for (size_t i = 0; i < ratings->films; i++)
        free(ratings->film[i].title);
    free(ratings->film);
    free(ratings->audience);
    free(ratings->rows);
    free(ratings->user_of);
    free(ratings->film_of);
    *ratings = (mr_ratings){0};
}

/* --- test rows ------------------------------------------------------------------------------- */

static mr_status read_fold(reader *r, const mr_ratings *ratings, mr_held_row **rows,
                           size_t *count) {
    size_t capacity = 0;
    for (char *line; (line = next_line(r)); ++*count) {
        char *fields[4];
        mr_held_row row;
        if (cut(line, "\t", fields, 4) != 4)
            return bad_line(r, "expected user, tab, film, tab, rating, tab, time", line);
        long rating;
        MR_TRY(known_of(r, "user", ratings->user_of, fields[0], &row.user));
        MR_TRY(known_of(r, "film", ratings->film_of, fields[1], &row.film));
        MR_TRY(number_of(r, "rating", fields[2], 1, 5, &rating));
        MR_TRY(check_time(r, fields[3]));
        if (!mr_grow(rows, &capacity, *count + 1, sizeof **rows))
            return no_memory(r);
        (*rows)[*count] = row;
    }
    return *count ? MR_OK : mr_fail(MR_E_FORMAT, "%s: no rows", r->path);
}

mr_status mr_ratings_fold(const mr_ratings *ratings, const char *folder, int fold,
                          mr_held_row **rows, size_t *count) {
    char name[64];
    snprintf(name, sizeof name, "topn_quest_5fold/fold%d.test.tsv", fold);
    reader r;
    MR_TRY(reader_open(folder, name, &r));
    mr_held_row *made = NULL;
    size_t n = 0;
    mr_status status = read_fold(&r, ratings, &made, &n);
    reader_close(&r);
    if (status != MR_OK) {
        free(made);
        return status;
    }
    *rows = made;
    *count = n;
    return MR_OK;
}

static mr_status read_leave_row(const reader *r, const mr_ratings *ratings, char *line,
                                mr_leave_row *row) {
    char *fields[5], *negatives[MR_LEAVE_NEGATIVES];
    if (cut(line, "\t", fields, 5) != 5)
        return bad_line(r, "expected user, film, rating, time and negatives", line);
    MR_TRY(known_of(r, "user", ratings->user_of, fields[0], &row->user));
    MR_TRY(known_of(r, "film", ratings->film_of, fields[1], &row->film));
    if (cut(fields[4], " ", negatives, MR_LEAVE_NEGATIVES) != MR_LEAVE_NEGATIVES)
        return bad_line(r, "expected 99 negatives", fields[4]);
    for (int i = 0; i < MR_LEAVE_NEGATIVES; i++)
        MR_TRY(known_of(r, "film", ratings->film_of, negatives[i], &row->negatives[i]));
    return MR_OK;
}

static mr_status read_leave(reader *r, const mr_ratings *ratings, mr_leave_row **rows,
                            size_t *count) {
    size_t capacity = 0;
    char *line = next_line(r);
    if (!line || strncmp(line, "user_id\ttest_movie_id\t", 22) != 0)
        return mr_fail(MR_E_FORMAT, "%s: line 1: expected user_id, test_movie_id, …", r->path);
    for (; (line = next_line(r)); ++*count) {
        if (!mr_grow(rows, &capacity, *count + 1, sizeof **rows))
            return no_memory(r);
        MR_TRY(read_leave_row(r, ratings, line, &(*rows)[*count]));
    }
    return *count ? MR_OK : mr_fail(MR_E_FORMAT, "%s: no rows", r->path);
}

mr_status mr_ratings_leave_one_out(const mr_ratings *ratings, const char *folder,
                                   mr_leave_row **rows, size_t *count) {
    reader r;
    MR_TRY(reader_open(folder, "ncf_leave_one_out_test.tsv", &r));
    mr_leave_row *made = NULL;
    size_t n = 0;
    mr_status status = read_leave(&r, ratings, &made, &n);
    reader_close(&r);
    if (status != MR_OK) {
        free(made);
        return status;
    }
    *rows = made;
    *count = n;
    return MR_OK;
}
