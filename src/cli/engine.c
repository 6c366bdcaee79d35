#include "cli/engine.h"

#define LABEL(name, label) label,
const char *const mr_cli_detectors[] = {MR_DETECTORS(LABEL) NULL};

mr_cli_engine_settings mr_cli_engine_defaults(void) {
    mr_options options = mr_options_defaults();
    return (mr_cli_engine_settings){options.detector, options.threads, !options.mirror};
}

mr_status mr_cli_engine_open(const mr_cli_engine_settings *settings, bool films,
                             mr_cli_engine *out) {
    mr_options options = mr_options_defaults();
    options.detector = (mr_detector_kind)settings->detector;
    options.threads = settings->threads;
    options.mirror = !settings->no_mirror;
    options.films = films;
    mr_cli_engine opened = {0};
    mr_status status = mr_engine_open(&options, &opened.engine);
    if (status == MR_OK)
        status = mr_session_create(opened.engine, &opened.session);
    if (status != MR_OK) {
        mr_cli_engine_close(&opened);
        return status;
    }
    *out = opened;
    return MR_OK;
}

void mr_cli_engine_close(mr_cli_engine *engine) {
    mr_session_free(engine->session);
    mr_engine_free(engine->engine);
    *engine = (mr_cli_engine){0};
}
