#include "api/films.h"

#include "api/engine.h"

#include <stdlib.h>

_Static_assert(MR_FILM_GENRES_MAX >= MR_GENRES_PER_FILM, "every genre of a film has its place");

mr_film mr_film_of(const mr_catalogue_film *entry) {
    mr_film film = {.id = entry->id,
                    .title = entry->title,
                    .year = entry->year,
                    .language = entry->language,
                    .certificate = entry->certificate};
    for (int genre = 0; genre < MR_GENRE_COUNT; genre++)
        if (entry->genres >> genre & 1)
            film.genres[film.genre_count++] = mr_genre_label((mr_genre)genre);
    return film;
}

size_t mr_film_count(const mr_engine *engine) {
    return engine != NULL && engine->catalogue != NULL ? mr_catalogue_count(engine->catalogue) : 0;
}

static mr_status check_films(const mr_engine *engine) {
    return engine->catalogue != NULL
               ? MR_OK
               : mr_fail(MR_E_UNSUPPORTED, "films: the engine was opened without them");
}

mr_status mr_film_at(const mr_engine *engine, size_t index, mr_film *out) {
    MR_REQUIRE(engine);
    MR_REQUIRE(out);
    MR_TRY(check_films(engine));
    if (index >= mr_film_count(engine))
        return mr_fail(MR_E_NOT_FOUND, "film %zu: the catalogue holds %zu", index,
                       mr_film_count(engine));
    *out = mr_film_of(mr_catalogue_entry(engine->catalogue, index));
    return MR_OK;
}

mr_status mr_film_find(const mr_engine *engine, const char *id, mr_film *out) {
    MR_REQUIRE(engine);
    MR_REQUIRE(id);
    MR_REQUIRE(out);
    MR_TRY(check_films(engine));
    long index = mr_catalogue_find(engine->catalogue, id);
    if (index < 0)
        return mr_fail(MR_E_NOT_FOUND, "film %s: not in the catalogue", id);
    return mr_film_at(engine, (size_t)index, out);
}

bool mr_film_language_is_known(const mr_engine *engine, const char *language) {
    return engine != NULL && engine->catalogue != NULL && language != NULL &&
           mr_catalogue_find_language(engine->catalogue, language) >= 0;
}

size_t mr_film_search(const mr_engine *engine, const char *title, mr_film *out, size_t most) {
    if (engine == NULL || engine->catalogue == NULL || title == NULL || out == NULL)
        return 0;
    size_t films = mr_film_count(engine);
    most = most < films ? most : films;
    mr_title_match *matches = calloc(most + 1, sizeof *matches);
    size_t count =
        matches != NULL ? mr_catalogue_search(engine->catalogue, title, 0, matches, most) : 0;
    for (size_t i = 0; i < count; i++)
        out[i] = mr_film_of(mr_catalogue_entry(engine->catalogue, matches[i].film));
    free(matches);
    return count;
}
