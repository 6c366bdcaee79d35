#include "recommend/certificate.h"

#include <stddef.h>
#include <strings.h>

#define LABEL(label, age) label,
#define AGE(label, age)   age,

static const char *const labels[] = {MR_CERTIFICATES(LABEL)};
static const int ages[] = {MR_CERTIFICATES(AGE)};

#define BIT(genre) ((mr_genre_set)1 << MR_GENRE_##genre)

int mr_suitable_age(int minimum_age, mr_genre_set genres) {
    const mr_genre_set harsh = BIT(HORROR) | BIT(THRILLER) | BIT(CRIME) | BIT(WAR);
    const mr_genre_set mild = BIT(ANIMATION) | BIT(FAMILY);
    int age = 0;
    if (genres & harsh && !(genres & BIT(ANIMATION)))
        age = 12;
    else if (genres & BIT(ACTION) && !(genres & mild))
        age = 7;
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
