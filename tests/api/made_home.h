/* A home folder for tests: small made networks beside the shipped forest and data. */
#ifndef MR_TESTS_API_MADE_HOME_H
#define MR_TESTS_API_MADE_HOME_H

#include "base/error.h"

/* Fills an empty folder. */
mr_status mr_make_home(const char *home);

#endif
