#include "server/files.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX  512
#define FILE_BYTES ((size_t)8 << 20)
#define DEPTH_MAX  4

struct mr_files {
    mr_page_file *items; /* sorted by path */
    size_t count, capacity;
};

static const char *type_of(const char *name) {
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".jpg", "image/jpeg"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
    };
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    return NULL;
}

static bool is_plain_name(const char *name) {
    return name[0] != '.' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789._-")] == '\0';
}

static mr_status load_file(mr_files *files, const char *path, const char *url) {
    if (files->count == FILES_MAX)
        return mr_fail(MR_E_LIMIT, "%s: more than %d files of a page", path, FILES_MAX);
    if (!mr_grow(&files->items, &files->capacity, files->count + 1, sizeof *files->items))
        return mr_fail(MR_E_MEMORY, "%s: out of memory", path);
    mr_page_file file = {.type = type_of(path)};
    MR_TRY(mr_file_read(path, FILE_BYTES, &file.bytes, &file.size));
    if ((file.path = strdup(url)) == NULL) {
        free(file.bytes);
        return mr_fail(MR_E_MEMORY, "%s: out of memory", path);
    }
    snprintf(file.etag, sizeof file.etag, "\"%016" PRIx64 "\"", mr_hash(file.bytes, file.size));
    files->items[files->count++] = file;
    return MR_OK;
}

static mr_status load_folder(mr_files *files, const char *folder, const char *url, int depth);

/* One entry of a folder; what is none of a page is passed over. */
static mr_status load_entry(mr_files *files, const char *path, const char *url, int depth) {
    struct stat info;
    if (stat(path, &info) != 0)
        return mr_fail(MR_E_IO, "%s: cannot be read", path);
    if (S_ISDIR(info.st_mode))
        return depth < DEPTH_MAX ? load_folder(files, path, url, depth + 1) : MR_OK;
    return S_ISREG(info.st_mode) && type_of(path) != NULL ? load_file(files, path, url) : MR_OK;
}

static mr_status load_folder(mr_files *files, const char *folder, const char *url, int depth) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = MR_OK;
    for (size_t i = 0; i < names.count && status == MR_OK; i++) {
        if (!is_plain_name(names.names[i]))
            continue;
        char *path = mr_path_join(folder, names.names[i]);
        char *child = mr_path_join(url, names.names[i]);
        status = path == NULL || child == NULL ? mr_fail(MR_E_MEMORY, "%s: out of memory", folder)
                                               : load_entry(files, path, child, depth);
        free(path);
        free(child);
    }
    mr_names_free(&names);
    return status;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const mr_page_file *)a)->path, ((const mr_page_file *)b)->path);
}

mr_status mr_files_load(const char *folder, mr_files **out) {
    mr_files *files = calloc(1, sizeof *files);
    if (files == NULL)
        return mr_fail(MR_E_MEMORY, "%s: out of memory", folder);
    mr_status status = load_folder(files, folder, "", 0);
    if (status == MR_OK && files->count > 0)
        qsort(files->items, files->count, sizeof *files->items, by_path);
    if (status == MR_OK && mr_files_find(files, "/") == NULL)
        status = mr_fail(MR_E_NOT_FOUND, "%s: holds no index.html", folder);
    if (status != MR_OK) {
        mr_files_free(files);
        return status;
    }
    *out = files;
    return MR_OK;
}

void mr_files_free(mr_files *files) {
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        free(files->items[i].bytes);
    }
    free(files->items);
    free(files);
}

const mr_page_file *mr_files_find(const mr_files *files, const char *path) {
    mr_page_file wanted = {.path = strcmp(path, "/") == 0 ? (char *)"/index.html" : (char *)path};
    return files->count > 0 ? bsearch(&wanted, files->items, files->count, sizeof wanted, by_path)
                            : NULL;
}
