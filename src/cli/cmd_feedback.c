/* moodreel feedback: stores what a viewer says of a film. */
#include "cli/commands.h"
#include "cli/films.h"
#include "cli/store.h"
#include "json/viewer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct settings {
    const char *viewer, *film, *store;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_NEEDED("viewer", 0, struct settings, viewer, "NAME", "who says so; made when it is new"),
    MR_CLI_NEEDED("film", 0, struct settings, film, "FILM",
                  "its id, or its title, with (year) where there are several"),
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "feedback",
    "like|dislike|seen|rating=1..5",
    1,
    1,
    "Stores what a viewer says of a film, in the place of what was said of it before. It counts "
    "at\n"
    "once: 'recommend --viewer NAME' heeds it, and does not offer that film again.",
    options,
    MR_COUNT(options)};

/* Reads "like", "dislike", "seen" or "rating=4". */
static bool read_opinion(const char *text, mr_feedback *feedback) {
    const char *digit = text + strlen("rating=");
    if (strncmp(text, "rating=", strlen("rating=")) == 0) {
        feedback->kind = MR_FEEDBACK_RATING;
        feedback->rating = *digit - '0';
        return *digit >= '1' && *digit <= '5' && digit[1] == 0;
    }
    int kind = mr_feedback_from_label(text);
    if (kind < 0 || kind == MR_FEEDBACK_RATING)
        return false;
    feedback->kind = (mr_feedback_kind)kind;
    return true;
}

static mr_status remember(const struct settings *settings, const mr_feedback *feedback) {
    mr_store *store;
    MR_TRY(mr_cli_store_open(settings->store, &store));
    mr_status status = mr_store_ensure_viewer(store, settings->viewer);
    if (status == MR_OK)
        status = mr_store_add_feedback(store, settings->viewer, feedback);
    mr_store_close(store);
    return status;
}

static mr_status answer(const struct settings *settings, const char *opinion,
                        const mr_catalogue_film *film, const mr_feedback *feedback) {
    if (settings->json)
        return mr_json_print(json_pack("{s:s, s:o}", "viewer", settings->viewer, "feedback",
                                       mr_json_opinion(film->title, film->year, feedback)));
    printf("%s: %s: %s", settings->viewer, opinion, film->title);
    if (film->year)
        printf(" (%d)", film->year);
    putchar('\n');
    return MR_OK;
}

static mr_status give(const struct settings *settings, const char *opinion,
                      const mr_catalogue *catalogue, mr_feedback feedback) {
    const mr_catalogue_film *film;
    MR_TRY(mr_cli_film_named(catalogue, settings->film, &film));
    feedback.film = film->id;
    MR_TRY(remember(settings, &feedback));
    return answer(settings, opinion, film, &feedback);
}

static mr_status give_with_catalogue(const struct settings *settings, const char *opinion,
                                     mr_feedback feedback) {
    mr_catalogue *catalogue;
    MR_TRY(mr_cli_catalogue_load(NULL, &catalogue));
    mr_status status = give(settings, opinion, catalogue, feedback);
    mr_catalogue_free(catalogue);
    return status;
}

int mr_cmd_feedback(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands operands;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &operands, &code) ||
        !mr_cli_check_viewer("feedback", settings.viewer, &code))
        return code;
    const char *opinion = operands.items[0];
    mr_feedback feedback = {.at = time(NULL)};
    if (!read_opinion(opinion, &feedback))
        return mr_cli_misuse("feedback", "'%s': expected like, dislike, seen or rating=1..5",
                             opinion);
    return give_with_catalogue(&settings, opinion, feedback) == MR_OK ? MR_EXIT_OK
                                                                      : mr_cli_failed("feedback");
}
