/* What is known of a person who states age, gender and emotion; -1 leaves one open. */
#ifndef MR_TESTS_RECOMMEND_STATED_H
#define MR_TESTS_RECOMMEND_STATED_H

#include "moodreel/types.h"

static inline mr_attributes stated(int age, int gender, int emotion) {
    mr_attributes attributes = {0};
    if (age >= 0) {
        attributes.has_age = true;
        attributes.age = attributes.age_low = attributes.age_high = (float)age;
        attributes.age_distribution[age] = 1;
    }
    if (gender >= 0) {
        attributes.has_gender = true;
        attributes.gender[gender] = 1;
    }
    if (emotion >= 0) {
        attributes.has_emotion = true;
        attributes.emotion[emotion] = 1;
    }
    return attributes;
}

#endif
