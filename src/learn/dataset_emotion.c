#include "learn/dataset_emotion.h"

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/votes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct listing {
    char **paths;
    mr_emotion_target *targets;
    size_t count, path_capacity, target_capacity;
} listing;

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Adds one picture; takes over `path`. */
static mr_status add_picture(listing *list, char *path, int label) {
    if (!path || !mr_grow(&list->paths, &list->path_capacity, list->count + 1, sizeof(char *)) ||
        !mr_grow(&list->targets, &list->target_capacity, list->count + 1, sizeof *list->targets)) {
        free(path);
        return mr_fail(MR_E_MEMORY, "no memory for the list of pictures");
    }
    list->paths[list->count] = path;
    list->targets[list->count] = (mr_emotion_target){.label = label, .majority = -1};
    list->count++;
    return MR_OK;
}

static mr_status list_class(listing *list, const char *folder, int label) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = MR_OK;
    for (size_t i = 0; i < names.count && status == MR_OK; i++)
        status = add_picture(list, mr_path_join(folder, names.names[i]), label);
    mr_names_free(&names);
    return status;
}

static mr_status list_entry(listing *list, const char *folder, const char *name) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return mr_fail(MR_E_ARGUMENT, "%s: path is too long", folder);
    if (!is_folder(path))
        return MR_OK;
    int label = mr_emotion_from_label(name);
    if (label < 0)
        return mr_fail(MR_E_FORMAT, "%s: folder '%s' is no emotion", folder, name);
    return list_class(list, path, label);
}

/* `folder` is absolute, so that the last three parts of every path exist. */
static mr_status list_folder(listing *list, const char *folder) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = MR_OK;
    for (size_t i = 0; i < names.count && status == MR_OK; i++)
        status = list_entry(list, folder, names.names[i]);
    mr_names_free(&names);
    if (status == MR_OK && list->count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: no pictures in folders named by emotions", folder);
    return status;
}

static mr_status add_votes(listing *list, const char *votes_path) {
    mr_vote_table *table;
    MR_TRY(mr_vote_table_load(votes_path, &table));
    size_t found = 0;
    for (size_t i = 0; i < list->count; i++) {
        const mr_votes *votes = mr_vote_table_find(table, list->paths[i]);
        if (!votes)
            continue;
        found++;
        mr_emotion_target *target = &list->targets[i];
        target->majority = mr_votes_majority(votes);
        target->voted = mr_votes_distribution(votes, MR_LEAST_VOTES, target->votes);
    }
    mr_vote_table_free(table);
    if (found == 0)
        return mr_fail(MR_E_MISMATCH, "%s: no row belongs to a picture", votes_path);
    if (found < list->count)
        mr_log(2 * found < list->count ? MR_LOG_WARNING : MR_LOG_INFO,
               "%s: votes for %zu of %zu pictures", votes_path, found, list->count);
    return MR_OK;
}

mr_status mr_emotion_set_load(const char *folder, const char *votes_path, int side,
                              mr_emotion_set *out) {
    char absolute[PATH_MAX];
    if (!realpath(folder, absolute))
        return mr_fail(MR_E_NOT_FOUND, "%s: no such folder", folder);
    listing list = {0};
    mr_emotion_set set = {0};
    mr_status status = list_folder(&list, absolute);
    if (status == MR_OK && votes_path)
        status = add_votes(&list, votes_path);
    if (status == MR_OK)
        status = mr_pictures_load(list.paths, list.count, side, 1, &set.pictures);
    set.pictures.count = list.count;
    set.targets = list.targets;
    set.paths = list.paths;
    if (status != MR_OK) {
        mr_emotion_set_free(&set);
        return status;
    }
    *out = set;
    return MR_OK;
}

mr_status mr_emotion_part_load(const char *data, const char *part, int side, mr_emotion_set *out,
                               bool *has_votes) {
    char *folder = mr_path_join(data, part), *votes = mr_path_join(data, "ferplus.csv");
    if (!folder || !votes) {
        free(folder);
        free(votes);
        return mr_fail(MR_E_MEMORY, "%s: no memory for its paths", data);
    }
    bool voted = access(votes, F_OK) == 0;
    mr_status status = mr_emotion_set_load(folder, voted ? votes : NULL, side, out);
    if (status == MR_OK)
        *has_votes = voted;
    free(folder);
    free(votes);
    return status;
}

void mr_emotion_set_vote_labels(mr_emotion_set *set) {
    for (size_t i = 0; i < set->pictures.count; i++) {
        mr_emotion_target *target = &set->targets[i];
        target->majority = target->label;
        target->voted = 1;
        for (int c = 0; c < MR_EMOTION_COUNT; c++)
            target->votes[c] = c == target->label;
    }
}

/* All members of a target are four bytes wide, so that no padding is hashed. */
uint64_t mr_emotion_set_key(const mr_emotion_set *set) {
    const uint64_t parts[] = {mr_pictures_key(&set->pictures),
                              mr_hash(set->targets, set->pictures.count * sizeof *set->targets)};
    return mr_hash(parts, sizeof parts);
}

void mr_emotion_set_free(mr_emotion_set *set) {
    for (size_t i = 0; i < set->pictures.count; i++)
        free(set->paths[i]);
    free(set->paths);
    free(set->targets);
    mr_pictures_free(&set->pictures);
    *set = (mr_emotion_set){0};
}
