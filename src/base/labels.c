#include "base/labels.h"

#include "moodreel/types.h"

const char *mr_gender_label_at(int number) {
    return mr_gender_label((mr_gender)number);
}

const char *mr_ethnicity_label_at(int number) {
    return mr_ethnicity_label((mr_ethnicity)number);
}

const char *mr_emotion_label_at(int number) {
    return mr_emotion_label((mr_emotion)number);
}
