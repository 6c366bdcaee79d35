#include "learn/factor_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

/* Part of a line. */
typedef struct span {
    const char *start, *end;
} span;

/* Takes the next word of a line, which is empty at the line's end or a comment. */
static span take_word(span *line) {
    line->start += strspn(line->start, BLANKS);
    const char *end = line->start;
    while (end < line->end && *end != '#' && strchr(BLANKS, *end) == NULL)
        end++;
    span word = {line->start, end};
    line->start = end;
    return word;
}

static bool says(span word, const char *text) {
    size_t length = strlen(text);
    return (size_t)(word.end - word.start) == length && strncmp(word.start, text, length) == 0;
}

/* What is made of the layer that a line declares, or NULL; the line's input comes next. */
static const mr_factor_pair *pair_of(span *line, const mr_factor_pair *pairs, int count) {
    if (!says(take_word(line), "conv"))
        return NULL;
    span name = take_word(line);
    for (int i = 0; i < count; i++)
        if (says(name, pairs[i].layer))
            return &pairs[i];
    return NULL;
}

/* Input and settings stay with the first half, but for the number of filters. */
static void write_pair(FILE *stream, span rest, const mr_factor_pair *pair) {
    fprintf(stream, "conv %s" MR_FACTOR_BASIS, pair->layer);
    for (span word = take_word(&rest); word.end > word.start; word = take_word(&rest))
        if (strncmp(word.start, "out=", 4) != 0)
            fprintf(stream, " %.*s", (int)(word.end - word.start), word.start);
    fprintf(stream, " out=%d\nconv %s %s" MR_FACTOR_BASIS " out=%d kernel=1\n", pair->filters,
            pair->layer, pair->layer, pair->channels);
}

/* The string that was printed into a stream of open_memstream, or NULL. */
static char *finish(FILE *stream, char **text) {
    if (stream == NULL)
        return NULL;
    bool whole = !ferror(stream);
    if (fclose(stream) != 0 || !whole) {
        free(*text);
        return NULL;
    }
    return *text;
}

char *mr_factor_text_watched(const char *text, const mr_factor_pair *pairs, int count) {
    char *made = NULL;
    size_t size;
    FILE *stream = open_memstream(&made, &size);
    if (stream) {
        fprintf(stream, "%s\n", text);
        for (int i = 0; i < count; i++)
            fprintf(stream, "output %s\n", pairs[i].layer);
    }
    return finish(stream, &made);
}

char *mr_factor_text_make(const char *text, const mr_factor_pair *pairs, int count) {
    char *made = NULL;
    size_t size;
    FILE *stream = open_memstream(&made, &size);
    for (const char *at = text; stream && *at;) {
        const span line = {at, at + strcspn(at, "\n")};
        span rest = line;
        const mr_factor_pair *pair = pair_of(&rest, pairs, count);
        if (pair)
            write_pair(stream, rest, pair);
        else
            fprintf(stream, "%.*s\n", (int)(line.end - line.start), line.start);
        at = line.end + (*line.end == '\n');
    }
    return finish(stream, &made);
}
