#include "cluster.h"

#include "support.h"

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* Seconds until the server answers. */
#define PATIENCE 60

static char folder[] = "/tmp/moodreel-cluster-XXXXXX";
static char programs[256]; /* folder of initdb and postgres */
static pid_t server;

/* The server's programs: Debian and others keep them off the PATH, by version. */
static bool find_programs(void) {
    static const char *const places[] = {"/usr/lib/postgresql/*/bin/initdb",
                                         "/usr/pgsql-*/bin/initdb", "/usr/local/pgsql/bin/initdb",
                                         "/usr/local/bin/initdb", "/usr/bin/initdb"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        glob_t found;
        bool any = glob(places[i], 0, NULL, &found) == 0;
        if (any) {
            const char *newest = found.gl_pathv[found.gl_pathc - 1];
            snprintf(programs, sizeof programs, "%.*s", (int)(strrchr(newest, '/') - newest),
                     newest);
        }
        globfree(&found);
        if (any)
            return true;
    }
    return false;
}

/* The account that the server runs as when the test is root's, which PostgreSQL refuses. */
static void find_account(uid_t *user, gid_t *group) {
    struct passwd *account = getpwnam("postgres");
    if (!account)
        account = getpwnam("nobody");
    *user = account ? account->pw_uid : 65534;
    *group = account ? account->pw_gid : 65534;
}

static void drop_rights(void) {
    uid_t user;
    gid_t group;
    if (geteuid() != 0)
        return;
    find_account(&user, &group);
    if (setgroups(0, NULL) || setgid(group) || setuid(user))
        _exit(126);
}

/* Starts a program of PostgreSQL in its folder, its words going to the log. The first argument is
 * its name, which becomes its path: initdb looks there for its kin. */
static pid_t start(char *arguments[]) {
    char program[300];
    snprintf(program, sizeof program, "%s/%s", programs, arguments[0]);
    fflush(NULL);
    pid_t child = fork();
    if (child != 0)
        return child;
    arguments[0] = program;
    drop_rights();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(folder) != 0)
        _exit(126);
    int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(program, arguments);
    _exit(127);
}

/* Ends the test program with the server's last words. */
static void give_up(const char *what) {
    char command[300];
    fprintf(stderr, "cluster: %s; its log:\n", what);
    snprintf(command, sizeof command, "tail -20 %s/log >&2", folder);
    if (system(command) != 0)
        fprintf(stderr, "cluster: there is none\n");
    exit(1);
}

static void make_cluster(void) {
    char *arguments[] = {"initdb", "-D", "data", "-U",         "moodreel",          "-A",
                         "trust",  "-E", "UTF8", "--locale=C", "--no-instructions", NULL};
    pid_t child = start(arguments);
    int outcome;
    waitpid(child, &outcome, 0);
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
        give_up("initdb failed");
}

static void wait_until_ready(void) {
    char url[256];
    cluster_url(url, sizeof url, "");
    for (int i = 0; i < PATIENCE * 20; i++) {
        if (PQping(url) == PQPING_OK)
            return;
        if (waitpid(server, NULL, WNOHANG) != 0)
            give_up("the server ended");
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    give_up("the server does not answer");
}

void cluster_resume(void) {
    char *arguments[] = {"postgres", "-D", "data", "-k", folder, "-c", "listen_addresses=",
                         /* programs die here, the machine does not */
                         "-c", "fsync=off", NULL};
    server = start(arguments);
    wait_until_ready();
}

void cluster_freeze(void) {
    kill(server, SIGSTOP);
}

void cluster_thaw(void) {
    kill(server, SIGCONT);
}

void cluster_interrupt(void) {
    int outcome;
    kill(server, SIGQUIT);
    cluster_thaw(); /* a test may have failed while it was frozen */
    waitpid(server, &outcome, 0);
}

static void stop(void) {
    if (server > 0)
        cluster_interrupt();
    server = 0;
    mr_test_remove(folder);
}

bool cluster_start(void) {
    uid_t user;
    gid_t group;
    if (!find_programs()) {
        printf("skipped: needs PostgreSQL's server programs (Debian: postgresql)\n");
        return false;
    }
    find_account(&user, &group);
    if (!mkdtemp(folder) || (geteuid() == 0 && chown(folder, user, group) != 0)) {
        perror(folder);
        exit(1);
    }
    atexit(stop);
    make_cluster();
    cluster_resume();
    return true;
}

void cluster_url(char *url, size_t size, const char *parameters) {
    snprintf(url, size, "postgresql://moodreel:secret@/postgres?host=%s%s", folder, parameters);
}
