/* What every test includes: cmocka with its prerequisites, and a few helpers. */
#ifndef MR_TESTS_SUPPORT_H
#define MR_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

/* Fails with the library's own words when a call does. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) != MR_OK)                                                                       \
            fail_msg("%s: %s", #call, mr_last_error());                                            \
    } while (0)

static inline int mr_test_remove_entry(const char *path, const struct stat *info, int flag,
                                       struct FTW *walk) {
    (void)info, (void)flag, (void)walk;
    return remove(path);
}

/* Removes a folder and all that is in it. */
static inline void mr_test_remove(const char *folder) {
    nftw(folder, mr_test_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Exit status that CTest reports as "skipped"; print first which data set or tool is missing. */
#define MR_TEST_SKIPPED 77

#endif
