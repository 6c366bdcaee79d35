/* moodreel erase: forgets a viewer, or those who have not been there for long. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "json/json.h"

#include <stdio.h>
#include <time.h>

struct settings {
    const char *store;
    int days; /* 0: not given */
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "erase viewer",
    "NAME",
    1,
    1,
    "Forgets a viewer and all that the viewer said. This cannot be taken back.",
    options,
    MR_COUNT(options)};

static mr_status erase_viewer(const struct settings *settings, const char *name) {
    mr_store *store;
    MR_TRY(mr_cli_store_open(settings->store, &store));
    mr_status status = mr_store_erase_viewer(store, name);
    mr_store_close(store);
    if (status == MR_OK && settings->json)
        return mr_json_print(json_pack("{s:s}", "erased", name));
    if (status == MR_OK)
        printf("%s: erased\n", name);
    return status;
}

static int run_viewer(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands names;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &names, &code) ||
        !mr_cli_check_viewer("erase viewer", names.items[0], &code))
        return code;
    return erase_viewer(&settings, names.items[0]) == MR_OK ? MR_EXIT_OK
                                                            : mr_cli_failed("erase viewer");
}

static const mr_cli_option unused_options[] = {
    MR_CLI_INT("days", 0, struct settings, days, "N", 1, 36500, "for so many days (needed)"),
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage unused_usage = {
    "erase unused",
    NULL,
    0,
    0,
    "Forgets all viewers who have said nothing for N days, and were made before.",
    unused_options,
    MR_COUNT(unused_options)};

static mr_status erase_unused(const struct settings *settings) {
    mr_store *store;
    size_t erased;
    MR_TRY(mr_cli_store_open(settings->store, &store));
    int64_t before = (int64_t)time(NULL) - (int64_t)settings->days * 24 * 60 * 60;
    mr_status status = mr_store_erase_unused(store, before, &erased);
    mr_store_close(store);
    if (status == MR_OK && settings->json)
        return mr_json_print(json_pack("{s:I}", "erased", (json_int_t)erased));
    if (status == MR_OK)
        printf("%zu viewer%s erased\n", erased, erased == 1 ? "" : "s");
    return status;
}

static int run_unused(int argc, char **argv) {
    struct settings settings = {0};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&unused_usage, argc, argv, &settings, &none, &code))
        return code;
    if (settings.days == 0)
        return mr_cli_misuse("erase unused", "--days is needed");
    return erase_unused(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed("erase unused");
}

static const mr_cli_command commands[] = {
    {"viewer", "a viewer and all that the viewer said", run_viewer},
    {"unused", "viewers who have said nothing for some days", run_unused},
};

static const mr_cli_table table = {"erase", "Forgets what Moodreel keeps.", commands,
                                   MR_COUNT(commands)};

int mr_cmd_erase(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
