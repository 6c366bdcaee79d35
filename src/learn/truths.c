#include "learn/truths.h"

#include "base/memory.h"

mr_status mr_emotion_truths(const mr_emotion_set *set, mr_face_head head, int **out) {
    size_t count = set->pictures.count;
    int *truths = mr_alloc(count * sizeof *truths);
    if (!truths)
        return mr_fail(MR_E_MEMORY, "no memory for the classes of %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        truths[i] = head == MR_HEAD_VOTES ? set->targets[i].majority : set->targets[i].label;
    *out = truths;
    return MR_OK;
}

static int chip_class(const mr_chip_target *target, mr_face_head head) {
    if (head == MR_HEAD_AGE)
        return target->age < MR_AGE_YEARS ? target->age : MR_AGE_YEARS - 1;
    return head == MR_HEAD_GENDER ? (int)target->gender : (int)target->ethnicity;
}

mr_status mr_chip_truths(const mr_chip_set *set, mr_face_head head, int **out) {
    size_t count = set->pictures.count;
    int *truths = mr_alloc(count * sizeof *truths);
    if (!truths)
        return mr_fail(MR_E_MEMORY, "no memory for the classes of %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        truths[i] = chip_class(&set->targets[i], head);
    *out = truths;
    return MR_OK;
}
