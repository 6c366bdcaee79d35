/*
 * The engine that analyze, recommend and bench open in the same way, and its options.
 *
 *     struct settings { mr_cli_engine_settings engine; … };
 *     static const mr_cli_option options[] = {MR_CLI_ENGINE_ROWS(struct settings, engine), …};
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_ENGINE_H
#define MR_CLI_ENGINE_H

#include "cli/options.h"
#include "moodreel/moodreel.h"

typedef struct mr_cli_engine_settings {
    int detector; /* mr_detector_kind */
    int threads;
    bool no_mirror;
} mr_cli_engine_settings;

/* The defaults of the library. */
mr_cli_engine_settings mr_cli_engine_defaults(void);

/* Labels of mr_detector_kind, ended by NULL. */
extern const char *const mr_cli_detectors[];

#define MR_CLI_ENGINE_ROWS(owner, field)                                                           \
    MR_CLI_CHOICE("detector", 0, owner, field.detector, mr_cli_detectors, "what finds the faces"), \
        MR_CLI_INT("threads", 0, owner, field.threads, "N", 1, 256, "compute threads"),            \
        MR_CLI_FLAG("no-mirror", 0, owner, field.no_mirror,                                        \
                    "half the time: do not average each face with its mirror image")

/* An engine and one session on it. */
typedef struct mr_cli_engine {
    mr_engine *engine;
    mr_session *session;
} mr_cli_engine;

/* Opens both; `films` also loads the recommender. */
mr_status mr_cli_engine_open(const mr_cli_engine_settings *settings, bool films,
                             mr_cli_engine *out);
void mr_cli_engine_close(mr_cli_engine *engine);

#endif
