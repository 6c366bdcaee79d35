/* moodreel analyze: the faces of pictures and what is estimated of them. */
#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/picture.h"
#include "cli/text.h"
#include "image/image.h"
#include "json/json.h"

#include <limits.h>

struct settings {
    mr_cli_engine_settings engine;
    const char *draw;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_ENGINE_ROWS(struct settings, engine),
    MR_CLI_STRING("draw", 0, struct settings, draw, "OUT.png",
                  "also write the picture with its faces marked"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON array, an object a picture"),
};

static const mr_cli_usage usage = {
    "analyze",
    "IMAGE...",
    1,
    INT_MAX,
    "Finds the faces in JPEG, PNG and WebP pictures and estimates age, gender, ethnicity and\n"
    "emotion of each. A picture that cannot be read is reported; the others are still analysed.\n"
    "'-' is a picture on standard input.",
    options,
    MR_COUNT(options)};

/* Analyses one picture, and prints it or adds it to the list. */
static mr_status analyze(mr_session *session, const struct settings *settings, const char *path,
                         json_t *list) {
    mr_analysis analysis;
    MR_TRY(mr_cli_analyze(session, path, &analysis));
    if (settings->json)
        json_array_append_new(list, mr_json_analysis(path, &analysis));
    else
        mr_text_analysis(path, &analysis);
    mr_status status = settings->draw ? mr_draw_analysis(path, &analysis, settings->draw) : MR_OK;
    mr_analysis_free(&analysis);
    return status;
}

/* The exit code: that of the worst picture. */
static int analyze_all(mr_session *session, const struct settings *settings,
                       const mr_cli_operands *images, json_t *list) {
    int code = MR_EXIT_OK;
    /* Lines that are printed as they come are progress enough. */
    mr_progress progress = mr_progress_begin("pictures", images->count);
    progress.shown = progress.shown && settings->json;
    for (int i = 0; i < images->count; i++) {
        if (analyze(session, settings, images->items[i], list) != MR_OK)
            code = mr_cli_failed("analyze");
        mr_progress_update(&progress, i + 1);
    }
    mr_progress_end(&progress);
    return code;
}

int mr_cmd_analyze(int argc, char **argv) {
    struct settings settings = {.engine = mr_cli_engine_defaults()};
    mr_cli_operands images;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &images, &code))
        return code;
    if (settings.draw && images.count > 1)
        return mr_cli_misuse("analyze", "--draw: takes one picture, found %d", images.count);
    if (settings.draw && mr_cli_is_standard_input(images.items[0]))
        return mr_cli_misuse("analyze", "--draw: needs a picture in a file, found '-'");
    if (settings.draw && mr_is_same_file(settings.draw, images.items[0]))
        return mr_cli_misuse("analyze", "--draw: %s is the picture that is read", settings.draw);
    if (settings.draw && mr_image_check_name(settings.draw) != MR_OK)
        return mr_cli_misuse("analyze", "--draw: %s", mr_last_error());
    mr_cli_engine engine;
    if (mr_cli_engine_open(&settings.engine, false, &engine) != MR_OK)
        return mr_cli_failed("analyze");
    json_t *list = json_array();
    code = analyze_all(engine.session, &settings, &images, list);
    mr_cli_engine_close(&engine);
    /* A job that failed altogether says so by its exit code and prints no document. */
    bool failed = code != MR_EXIT_OK && json_array_size(list) == 0;
    if (!settings.json || failed)
        json_decref(list);
    else if (mr_json_print(list) != MR_OK)
        return mr_cli_failed("analyze");
    return code;
}
