#include "moodreel/moodreel.h"

#define TEXT(number)  #number
#define VALUE(number) TEXT(number)

int mr_version_number(void) {
    return MR_VERSION_NUMBER;
}

const char *mr_version(void) {
    return VALUE(MR_VERSION_MAJOR) "." VALUE(MR_VERSION_MINOR) "." VALUE(MR_VERSION_PATCH);
}
