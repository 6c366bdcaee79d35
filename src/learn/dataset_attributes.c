#include "learn/dataset_attributes.h"

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/chip_split.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nobody was older; UTKFace goes to 116. */
#define OLDEST 122

/* A number of at most three digits that '_' ends; -1 when there is none. */
static int take_number(const char **cursor) {
    int value = 0, digits = 0;
    while (isdigit((unsigned char)**cursor) && digits < 4) {
        value = 10 * value + (*(*cursor)++ - '0');
        digits++;
    }
    if (digits == 0 || digits > 3 || *(*cursor)++ != '_')
        return -1;
    return value;
}

bool mr_chip_labels(const char *name, mr_chip_target *out) {
    int values[3];
    for (int i = 0; i < 3; i++)
        if ((values[i] = take_number(&name)) < 0)
            return false;
    if (values[0] > OLDEST || values[1] >= MR_GENDER_COUNT || values[2] >= MR_ETHNICITY_COUNT)
        return false;
    *out = (mr_chip_target){
        .age = values[0], .gender = (mr_gender)values[1], .ethnicity = (mr_ethnicity)values[2]};
    return true;
}

static mr_status keep_labelled(mr_chip_set *set, const char *folder, const mr_names *names) {
    set->targets = mr_alloc(names->count * sizeof *set->targets);
    set->paths = mr_alloc(names->count * sizeof *set->paths);
    if (!set->targets || !set->paths)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its list", folder);
    for (size_t i = 0; i < names->count; i++) {
        mr_chip_target *target = &set->targets[set->pictures.count];
        if (!mr_chip_labels(names->names[i], target)) {
            set->skipped++;
            continue;
        }
        char *path = mr_path_join(folder, names->names[i]);
        if (!path)
            return mr_fail(MR_E_MEMORY, "%s: no memory for its list", folder);
        set->paths[set->pictures.count++] = path;
    }
    if (set->pictures.count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: no pictures named AGE_GENDER_ETHNICITY_*", folder);
    if (set->skipped > 0)
        mr_log(MR_LOG_WARNING, "%s: %zu files skipped, not named AGE_GENDER_ETHNICITY_*", folder,
               set->skipped);
    return MR_OK;
}

static mr_status split(mr_chip_set *set) {
    size_t count = set->pictures.count;
    bool *validation = mr_alloc(count * sizeof *validation);
    if (!validation)
        return mr_fail(MR_E_MEMORY, "no memory to split %zu pictures", count);
    mr_status status = mr_chip_split(&set->pictures, set->paths, validation);
    for (size_t i = 0; i < count && status == MR_OK; i++)
        set->targets[i].validation = validation[i];
    free(validation);
    return status;
}

static mr_status load(mr_chip_set *set, const char *folder, int side) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = keep_labelled(set, folder, &names);
    mr_names_free(&names);
    MR_TRY(status);
    mr_pictures pictures;
    MR_TRY(mr_pictures_load(set->paths, set->pictures.count, side, 3, &pictures));
    set->pictures = pictures;
    return split(set);
}

mr_status mr_chip_set_load(const char *folder, int side, mr_chip_set *out) {
    mr_chip_set set = {0};
    mr_status status = load(&set, folder, side);
    if (status != MR_OK) {
        mr_chip_set_free(&set);
        return status;
    }
    *out = set;
    return MR_OK;
}

uint64_t mr_chip_set_key(const mr_chip_set *set) {
    uint64_t key = mr_pictures_key(&set->pictures);
    for (size_t i = 0; i < set->pictures.count; i++) {
        const mr_chip_target *target = &set->targets[i];
        const uint64_t parts[] = {key, (uint64_t)target->age, (uint64_t)target->gender,
                                  (uint64_t)target->ethnicity, target->validation};
        key = mr_hash(parts, sizeof parts);
    }
    return key;
}

void mr_chip_set_free(mr_chip_set *set) {
    for (size_t i = 0; i < set->pictures.count; i++)
        free(set->paths[i]);
    free(set->paths);
    free(set->targets);
    mr_pictures_free(&set->pictures);
    *set = (mr_chip_set){0};
}

/* The older the rarer, so that all from eighty on are one group. */
enum { GROUP_DECADES = 9, GROUPS = MR_GENDER_COUNT * MR_ETHNICITY_COUNT * GROUP_DECADES };

static int group_of(const mr_chip_target *target) {
    int decade = target->age / 10 < GROUP_DECADES ? target->age / 10 : GROUP_DECADES - 1;
    return ((int)target->gender * MR_ETHNICITY_COUNT + (int)target->ethnicity) * GROUP_DECADES +
           decade;
}

void mr_chip_set_weigh_groups(const mr_chip_set *set, const size_t *indices, size_t count,
                              float power, float *out) {
    float groups[GROUPS] = {0};
    for (size_t i = 0; i < count; i++)
        groups[group_of(&set->targets[indices[i]])]++;
    for (size_t i = 0; i < count; i++)
        out[i] = powf(groups[group_of(&set->targets[indices[i]])] / (float)count, -power);
}

mr_status mr_chip_set_keep_validation(mr_chip_set *set) {
    size_t kept = 0, bytes = mr_pictures_bytes(&set->pictures);
    for (size_t i = 0; i < set->pictures.count; i++) {
        if (!set->targets[i].validation) {
            free(set->paths[i]);
            continue;
        }
        set->paths[kept] = set->paths[i];
        set->targets[kept] = set->targets[i];
        memmove(set->pictures.pixels + kept * bytes, set->pictures.pixels + i * bytes, bytes);
        kept++;
    }
    set->pictures.count = kept;
    return kept > 0 ? MR_OK : mr_fail(MR_E_NOT_FOUND, "too few pictures: none is for validation");
}
