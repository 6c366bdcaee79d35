/*
 * Where the shipped models and data lie. mr_find_home, which is public, searches; here is what else
 * the engine needs of it. Thread rule: pure but for reading the environment.
 */
#ifndef MR_API_HOME_H
#define MR_API_HOME_H

#include "moodreel/moodreel.h"

/* Environment variable that names the home folder. */
#define MR_HOME_VARIABLE "MOODREEL_HOME"

/* A copy of `wanted` after checking that it is a home folder, or the one found when it is NULL; the
 * caller frees it. */
mr_status mr_home_resolve(const char *wanted, char **home);

#endif
