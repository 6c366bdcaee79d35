/* moodreel export viewer: all that is kept of a viewer. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/films.h"
#include "cli/store.h"
#include "json/viewer.h"

struct settings {
    const char *store;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object, as it does anyway"),
};

static const mr_cli_usage usage = {"export viewer",
                                   "NAME",
                                   1,
                                   1,
                                   "Prints all that is kept of a viewer, as one JSON object.",
                                   options,
                                   MR_COUNT(options)};

static mr_status read_viewer(const char *url, const char *name, int64_t *since,
                             mr_history *history) {
    mr_store *store;
    MR_TRY(mr_cli_store_open(url, &store));
    mr_status status = mr_store_viewer_since(store, name, since);
    if (status == MR_OK)
        status = mr_store_history(store, name, history);
    mr_store_close(store);
    return status;
}

static mr_status export_viewer(const char *url, const char *name) {
    int64_t since;
    mr_history history;
    mr_catalogue *catalogue; /* alone, so that no broken model keeps people from their data */
    MR_TRY(read_viewer(url, name, &since, &history));
    mr_status status = mr_cli_catalogue_load(NULL, &catalogue);
    if (status == MR_OK) {
        status = mr_json_print(mr_json_history(catalogue, name, since, &history));
        mr_catalogue_free(catalogue);
    }
    mr_history_free(&history);
    return status;
}

static int run_viewer(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands names;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &names, &code) ||
        !mr_cli_check_viewer("export viewer", names.items[0], &code))
        return code;
    return export_viewer(settings.store, names.items[0]) == MR_OK ? MR_EXIT_OK
                                                                  : mr_cli_failed("export viewer");
}

static const mr_cli_command commands[] = {
    {"viewer", "all that is kept of a viewer", run_viewer},
};

static const mr_cli_table table = {"export", "Prints what Moodreel keeps.", commands,
                                   MR_COUNT(commands)};

int mr_cmd_export(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
