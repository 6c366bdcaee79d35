#include "recommend/certificate.h"

#include <stddef.h>
#include <strings.h>

#define LABEL(label, age) label,
#define AGE(label, age)   age,

static const char *const labels[] = {MR_CERTIFICATES(LABEL)};
static const int ages[] = {MR_CERTIFICATES(AGE)};

int mr_certificate_age(const char *label) {
    if (!*label)
        return MR_CERTIFICATE_UNKNOWN_AGE;
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
        if (strcasecmp(labels[i], label) == 0)
            return ages[i];
    return -1;
}
