/* The program: its table of subcommands, and what holds for all of them. */
#include "cli/command.h"
#include "cli/commands.h"
#include "moodreel/moodreel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const mr_cli_command commands[] = {
    {"analyze", "age, gender, ethnicity and emotion of the faces in pictures", mr_cmd_analyze},
    {"recommend", "films for the people in a picture, or for a stated viewer", mr_cmd_recommend},
    {"watch", "people and films, from a video file, a camera or a stream", mr_cmd_watch},
    {"feedback", "store what a viewer says of a film", mr_cmd_feedback},
    {"export", "all that is kept of a viewer", mr_cmd_export},
    {"erase", "forget a viewer", mr_cmd_erase},
    {"import", "an operator's own films, or ratings", mr_cmd_import},
    {"serve", "the page and the API over HTTP", mr_cmd_serve},
    {"train", "train a network or the forest on a data set", mr_cmd_train},
    {"evaluate", "judge a model on labelled data", mr_cmd_evaluate},
    {"calibrate", "fit a trained network's probabilities to how right they are", mr_cmd_calibrate},
    {"factor", "make a smaller network out of a trained one", mr_cmd_factor},
    {"bench", "how fast each stage is on this machine", mr_cmd_bench},
};

static const mr_cli_table program = {
    "",
    "Moodreel looks at a face and recommends films: age, gender, ethnicity and emotion are\n"
    "estimated by networks on this machine; no picture leaves it.",
    commands, MR_COUNT(commands)};

/*
 * OpenMP reads OMP_WAIT_POLICY before main() begins. Its default makes idle threads spin, which
 * costs a busy machine two to four times the time, so the program starts itself once more with
 * another one. Where that is not possible it merely runs slower.
 */
static void prefer_passive_waiting(char **argv) {
    if (getenv("OMP_WAIT_POLICY") || setenv("OMP_WAIT_POLICY", "passive", 1) != 0)
        return;
    execv("/proc/self/exe", argv);
}

/* A full disk or a closed pipe shows when the last bytes leave. */
static int flush_output(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "moodreel: standard output: %s\n", strerror(errno));
    return code == MR_EXIT_OK ? MR_EXIT_FAILED : code;
}

int main(int argc, char **argv) {
    prefer_passive_waiting(argv);
    if (argc == 2 && !strcmp(argv[1], "--version")) {
        printf("moodreel %s\n", mr_version());
        return flush_output(MR_EXIT_OK);
    }
    return flush_output(mr_cli_run(&program, argc, argv));
}
