#define _POSIX_C_SOURCE 200809L

#include "learn/factor_text.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)1 << 20)

mr_status mr_factor_text_read(const char *path, char **text) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, MOST_BYTES, &bytes, &size));
    *text = strndup((const char *)bytes, size);
    free(bytes);
    return *text ? MR_OK : mr_fail(MR_E_MEMORY, "%s: no memory for its text", path);
}

/* A string that grows by what is printed into the stream; close it with finish. */
static char *finish(FILE *stream, char **text) {
    if (stream && fclose(stream) != 0) {
        free(*text);
        *text = NULL;
    }
    return stream ? *text : NULL;
}

char *mr_factor_text_watched(const char *text, const mr_factor_rank *ranks, int count) {
    char *made = NULL;
    size_t size;
    FILE *stream = open_memstream(&made, &size);
    if (stream) {
        fprintf(stream, "%s\n", text);
        for (int i = 0; i < count; i++)
            fprintf(stream, "output %s\n", ranks[i].layer);
    }
    return finish(stream, &made);
}

/* The rank for the layer that a line declares, or NULL; *input is where its input's name begins. */
static const mr_factor_rank *rank_of(const char *line, const mr_factor_rank *ranks, int count,
                                     int *input) {
    char name[MR_NAME_MAX];
    if (sscanf(line, " conv %47s %n", name, input) != 1)
        return NULL;
    for (int i = 0; i < count; i++)
        if (strcmp(ranks[i].layer, name) == 0)
            return &ranks[i];
    return NULL;
}

/* One word and a blank, unless it is the setting that is replaced. */
static void keep_word(FILE *stream, const char *word, size_t length) {
    if (strncmp(word, "out=", 4) != 0)
        fprintf(stream, " %.*s", (int)length, word);
}

static void write_pair(FILE *stream, const char *line, size_t length, int input,
                       const mr_factor_rank *rank) {
    int out = 0;
    fprintf(stream, "conv %s_basis", rank->layer);
    for (const char *word = line + input; word < line + length && *word != '#';) {
        size_t letters = strcspn(word, " \t\r\n#");
        if (letters > 0)
            keep_word(stream, word, letters);
        if (strncmp(word, "out=", 4) == 0)
            out = atoi(word + 4);
        word += letters;
        word += strspn(word, " \t\r");
        if (*word == '\n')
            break;
    }
    fprintf(stream, " out=%d\nconv %s %s_basis out=%d kernel=1\n", rank->rank, rank->layer,
            rank->layer, out);
}

char *mr_factor_text_make(const char *text, const mr_factor_rank *ranks, int count) {
    char *made = NULL;
    size_t size;
    FILE *stream = open_memstream(&made, &size);
    for (const char *line = text; stream && *line;) {
        size_t length = strcspn(line, "\n");
        int input = 0;
        const mr_factor_rank *rank = rank_of(line, ranks, count, &input);
        if (rank)
            write_pair(stream, line, length, input, rank);
        else
            fprintf(stream, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    return finish(stream, &made);
}
