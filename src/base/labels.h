/* Labels of classes by their number, of one type whatever is classed, for code that works on any
 * classes. NULL for a number that is none. Thread rule: pure functions. */
#ifndef MR_BASE_LABELS_H
#define MR_BASE_LABELS_H

typedef const char *(*mr_labeller)(int);

const char *mr_gender_label_at(int number);
const char *mr_ethnicity_label_at(int number);
const char *mr_emotion_label_at(int number);

#endif
