/* The catalogue: /v1/films and /v1/films/{id}. */
#include "recommend/fold.h"
#include "server/handlers.h"
#include "json/json.h"

#include <string.h>
#include <strings.h>

/* Of a title and of what is looked for in titles. */
#define TITLE_SIZE 512

/* Films that a title may mean. */
#define MEANT_MOST 100

struct search {
    const char *query, *title, *genre, *language;
    int limit, offset;
};

static void search_defaults(void *params) {
    *(struct search *)params = (struct search){.limit = 20};
}

static const mr_param search_rows[] = {
    MR_PARAM_TEXT("query", MR_IN_QUERY, struct search, query, 200,
                  "part of the title; case, accents and punctuation do not count"),
    MR_PARAM_TEXT("title", MR_IN_QUERY, struct search, title, 200,
                  "a whole title as it was typed, nearest first; typing errors are forgiven"),
    MR_PARAM_CHOICE("genre", MR_IN_QUERY, struct search, genre, mr_genre_choices,
                    "only this genre"),
    MR_PARAM_TEXT("language", MR_IN_QUERY, struct search, language, 100,
                  "only this language; case does not count"),
    MR_PARAM_INT("limit", MR_IN_QUERY, struct search, limit, 1, 100, "films wanted"),
    MR_PARAM_INT("offset", MR_IN_QUERY, struct search, offset, 0, 1000000, "films to pass over"),
};
const mr_param_table mr_films_table = {search_rows, MR_COUNT(search_rows), sizeof(struct search),
                                       search_defaults};

struct film_id {
    const char *id;
};
static const mr_param film_rows[] = {
    MR_PARAM_NEEDED("id", MR_IN_PATH, struct film_id, id, 300, "of the film"),
};
const mr_param_table mr_film_table = {film_rows, MR_COUNT(film_rows), sizeof(struct film_id), NULL};

json_t *mr_film_json(const mr_film *film) {
    json_t *list = json_array();
    for (int i = 0; i < film->genre_count; i++)
        json_array_append_new(list, mr_json_text(film->genres[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", mr_json_text(film->id), "title",
                     mr_json_text(film->title), "year",
                     film->year != 0 ? json_integer(film->year) : json_null(), "genres", list,
                     "language", mr_json_text_or_null(film->language), "certificate",
                     mr_json_text_or_null(film->certificate));
}

bool mr_handle_film(mr_request *request, const mr_leased_session *at) {
    const struct film_id *wanted = request->params;
    mr_film film;
    mr_status status = mr_film_find(mr_lease_engine(at->lease), wanted->id, &film);
    if (status != MR_OK)
        return mr_problem_from(&request->problem, status, "id");
    return mr_answer_json(request, 200, mr_film_json(&film));
}

static bool has_genre(const mr_film *film, const char *genre) {
    for (int i = 0; i < film->genre_count; i++)
        if (strcmp(film->genres[i], genre) == 0)
            return true;
    return false;
}

static bool passes(const mr_film *film, const struct search *search) {
    return (search->genre == NULL || has_genre(film, search->genre)) &&
           (search->language == NULL || strcasecmp(film->language, search->language) == 0);
}

/* 0: the title begins with it; 1: one of its words does; 2: it is somewhere; 3: no match. */
#define RANKS 3
static int rank_of(const mr_film *film, const struct search *search, const char *folded) {
    if (!passes(film, search))
        return RANKS;
    if (search->query == NULL)
        return 0;
    char title[TITLE_SIZE];
    mr_fold(film->title, title, sizeof title);
    const char *at = *folded != '\0' ? strstr(title, folded) : NULL;
    if (at == NULL || at == title)
        return at == NULL ? RANKS : 0;
    while (at != NULL && at[-1] != ' ')
        at = strstr(at + 1, folded);
    return at != NULL ? 1 : 2;
}

/* Appends a film if it is on the page that is asked for; `number` is its place among all. */
static void append(const struct search *search, json_int_t number, const mr_film *film,
                   json_t *list) {
    if (number >= search->offset && number < search->offset + search->limit)
        json_array_append_new(list, mr_film_json(film));
}

/* The same as collect, of films that a typed title may mean. */
static json_int_t collect_meant(const mr_engine *engine, const struct search *search,
                                json_t *list) {
    mr_film films[MEANT_MOST];
    json_int_t total = 0;
    size_t count = mr_film_search(engine, search->title, films, MEANT_MOST);
    for (size_t i = 0; i < count; i++)
        if (passes(&films[i], search))
            append(search, total++, &films[i], list);
    return total;
}

/* Appends the films of the page that is asked for; returns how many there are in all. */
static json_int_t collect(const mr_engine *engine, const struct search *search, json_t *list) {
    char folded[TITLE_SIZE] = "";
    mr_film film;
    json_int_t total = 0;
    if (search->query != NULL)
        mr_fold(search->query, folded, sizeof folded);
    for (int rank = 0; rank < (search->query != NULL ? RANKS : 1); rank++)
        for (size_t i = 0; mr_film_at(engine, i, &film) == MR_OK; i++) {
            if (rank_of(&film, search, folded) != rank)
                continue;
            append(search, total++, &film, list);
        }
    return total;
}

bool mr_handle_films(mr_request *request, const mr_leased_session *at) {
    const struct search *search = request->params;
    const mr_engine *engine = mr_lease_engine(at->lease);
    if (search->title != NULL && search->query != NULL)
        return mr_problem_set(&request->problem, 422, "title", "cannot be asked for with query");
    json_t *list = json_array();
    json_int_t total =
        search->title != NULL ? collect_meant(engine, search, list) : collect(engine, search, list);
    return mr_answer_json(request, 200, json_pack("{s:I, s:o}", "total", total, "films", list));
}
