#include "recommend/catalogue_import.h"

#include "base/csv.h"
#include "base/memory.h"
#include "base/text_file.h"
#include "recommend/catalogue_parts.h"
#include "recommend/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The known film that a row means, or -1, and whether the row states its id. */
typedef struct meaning {
    long film;
    bool by_id;
} meaning;

/* An import on its way. */
typedef struct import_job {
    const char *name;
    const mr_catalogue *known;
    mr_catalogue *stated; /* what the file says, with tiers of 0 where it says none */
    mr_csv csv;
    meaning *meant; /* by each stated film */
    uint8_t *taken; /* known films that a row means */
    mr_bad_line *tell;
    void *context;
    mr_film_import done;
} import_job;

static mr_status no_memory(const char *name) {
    return mr_fail(MR_E_MEMORY, "%s: no memory for its films", name);
}

/* Tells a bad line and goes on; other errors end the import. */
static mr_status pass(import_job *job, mr_status status) {
    if (status != MR_E_FORMAT)
        return status;
    job->done.bad++;
    job->tell(mr_last_error(), job->context);
    return MR_OK;
}

/* --- what a row means ------------------------------------------------------------------------ */

static bool same_language(const mr_catalogue_film *a, const mr_catalogue_film *b) {
    return !*a->language || !*b->language || strcasecmp(a->language, b->language) == 0;
}

/* A row without an id is found by its title alone: the id that a film got in its place says no more
 * than that, and must not win over language and certificate as a stated one does. */
static meaning meaning_of(const mr_catalogue *known, const mr_catalogue_film *stated) {
    long film = mr_catalogue_find(known, stated->id); /* an empty id is no film's */
    if (film >= 0)
        return (meaning){film, true};
    size_t count;
    const mr_title_key *key = mr_catalogue_titled(known, stated->title, &count);
    for (size_t i = 0; i < count; i++) {
        const mr_catalogue_film *candidate = mr_catalogue_entry(known, key[i].film);
        if (candidate->year == stated->year && same_language(candidate, stated))
            return (meaning){(long)key[i].film, false};
    }
    return (meaning){-1, false};
}

/* Whether this film's id is that of another film: of a known one, which the row then does not mean,
 * or of one that is stated in another language. */
static bool id_is_taken(const import_job *job, const mr_catalogue_film *film) {
    long stated = mr_catalogue_find(job->stated, film->id);
    return mr_catalogue_find(job->known, film->id) >= 0 ||
           (stated >= 0 && !same_language(&job->stated->films[stated], film));
}

/* The id of a film that states none: that of the known film that it is, else one of its own. */
static mr_status give_id(import_job *job, const mr_film_reader *in, size_t row, meaning meant,
                         mr_catalogue_film *film) {
    if (meant.film >= 0) {
        film->id = job->known->films[meant.film].id;
        return MR_OK;
    }
    MR_TRY(mr_film_make_id(in, false, film));
    if (id_is_taken(job, film))
        MR_TRY(mr_film_make_id(in, true, film));
    return id_is_taken(job, film)
               ? mr_film_refuse(in, row, "id", film->id, "an id that no other film has")
               : MR_OK;
}

static mr_status read_row(import_job *job, const mr_film_reader *in, size_t row) {
    mr_catalogue_film film;
    MR_TRY(mr_film_read(in, row, &film));
    meaning meant = meaning_of(job->known, &film);
    if (meant.film >= 0 && job->taken[meant.film])
        return mr_film_refuse(in, row, "film", film.title, "one that no line before means");
    if (!*film.id)
        MR_TRY(give_id(job, in, row, meant, &film));
    MR_TRY(mr_film_add(in, row, &film));
    job->meant[job->stated->count - 1] = meant;
    if (meant.film >= 0)
        job->taken[meant.film] = 1;
    return MR_OK;
}

static mr_status read_rows(import_job *job) {
    mr_film_reader in = {
        .catalogue = job->stated, .csv = &job->csv, .name = job->name, .operators = true};
    MR_TRY(mr_film_reader_open(&in));
    job->meant = mr_alloc((job->csv.rows + 1) * sizeof *job->meant);
    job->taken = mr_alloc(mr_catalogue_count(job->known) + 1);
    if (!job->meant || !job->taken)
        return no_memory(job->name);
    for (size_t row = 0; row < job->csv.rows; row++)
        MR_TRY(pass(job, read_row(job, &in, row)));
    return MR_OK;
}

/* --- what is written ------------------------------------------------------------------------- */

static void print_field(FILE *file, const char *text, char end) {
    if (*text)
        mr_csv_print(file, text);
    putc(end, file);
}

static void print_people(FILE *file, const mr_catalogue *catalogue, size_t first, size_t count,
                         char end) {
    char text[(MR_CATALOGUE_MAX_TITLE + 1) * MR_CATALOGUE_MAX_PEOPLE] = "";
    size_t used = 0;
    for (size_t i = first; i < first + count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? "|" : "",
                                 catalogue->people_names.strings[catalogue->people[i]]);
    print_field(file, text, end);
}

static void print_genres(FILE *file, mr_genre_set genres) {
    const char *between = "";
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        if (genres >> g & 1) {
            fprintf(file, "%s%s", between, mr_genre_label((mr_genre)g));
            between = "|";
        }
    putc(',', file);
}

/* What is written of a film; its lists of people are in either catalogue. */
typedef struct entry {
    mr_catalogue_film film;
    const mr_catalogue *directors, *cast;
    size_t first_director, first_cast;
} entry;

static entry entry_of(const mr_catalogue_film *film, const mr_catalogue *people) {
    return (entry){*film, people, people, film->people, film->people + film->director_count};
}

static void print_entry(FILE *file, const entry *e) {
    const mr_catalogue_film *film = &e->film;
    print_field(file, film->id, ',');
    print_field(file, film->title, ',');
    print_field(file, film->also, ',');
    fprintf(file, "%d,", film->year);
    print_genres(file, film->genres);
    print_field(file, film->language, ',');
    print_field(file, film->country, ',');
    print_field(file, film->certificate, ',');
    fprintf(file, "%d,", film->tier);
    print_people(file, e->directors, e->first_director, film->director_count, ',');
    print_people(file, e->cast, e->first_cast, film->cast_count, '\n');
}

static void take_if_stated(const char **known, const char *stated) {
    if (*stated)
        *known = stated;
}

static void merge_people(entry *e, const mr_catalogue_film *stated, const mr_catalogue *people) {
    if (stated->director_count) {
        e->film.director_count = stated->director_count;
        e->directors = people;
        e->first_director = stated->people;
    }
    if (stated->cast_count) {
        e->film.cast_count = stated->cast_count;
        e->cast = people;
        e->first_cast = stated->people + stated->director_count;
    }
}

/* Lays what a row states over what was known of its film. A title says less than an id: where that
 * is all, the stricter certificate counts, and genres that suit only older people stay. */
static void merge(entry *e, bool by_id, const mr_catalogue_film *stated,
                  const mr_catalogue *people) {
    mr_catalogue_film *film = &e->film;
    if (by_id)
        film->title = stated->title;
    if (by_id || !*film->certificate || stated->minimum_age > film->minimum_age)
        take_if_stated(&film->certificate, stated->certificate);
    film->year = stated->year;
    if (by_id || mr_suitable_age(0, stated->genres) >= mr_suitable_age(0, film->genres))
        film->genres = stated->genres;
    if (stated->tier)
        film->tier = stated->tier;
    take_if_stated(&film->also, stated->also);
    take_if_stated(&film->language, stated->language);
    take_if_stated(&film->country, stated->country);
    merge_people(e, stated, people);
}

static void print_all(FILE *file, import_job *job) {
#define COLUMN(column, needed) #column ","
    static const char header[] = MR_FILM_COLUMNS(COLUMN);
#undef COLUMN
    fprintf(file, "%.*s\n", (int)(sizeof header - 2), header);
    for (size_t f = 0; f < job->known->count; f++) {
        entry kept = entry_of(&job->known->films[f], job->known);
        if (kept.film.imported && !job->taken[f])
            print_entry(file, &kept);
    }
    for (size_t f = 0; f < job->stated->count; f++) {
        const mr_catalogue_film *stated = &job->stated->films[f];
        meaning meant = job->meant[f];
        entry e = meant.film >= 0 ? entry_of(&job->known->films[meant.film], job->known)
                                  : entry_of(stated, job->stated);
        if (meant.film >= 0)
            merge(&e, meant.by_id, stated, job->stated);
        else if (!stated->tier)
            e.film.tier = MR_CATALOGUE_TIERS;
        print_entry(file, &e);
        job->done.changed += meant.film >= 0;
        job->done.added += meant.film < 0;
    }
}

static mr_status save(import_job *job, const char *path) {
    mr_text_file text;
    MR_TRY(mr_text_file_begin(path, &text));
    print_all(text.out, job);
    return mr_text_file_end(&text);
}

/* --- the import ------------------------------------------------------------------------------ */

static mr_status run(import_job *job, const char *catalogue_path) {
    /* An unfinished quote or another number of fields leaves nothing sure behind it. */
    mr_status status = mr_csv_load(job->name, MR_FILM_IMPORT_MAX_BYTES, &job->csv);
    MR_TRY(pass(job, status));
    if (status == MR_OK)
        MR_TRY(read_rows(job));
    if (job->done.bad)
        return mr_fail(MR_E_FORMAT, "%s: %zu bad line%s, nothing imported", job->name,
                       job->done.bad, job->done.bad == 1 ? "" : "s");
    if (job->stated->count == 0)
        return mr_fail(MR_E_LIMIT, "%s: no films", job->name);
    if (job->known->count + job->stated->count > MR_CATALOGUE_MAX_FILMS)
        return mr_fail(MR_E_LIMIT, "%s: more than %zu films together", job->name,
                       MR_CATALOGUE_MAX_FILMS);
    char *path = mr_catalogue_imported_path(catalogue_path);
    status = path ? save(job, path) : no_memory(job->name);
    free(path);
    return status;
}

mr_status mr_films_import(const char *path, const char *catalogue_path, mr_bad_line *tell,
                          void *context, mr_film_import *out) {
    mr_catalogue *known = NULL;
    MR_TRY(mr_catalogue_load(catalogue_path, &known));
    import_job job = {.name = path, .known = known, .tell = tell, .context = context};
    mr_status status = mr_catalogue_make(path, &job.stated);
    if (status == MR_OK)
        status = run(&job, catalogue_path);
    *out = job.done;
    free(job.meant);
    free(job.taken);
    mr_csv_free(&job.csv);
    mr_catalogue_free(job.stated);
    mr_catalogue_free(known);
    return status;
}
