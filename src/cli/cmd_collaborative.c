/* moodreel train collaborative, moodreel evaluate recommender: what people like who liked the same
 * films, on MovieLens-1M. */
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/films.h"
#include "cli/options.h"
#include "cli/program.h"
#include "cli/store.h"
#include "learn/build_collaborative.h"
#include "learn/evaluate_recommender.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

#define MODEL_ROWS(owner, model)                                                                   \
    MR_CLI_FLOAT("user-power", 0, owner, model.user_power, "A", 0, 1,                              \
                 "users count with (number of likes)^-A"),                                         \
        MR_CLI_FLOAT("ridge", 0, owner, model.ridge, "L", 0.01, 1e6, "of EASE"),                   \
        MR_CLI_FLOAT("column-power", 0, owner, model.column_power, "T", 0, 1,                      \
                     "of the inverse's diagonal, by which weights are divided"),                   \
        MR_CLI_INT("rank", 0, owner, model.rank, "K", 1, 1024,                                     \
                   "directions that the low-pass filter keeps"),                                   \
        MR_CLI_FLOAT("low-pass", 0, owner, model.low_pass, "W", 0, 100,                            \
                     "weight of the filter beside EASE"),                                          \
        MR_CLI_INT("links", 0, owner, model.links, "N", 0, 65535,                                  \
                   "strongest links kept of each film; 0: all"),                                   \
        MR_CLI_FLOAT("prior-weight", 0, owner, model.prior_weight, "W", 0, 1000,                   \
                     "of what people of the same age and gender like"),                            \
        MR_CLI_FLOAT("prior-half", 0, owner, model.prior_half, "N", 0.001, 1e6,                    \
                     "clicks at which that has lost three quarters of its weight"),                \
        MR_CLI_FLOAT("prior-people", 0, owner, model.prior_people, "N", 1, 1e6,                    \
                     "people of the wider group that are added to each age and gender")

/* ---- train ---------------------------------------------------------------------------------- */

struct train_settings {
    const char *ratings, *films, *out;
    mr_collaborative_params model;
    bool json;
};

static const mr_cli_option train_options[] = {
    MR_CLI_STRING("data", 0, struct train_settings, ratings, "DIR",
                  "folder of MovieLens-1M; what 'import movielens' kept unless given"),
    MR_CLI_NEEDED("out", 0, struct train_settings, out, "DIR", "folder of the model"),
    MR_CLI_STRING("films", 0, struct train_settings, films, "FILE.csv",
                  "the catalogue; data/films.csv of the home folder unless given"),
    MODEL_ROWS(struct train_settings, model),
    MR_CLI_FLAG("json", 0, struct train_settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage train_usage = {
    "train collaborative",
    NULL,
    0,
    0,
    "Learns from all ratings of 4 and 5 which films are liked by those who like another one, and "
    "by\n"
    "people of each age and gender, and keeps the films that the catalogue has.",
    train_options,
    MR_COUNT(train_options)};

static mr_status print_built(const struct train_settings *settings, const mr_collaborative_built *b,
                             double seconds) {
    if (settings->json)
        return mr_json_print(
            json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:f, s:I, s:f}", "task", "collaborative",
                      "out", mr_json_text(settings->out), "users", (json_int_t)b->users, "films",
                      (json_int_t)b->films, "ratings", (json_int_t)b->ratings, "films_mapped",
                      (json_int_t)b->mapped, "share_of_ratings_mapped", b->likes_mapped, "links",
                      (json_int_t)b->links, "seconds", seconds));
    printf("%zu ratings of %zu films by %zu users; %zu of the films, with %.1f %% of the ratings, "
           "are in\nthe catalogue and have %zu links\n",
           b->ratings, b->films, b->users, b->mapped, 100 * b->likes_mapped, b->links);
    return MR_OK;
}

static mr_status train_on(const struct train_settings *settings, const char *ratings) {
    mr_catalogue *catalogue;
    mr_collaborative_built built;
    double started = mr_now();
    MR_TRY(mr_cli_catalogue_load(settings->films, &catalogue));
    mr_status status =
        mr_build_collaborative(ratings, catalogue, &settings->model, settings->out, &built);
    mr_catalogue_free(catalogue);
    MR_TRY(status);
    return print_built(settings, &built, mr_now() - started);
}

static mr_status train(const struct train_settings *settings) {
    char *ratings;
    MR_TRY(mr_cli_ratings_folder(settings->ratings, &ratings));
    mr_status status = train_on(settings, ratings);
    free(ratings);
    return status;
}

int mr_cmd_train_collaborative(int argc, char **argv) {
    struct train_settings settings = {.model = mr_collaborative_params_defaults()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&train_usage, argc, argv, &settings, &none, &code))
        return code;
    return train(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed(train_usage.command);
}

/* ---- evaluate ------------------------------------------------------------------------------- */

struct evaluate_settings {
    mr_evaluate_recommender_params params;
    bool json;
};

#define LABEL(name, label) label,
static const char *const protocols[] = {MR_PROTOCOLS(LABEL) NULL};

static const mr_cli_option evaluate_options[] = {
    MR_CLI_STRING("ratings", 0, struct evaluate_settings, params.ratings, "DIR",
                  "folder of MovieLens-1M; what 'import movielens' kept unless given"),
    MR_CLI_CHOICE("protocol", 0, struct evaluate_settings, params.protocol, protocols,
                  "what is held out, and what is ranked"),
    MR_CLI_INT("fold", 0, struct evaluate_settings, params.fold, "N", 0, MR_RATINGS_FOLDS - 1,
               "published fold, of full"),
    MR_CLI_FLAG("validation", 0, struct evaluate_settings, params.validation,
                "leave the test part alone and judge on a part of what is learned from"),
    MR_CLI_FLOAT("half-life", 0, struct evaluate_settings, params.half_life, "DAYS", 0, 1e6,
                 "in which a click loses half of its weight; 0: never"),
    MODEL_ROWS(struct evaluate_settings, params.model),
    MR_CLI_INT("neighbours", 0, struct evaluate_settings, params.neighbours, "N", 1, 65535,
               "of item-kNN, for comparison"),
    MR_CLI_FLOAT("ease-ridge", 0, struct evaluate_settings, params.ease, "L", 0.01, 1e6,
                 "of EASE alone, for comparison"),
    MR_CLI_FLAG("json", 0, struct evaluate_settings, json, "print one JSON object"),
};

static const mr_cli_usage evaluate_usage = {
    "evaluate recommender",
    NULL,
    0,
    0,
    "Judges the program's blend and its collaborative filter on MovieLens-1M, beside "
    "most-popular,\n"
    "item-kNN and EASE alone in the same run: full (a published fold), leave-one-out (against 99\n"
    "films), cold (only age and gender known) or few-clicks (after 0, 1, 2, 5, 10 and 20 clicks).",
    evaluate_options,
    MR_COUNT(evaluate_options)};

static json_t *figures_of(const mr_ranker_figures *f) {
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:[f,f], s:[f,f], s:f, s:[f,f]}",
                     "hr_at_10", f->hit, "ndcg_at_10", f->ndcg, "recall_at_10", f->recall,
                     "precision_at_10", f->precision, "mrr_at_10", f->reciprocal, "coverage",
                     f->coverage, "novelty", f->novelty, "popularity", f->popularity,
                     "hr_at_10_interval", f->hit_interval.low, f->hit_interval.high,
                     "ndcg_at_10_interval", f->ndcg_interval.low, f->ndcg_interval.high,
                     "ndcg_over_most_popular", f->lift, "ndcg_over_most_popular_interval",
                     f->lift_interval.low, f->lift_interval.high);
}

/* Adds the filter's figures, those of the program's whole blend under "blend", and those of the
 * usual recommenders under "baselines". */
static void add_figures(json_t *object, const mr_ranker_figures figures[MR_RANKER_COUNT]) {
    json_t *ours = figures_of(&figures[MR_RANKER_OURS]), *baselines = json_object();
    json_object_update(object, ours);
    json_decref(ours);
    json_object_set_new(object, mr_ranker_label(MR_RANKER_BLEND),
                        figures_of(&figures[MR_RANKER_BLEND]));
    for (int r = 0; r < MR_RANKER_COUNT; r++)
        if (r != MR_RANKER_OURS && r != MR_RANKER_BLEND)
            json_object_set_new(baselines, mr_ranker_label((mr_ranker)r), figures_of(&figures[r]));
    json_object_set_new(object, "baselines", baselines);
}

static json_t *report_of(const mr_recommender_report *report) {
    json_t *object = json_pack("{s:s, s:i, s:I, s:I}", "protocol",
                               mr_protocol_label(report->protocol), "fold", report->fold, "users",
                               (json_int_t)report->users, "films", (json_int_t)report->films);
    add_figures(object, report->figures[report->steps - 1]);
    if (report->ceiling > 0)
        json_object_set_new(object, "ceiling_ndcg_at_10", json_real(report->ceiling));
    if (report->steps == 1)
        return object;
    json_t *steps = json_array();
    for (int s = 0; s < report->steps; s++) {
        json_t *step = json_pack("{s:i}", "clicks", report->clicks[s]);
        add_figures(step, report->figures[s]);
        json_array_append_new(steps, step);
    }
    json_object_set_new(object, "steps", steps);
    return object;
}

static void print_report(const mr_recommender_report *report) {
    printf("%s: %zu users, %zu films\n", mr_protocol_label(report->protocol), report->users,
           report->films);
    for (int s = 0; s < report->steps; s++) {
        if (report->steps > 1)
            printf("\nafter %d clicks\n", report->clicks[s]);
        printf("%-14s %8s %8s %10s %8s %8s %8s %8s %8s   %-15s %s\n", "", "hr@10", "ndcg@10",
               "recall@10", "prec@10", "mrr@10", "coverage", "novelty", "popular", "ndcg, 95 %",
               "over most popular, 95 %");
        for (int r = 0; r < MR_RANKER_COUNT; r++) {
            const mr_ranker_figures *f = &report->figures[s][r];
            printf("%-14s %8.4f %8.4f %10.4f %8.4f %8.4f %8.4f %8.3f %8.4f   %.4f-%.4f   %.3f "
                   "%.3f-%.3f\n",
                   mr_ranker_label((mr_ranker)r), f->hit, f->ndcg, f->recall, f->precision,
                   f->reciprocal, f->coverage, f->novelty, f->popularity, f->ndcg_interval.low,
                   f->ndcg_interval.high, f->lift, f->lift_interval.low, f->lift_interval.high);
        }
    }
    if (report->ceiling > 0)
        printf("\nno list for each age group and gender can have an ndcg@10 above %.4f, %.3f times "
               "that of most-popular\n",
               report->ceiling,
               report->ceiling / report->figures[report->steps - 1][MR_RANKER_POPULAR].ndcg);
}

static mr_status evaluate(const struct evaluate_settings *settings) {
    mr_evaluate_recommender_params params = settings->params;
    mr_recommender_report report;
    char *ratings;
    mr_cli_program program = {0};
    MR_TRY(mr_cli_ratings_folder(params.ratings, &ratings));
    params.ratings = ratings;
    mr_status status = mr_cli_program_load(NULL, &program);
    params.program = program.recommender;
    if (status == MR_OK)
        status = mr_evaluate_recommender(&params, &report);
    mr_cli_program_free(&program);
    free(ratings);
    MR_TRY(status);
    if (settings->json)
        return mr_json_print(report_of(&report));
    print_report(&report);
    return MR_OK;
}

int mr_cmd_evaluate_recommender(int argc, char **argv) {
    struct evaluate_settings settings = {.params = mr_evaluate_recommender_defaults()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&evaluate_usage, argc, argv, &settings, &none, &code))
        return code;
    return evaluate(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed(evaluate_usage.command);
}
