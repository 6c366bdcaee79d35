/* Processes that are killed while they write. */
#include "backend.h"
#include "base/rng.h"
#include "store/store.h"
#include "support.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* Every other process lives this long at most, milliseconds, and may not come to write; the others
 * this long after the first acknowledgement. */
#define LIFE_MS    100
#define WRITING_MS 50

/* Milliseconds until a first acknowledgement, however busy the machine is. */
#define START_MS 20000

static void name_film(char film[32], int process, int number) {
    snprintf(film, 32, "film-%d-%d", process, number);
}

/* Adds feedback until it is killed; a byte is sent for each that was acknowledged. */
static void write_until_killed(const char *url, int process, int acknowledge) {
    mr_store *store;
    if (mr_store_open(url, &store) != MR_OK || mr_store_ensure_viewer(store, "anna") != MR_OK)
        _exit(1);
    for (int i = 0;; i++) {
        char film[32];
        name_film(film, process, i);
        mr_feedback feedback = {.film = film, .kind = MR_FEEDBACK_RATING, .rating = 1 + i % 5};
        if (mr_store_add_feedback(store, "anna", &feedback) != MR_OK ||
            write(acknowledge, "+", 1) != 1)
            _exit(1);
    }
}

static int count_acknowledged(int pipe) {
    char byte;
    int count = 0;
    while (read(pipe, &byte, 1) == 1)
        count++;
    return count;
}

/* Starts a process, kills it after a while and returns how much was acknowledged. */
static int count_until_killed(const char *url, int process, mr_rng *rng) {
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(pipes[0]);
        write_until_killed(url, process, pipes[1]);
    }
    close(pipes[1]);
    bool writes = process % 2;
    if (writes)
        assert_int_equal(poll(&(struct pollfd){.fd = pipes[0], .events = POLLIN}, 1, START_MS), 1);
    double life_ms = mr_rng_range(rng, 0, writes ? WRITING_MS : LIFE_MS);
    nanosleep(&(struct timespec){.tv_nsec = (long)(life_ms * 1e6)}, NULL);
    kill(child, SIGKILL);
    int outcome;
    waitpid(child, &outcome, 0);
    assert_true(WIFSIGNALED(outcome)); /* it did not end by itself, with an error */
    int count = count_acknowledged(pipes[0]);
    close(pipes[0]);
    return count;
}

static int compare_films(const void *a, const void *b) {
    return strcmp(((const mr_feedback *)a)->film, ((const mr_feedback *)b)->film);
}

static bool holds(const mr_history *history, const char *film) {
    mr_feedback key = {.film = film};
    return bsearch(&key, history->items, history->count, sizeof key, compare_films) != NULL;
}

/* Whatever was acknowledged is there, and of each process at most one opinion more. */
static void assert_stored(const char *url, const int *acknowledged, int processes) {
    mr_store *store;
    mr_history history;
    char film[32];
    size_t total = 0;
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_ensure_viewer(store, "anna")); /* maybe nobody came as far */
    assert_ok(mr_store_history(store, "anna", &history));
    qsort(history.items, history.count, sizeof *history.items, compare_films);
    for (int process = 0; process < processes; process++) {
        for (int i = 0; i < acknowledged[process]; i++, total++) {
            name_film(film, process, i);
            if (!holds(&history, film))
                fail_msg("%s was acknowledged and is lost", film);
        }
        name_film(film, process, acknowledged[process] + 1);
        assert_false(holds(&history, film));
    }
    assert_in_range(history.count, total, total + (size_t)processes);
    mr_history_free(&history);
    mr_store_close(store);
}

long assert_kills_lose_nothing(const char *url, int kills) {
    int *acknowledged = calloc((size_t)kills, sizeof *acknowledged);
    assert_non_null(acknowledged);
    mr_rng rng = mr_rng_seeded((uint64_t)time(NULL));
    long total = 0;
    for (int i = 0; i < kills; i++) {
        acknowledged[i] = count_until_killed(url, i, &rng);
        total += acknowledged[i];
        if (i % 20 == 19)
            assert_stored(url, acknowledged, i + 1);
    }
    assert_stored(url, acknowledged, kills);
    free(acknowledged);
    return total;
}
