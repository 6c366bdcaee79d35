#include "base/file.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a stream that are asked for at once. */
#define AT_ONCE ((size_t)1 << 16)

static mr_status fail_errno(const char *path) {
    return mr_fail(errno == ENOENT ? MR_E_NOT_FOUND : MR_E_IO, "%s: %s", path, strerror(errno));
}

static mr_status read_open(FILE *file, const char *path, size_t limit, unsigned char **bytes,
                           size_t *size) {
    struct stat info;
    if (fstat(fileno(file), &info) != 0)
        return fail_errno(path);
    if (!S_ISREG(info.st_mode))
        return mr_fail(MR_E_IO, "%s: not a regular file", path);
    if ((size_t)info.st_size > limit)
        return mr_fail(MR_E_LIMIT, "%s: %lld bytes, at most %zu are allowed", path,
                       (long long)info.st_size, limit);
    size_t expected = (size_t)info.st_size;
    unsigned char *data = malloc(expected + 1);
    if (!data)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu bytes", path, expected);
    size_t got = fread(data, 1, expected, file);
    if (got != expected) {
        free(data);
        return mr_fail(MR_E_IO, "%s: read %zu of %zu bytes", path, got, expected);
    }
    data[got] = 0;
    *bytes = data;
    *size = got;
    return MR_OK;
}

mr_status mr_file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size) {
    /* Opening a pipe must not wait for somebody who writes into it. */
    int number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = number >= 0 ? fdopen(number, "rb") : NULL;
    if (!file) {
        mr_status status = fail_errno(path);
        if (number >= 0)
            close(number);
        return status;
    }
    mr_status status = read_open(file, path, limit, bytes, size);
    fclose(file);
    return status;
}

mr_status mr_stream_read(FILE *stream, const char *name, size_t limit, unsigned char **bytes,
                         size_t *size) {
    unsigned char *data = NULL;
    size_t room = 0, got = 0, more = AT_ONCE;
    for (; more == AT_ONCE && got <= limit; got += more) {
        if (!mr_grow(&data, &room, got + AT_ONCE + 1, 1)) {
            free(data);
            return mr_fail(MR_E_MEMORY, "%s: no memory for %zu bytes", name, got + AT_ONCE);
        }
        more = fread(data + got, 1, AT_ONCE, stream);
    }
    if (got > limit || ferror(stream)) {
        mr_status status =
            got > limit ? mr_fail(MR_E_LIMIT, "%s: more than the %zu bytes allowed", name, limit)
                        : fail_errno(name);
        free(data);
        return status;
    }
    data[got] = 0;
    *bytes = data;
    *size = got;
    return MR_OK;
}

static int write_all(int file, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return fsync(file);
}

enum { PATH_ROOM = 4096 };

static mr_status name_beside(const char *path, char beside[PATH_ROOM]) {
    int length = snprintf(beside, PATH_ROOM, "%s.tmp%ld", path, (long)getpid());
    if (length < 0 || length >= PATH_ROOM)
        return mr_fail(MR_E_ARGUMENT, "%s: path is too long", path);
    return MR_OK;
}

/* Writes a file beside its place, or leaves nothing there. */
static mr_status write_beside(const mr_file_content *content) {
    char beside[PATH_ROOM];
    MR_TRY(name_beside(content->path, beside));
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return fail_errno(content->path);
    int failed = write_all(file, content->bytes, content->size);
    failed |= close(file);
    if (!failed)
        return MR_OK;
    mr_status status = fail_errno(content->path);
    unlink(beside);
    return status;
}

static mr_status take_place(const mr_file_content *content) {
    char beside[PATH_ROOM];
    MR_TRY(name_beside(content->path, beside));
    return rename(beside, content->path) == 0 ? MR_OK : fail_errno(content->path);
}

mr_status mr_files_write(const mr_file_content *files, size_t count) {
    mr_status status = MR_OK;
    size_t written = 0, placed = 0;
    while (written < count && (status = write_beside(&files[written])) == MR_OK)
        written++;
    while (status == MR_OK && placed < count && (status = take_place(&files[placed])) == MR_OK)
        placed++;
    for (size_t i = placed; i < written; i++) {
        char beside[PATH_ROOM];
        if (name_beside(files[i].path, beside) == MR_OK)
            unlink(beside);
    }
    return status;
}

mr_status mr_file_write(const char *path, const void *bytes, size_t size) {
    return mr_files_write(&(mr_file_content){path, bytes, size}, 1);
}

mr_status mr_folder_make(const char *path) {
    char partial[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof partial)
        return mr_fail(MR_E_ARGUMENT, "%s: folder name is empty or too long", path);
    memcpy(partial, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (partial[i] != '/' && partial[i] != 0)
            continue;
        char kept = partial[i];
        partial[i] = 0;
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return fail_errno(partial);
        partial[i] = kept;
    }
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return mr_fail(MR_E_IO, "%s: not a folder", path);
    return MR_OK;
}

bool mr_is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool mr_folder_has(const char *folder, const char *name) {
    char *path = mr_path_join(folder, name);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

bool mr_is_same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

char *mr_path_join(const char *folder, const char *name) {
    size_t length = strlen(folder);
    const char *separator = length > 0 && folder[length - 1] == '/' ? "" : "/";
    char *joined;
    return asprintf(&joined, "%s%s%s", folder, separator, name) < 0 ? NULL : joined;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

mr_status mr_folder_list(const char *path, mr_names *out) {
    DIR *folder = opendir(path);
    if (!folder)
        return fail_errno(path);
    mr_names list = {0};
    size_t capacity = 0;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *name = strdup(entry->d_name);
        if (!name || !mr_grow(&list.names, &capacity, list.count + 1, sizeof *list.names)) {
            free(name);
            closedir(folder);
            mr_names_free(&list);
            return mr_fail(MR_E_MEMORY, "%s: no memory for its list", path);
        }
        list.names[list.count++] = name;
    }
    closedir(folder);
    if (list.count > 0)
        qsort(list.names, list.count, sizeof *list.names, compare_names);
    *out = list;
    return MR_OK;
}

void mr_names_free(mr_names *names) {
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (mr_names){0};
}
