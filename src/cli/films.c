#include "cli/films.h"

#include "base/file.h"
#include "moodreel/moodreel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMED 5 /* films that are named when it is not clear which is meant */

mr_status mr_cli_catalogue_path(const char *named, char **out) {
    char *home = NULL;
    if (!named)
        MR_TRY(mr_find_home(&home));
    *out = named ? strdup(named) : mr_path_join(home, "data/films.csv");
    free(home);
    return *out ? MR_OK : mr_fail(MR_E_MEMORY, "catalogue: no memory for a path");
}

mr_status mr_cli_catalogue_load(const char *named, mr_catalogue **out) {
    char *path;
    MR_TRY(mr_cli_catalogue_path(named, &path));
    mr_status status = mr_catalogue_load(path, out);
    free(path);
    return status;
}

/* Cuts the year off "Title (2001)"; 0 where there is none. */
static int take_year(char *name) {
    char *open = strrchr(name, '(');
    int year = 0, end = 0;
    if (!open || open == name || sscanf(open, "(%4d)%n", &year, &end) != 1 || open[end] != 0 ||
        year <= 0)
        return 0;
    *open = 0;
    return year;
}

/* How many of the nearest films are equally near. */
static size_t equally_near(const mr_title_match *match, size_t count) {
    size_t same = 0;
    while (same < count && match[same].distance == match[0].distance)
        same++;
    return same;
}

static mr_status ask_which(const mr_catalogue *catalogue, const char *name,
                           const mr_title_match *match, size_t count) {
    char list[1024] = "";
    for (size_t i = 0; i < count && i < MOST_NAMED; i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, match[i].film);
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%.80s (%d) %.40s", i ? "; " : "", film->title,
                 film->year, film->id);
    }
    return mr_fail(MR_E_NOT_FOUND, "film %s: which is meant? %s", name, list);
}

/* A number of Wikidata, which is never taken for a title with typing errors. */
static bool is_wikidata_id(const char *name) {
    return name[0] == 'Q' && name[1] && name[1 + strspn(name + 1, "0123456789")] == 0;
}

/* `title` is a copy of the name, which is cut. */
static mr_status find(const mr_catalogue *catalogue, const char *name, char *title,
                      const mr_catalogue_film **out) {
    long film = mr_catalogue_find(catalogue, name);
    if (film < 0) {
        int year = take_year(title);
        mr_title_match match[MOST_NAMED + 1];
        size_t count = is_wikidata_id(name)
                           ? 0
                           : mr_catalogue_search(catalogue, title, year, match, MOST_NAMED + 1);
        if (count == 0)
            return mr_fail(MR_E_NOT_FOUND, "film %s: not in the catalogue", name);
        count = equally_near(match, count);
        if (count > 1)
            return ask_which(catalogue, name, match, count);
        film = match[0].film;
    }
    *out = mr_catalogue_entry(catalogue, (size_t)film);
    return MR_OK;
}

mr_status mr_cli_film_named(const mr_catalogue *catalogue, const char *name,
                            const mr_catalogue_film **out) {
    char *title = strdup(name);
    mr_status status = title ? find(catalogue, name, title, out)
                             : mr_fail(MR_E_MEMORY, "film: no memory for its title");
    free(title);
    return status;
}
