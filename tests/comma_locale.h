/*
 * A locale that counts with a decimal comma, as a program that uses the library may have set:
 *
 *     if (!begin_comma_locale(folder))     // "/tmp/moodreel-locale-XXXXXX", made anew
 *         skip();
 *     …
 *     end_comma_locale(folder);
 *
 * One that is installed, else one that localedef makes where the sources of locales are installed.
 */
#ifndef MR_TESTS_COMMA_LOCALE_H
#define MR_TESTS_COMMA_LOCALE_H

#include "support.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>

static inline void end_comma_locale(const char *folder) {
    setlocale(LC_NUMERIC, "C");
    unsetenv("LOCPATH");
    mr_test_remove(folder);
}

static inline bool begin_comma_locale(char *folder) {
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "da_DK.UTF-8",
                                        "nl_NL.UTF-8", "pt_BR.UTF-8", "ru_RU.UTF-8"};
    char command[256];
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL)
            return true;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
             folder);
    setenv("LOCPATH", folder, 1);
    if (system(command) == 0 && setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL)
        return true;
    end_comma_locale(folder);
    print_message("no locale with a comma is installed here, nor can one be made\n");
    return false;
}

#endif
