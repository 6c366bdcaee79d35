#include "recommend/certificate.h"

#include <stddef.h>
#include <strings.h>

#define LABEL(label, age) label,
#define AGE(label, age)   age,

static const char *const labels[] = {MR_CERTIFICATES(LABEL)};
static const int ages[] = {MR_CERTIFICATES(AGE)};

#define BIT(genre) ((mr_genre_set)1 << MR_GENRE_##genre)

int mr_suitable_age(int minimum_age, mr_genre_set genres) {
    const mr_genre_set for_children = BIT(ANIMATION) | BIT(FAMILY);
    const mr_genre_set harsh = BIT(HORROR) | BIT(THRILLER) | BIT(CRIME) | BIT(WAR);
    int age = 0;
    if (!(genres & for_children))
        age = genres & harsh ? 12 : genres & BIT(ACTION) ? 7 : 0;
    return age > minimum_age ? age : minimum_age;
}

int mr_certificate_age(const char *label) {
    if (!*label)
        return MR_CERTIFICATE_UNKNOWN_AGE;
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
        if (strcasecmp(labels[i], label) == 0)
            return ages[i];
    return -1;
}
