/* moodreel serve: the page and the API, until a signal ends it. */
#include "base/log.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/store.h"
#include "server/server.h"
#include "json/json.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

struct settings {
    mr_cli_engine_settings engine;
    const char *listen, *store, *key_file, *web;
    mr_cli_list origins;
    int workers, connections, streams, rate, ethnicity, learn;
    bool no_age, no_gender, no_ethnicity, no_emotion;
    bool trusted_proxy, secure_cookies, quiet, json;
};

static const char *const switches[] = {"off", "on", NULL};

static const mr_cli_option options[] = {
    MR_CLI_STRING("listen", 0, struct settings, listen, "ADDRESS:PORT", "where to listen"),
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_STRING("key-file", 0, struct settings, key_file, "FILE",
                  "key that clients must know, one line; needed off the loopback address"),
    MR_CLI_LIST("origin", 0, struct settings, origins, "URL",
                "origin of the page behind a proxy, https://films.example; may be repeated"),
    MR_CLI_FLAG("trusted-proxy", 0, struct settings, trusted_proxy,
                "take address and scheme from X-Forwarded-For and X-Forwarded-Proto"),
    MR_CLI_FLAG("secure-cookies", 0, struct settings, secure_cookies, "cookies for TLS alone"),
    MR_CLI_FLAG("no-age", 0, struct settings, no_age, "never estimate the age"),
    MR_CLI_FLAG("no-gender", 0, struct settings, no_gender, "never estimate the gender"),
    MR_CLI_FLAG("no-ethnicity", 0, struct settings, no_ethnicity, "never estimate the ethnicity"),
    MR_CLI_FLAG("no-emotion", 0, struct settings, no_emotion, "never estimate the emotion"),
    MR_CLI_CHOICE("ethnicity", 0, struct settings, ethnicity, switches,
                  "whether to estimate it without being asked to"),
    MR_CLI_INT("workers", 0, struct settings, workers, "N", 1, 256,
               "threads that look at pictures; one for each processor, 64 at most"),
    MR_CLI_INT("connections", 0, struct settings, connections, "N", 8, 65536,
               "most connections at once"),
    MR_CLI_INT("streams", 0, struct settings, streams, "N", 1, 4096,
               "most live streams at once; one address may have half of them"),
    MR_CLI_INT("rate", 0, struct settings, rate, "N", 1, 1000000,
               "requests to the API a second from one address, and twice as many at once"),
    MR_CLI_INT("learn-minutes", 0, struct settings, learn, "N", 0, 100000,
               "minutes between two times of learning from what viewers like; 0: never"),
    MR_CLI_STRING("web", 0, struct settings, web, "DIR", "the page, instead of the shipped one"),
    MR_CLI_ENGINE_ROWS(struct settings, engine),
    MR_CLI_FLAG("quiet", 'q', struct settings, quiet, "no line for each request"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the address as one JSON object"),
};

static const mr_cli_usage usage = {
    "serve",
    NULL,
    0,
    0,
    "Serves the page and the API over HTTP. SIGHUP loads models, catalogue, page and key anew;\n"
    "SIGINT and SIGTERM end what is at work, then the program.",
    options,
    MR_COUNT(options)};

/* Files and sockets that a full house needs; what the system grants has to do. */
static void allow_open_files(int connections) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        mr_log(MR_LOG_WARNING, "serve: the system allows fewer open files than %d connections need",
               connections);
}

static mr_server_options server_options(const struct settings *settings) {
    mr_server_options made = mr_server_options_defaults();
    made.listen = settings->listen;
    made.key_file = settings->key_file;
    made.web = settings->web;
    made.origin_count = settings->origins.count;
    memcpy(made.origins, settings->origins.items, sizeof made.origins);
    made.trusted_proxy = settings->trusted_proxy;
    made.secure_cookies = settings->secure_cookies;
    made.ethnicity = settings->ethnicity == 1;
    made.workers = settings->workers;
    made.connections = (size_t)settings->connections;
    made.streams = (size_t)settings->streams;
    made.learn_minutes = settings->learn;
    made.rate = settings->rate;
    made.burst = 2.0 * settings->rate;
    made.engine.detector = (mr_detector_kind)settings->engine.detector;
    made.engine.threads = settings->engine.threads;
    made.engine.mirror = !settings->engine.no_mirror;
    made.engine.attributes = (mr_attribute_set){!settings->no_age, !settings->no_gender,
                                                !settings->no_ethnicity, !settings->no_emotion};
    return made;
}

_Static_assert(MR_CLI_LIST_MAX == MR_ORIGINS_MAX, "a list of origins is copied whole");

/* Waits for signals, which no other thread takes. */
static void serve_until_told(mr_server *server, const sigset_t *signals) {
    for (int number; sigwait(signals, &number) == 0;) {
        if (number != SIGHUP)
            return;
        if (mr_server_reload(server) == MR_OK)
            fputs("moodreel: serve: loaded anew\n", stderr);
        else
            fprintf(stderr, "moodreel: serve: not loaded anew: %s\n", mr_last_error());
    }
}

/* Whoever waits for this line can connect. */
static mr_status tell_address(const char *address, bool json) {
    if (json)
        MR_TRY(mr_json_print(json_pack("{s:s}", "address", address)));
    else
        printf("Moodreel is at %s\n", address);
    fflush(stdout);
    return MR_OK;
}

static int serve(const mr_server_options *chosen, bool json, const sigset_t *signals) {
    mr_server *server;
    if (mr_server_start(chosen, &server) != MR_OK)
        return mr_cli_failed("serve");
    int code = MR_EXIT_OK;
    if (tell_address(mr_server_address(server), json) == MR_OK)
        serve_until_told(server, signals);
    else
        code = mr_cli_failed("serve");
    mr_server_stop(server);
    return code;
}

int mr_cmd_serve(int argc, char **argv) {
    mr_server_options defaults = mr_server_options_defaults();
    struct settings settings = {.engine = mr_cli_engine_defaults(),
                                .listen = defaults.listen,
                                .connections = (int)defaults.connections,
                                .streams = (int)defaults.streams,
                                .rate = (int)defaults.rate,
                                .learn = (int)defaults.learn_minutes};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &none, &code))
        return code;
    if (settings.no_ethnicity && settings.ethnicity == 1)
        return mr_cli_misuse("serve", "--ethnicity on and --no-ethnicity exclude each other");
    mr_log_set_level(settings.quiet ? MR_LOG_WARNING : MR_LOG_INFO);
    allow_open_files(settings.connections);
    /* Before any thread is started, so that all of them leave the signals to this one. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of that write */
    mr_server_options chosen = server_options(&settings);
    if (mr_cli_store_open(settings.store, &chosen.store) != MR_OK)
        return mr_cli_failed("serve");
    code = serve(&chosen, settings.json, &signals);
    mr_store_close(chosen.store);
    return code;
}
