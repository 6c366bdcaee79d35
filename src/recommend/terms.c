#include "recommend/terms.h"

#include <stddef.h>
#include <string.h>

#define LABEL(name, label, strength) label,
static const char *const labels[] = {MR_TERMS(LABEL)};

const char *mr_term_label(mr_term term) {
    return (unsigned)term < MR_TERM_COUNT ? labels[term] : NULL;
}

int mr_term_from_label(const char *label) {
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (strcmp(labels[t], label) == 0)
            return t;
    return -1;
}
