/* Small made data for the tests of src/learn: pictures whose class can be seen at a glance. */
#ifndef MR_TESTS_MADE_FACES_H
#define MR_TESTS_MADE_FACES_H

#include "base/file.h"
#include "base/rng.h"
#include "image/image.h"
#include "moodreel/types.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* Pictures of each emotion in the parts of a set with votes. */
enum { MADE_TRAIN_EACH = 12, MADE_TEST_EACH = 6 };

/* A new empty folder under the build's. */
static inline char *made_folder(void) {
    const char *build = getenv("MR_BUILD_DIR");
    char *path;
    assert_true(asprintf(&path, "%s/learn-XXXXXX", build ? build : "/tmp") > 0);
    assert_non_null(mkdtemp(path));
    return path;
}

/* Removes the folder and frees its name and others. */
static inline void made_forget(char *folder, char *const *names, size_t count) {
    mr_test_remove(folder);
    free(folder);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
}

static inline void made_text(const char *folder, const char *name, const char *text) {
    char *path = mr_path_join(folder, name);
    assert_ok(mr_file_write(path, text, strlen(text)));
    free(path);
}

/* A noisy side × side picture with one bright row of blocks whose place tells the class. */
static inline void made_picture(const char *path, int side, int channels, int class, int classes,
                                mr_rng *rng) {
    mr_image image;
    assert_ok(mr_image_create(side, side, channels, &image));
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side * channels; x++) {
            bool bright = y * classes / side == class;
            image.pixels[(size_t)y * image.stride + (size_t)x] =
                (uint8_t)((bright ? 170 : 50) + mr_rng_below(rng, 40));
        }
    assert_ok(mr_image_save(&image, path));
    mr_image_free(&image);
}

/* FOLDER/PART/CLASS/pNN.png, `each` pictures of every emotion. */
static inline void made_emotions(const char *folder, const char *part, int each, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    for (int class = 0; class < MR_EMOTION_COUNT; class ++) {
        char path[1024];
        int n = snprintf(path, sizeof path, "%s/%s/%s", folder, part,
                         mr_emotion_label((mr_emotion) class));
        assert_ok(mr_folder_make(path));
        for (int i = 0; i < each; i++) {
            snprintf(path + n, sizeof path - (size_t)n, "/%s%d%02d.png", part, class, i);
            made_picture(path, 24, 1, class, MR_EMOTION_COUNT, &rng);
        }
    }
}

/* FOLDER/ferplus.csv for made_emotions() of both parts: seven of ten people see what the folder
 * says. */
static inline void made_votes(const char *folder) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "file,neutral,happy,surprise,sad,angry,disgust,fear,contempt,unknown,"
                 "not_a_face\n");
    static const mr_emotion columns[] = {MR_NEUTRAL, MR_HAPPY,   MR_SURPRISE, MR_SAD,
                                         MR_ANGRY,   MR_DISGUST, MR_FEAR};
    static const char *const parts[] = {"train", "public_test"};
    static const int counts[] = {MADE_TRAIN_EACH, MADE_TEST_EACH};
    for (int part = 0; part < 2; part++)
        for (int class = 0; class < MR_EMOTION_COUNT; class ++)
            for (int i = 0; i < counts[part]; i++) {
                fprintf(out, "%s/%s/%s%d%02d.png", parts[part],
                        mr_emotion_label((mr_emotion) class), parts[part], class, i);
                for (int c = 0; c < MR_EMOTION_COUNT; c++)
                    fprintf(out, ",%d", (int)columns[c] == class ? 7 : 0);
                fprintf(out, ",1,1,1\n");
            }
    fclose(out);
    made_text(folder, "ferplus.csv", text);
    free(text);
}

/* Chips FOLDER/AGE_GENDER_ETHNICITY_NNNN.png of ten kinds of people. */
static inline void made_chips(const char *folder, int count) {
    mr_rng rng = mr_rng_seeded(7);
    assert_ok(mr_folder_make(folder));
    for (int i = 0; i < count; i++) {
        int class = i % 10;
        char path[1024];
        snprintf(path, sizeof path, "%s/%d_%d_%d_%04d.png", folder, 5 + 7 * class, class / 5,
                 class % 5, i);
        made_picture(path, 32, 3, class, 10, &rng);
    }
}

typedef struct made_person {
    int age, gender, ethnicity;
} made_person;

/* Chips of the people that `person_at` tells, in eight looks. */
static inline void made_people_chips(const char *folder, int side, int count,
                                     made_person (*person_at)(int i)) {
    mr_rng rng = mr_rng_seeded(7);
    assert_ok(mr_folder_make(folder));
    for (int i = 0; i < count; i++) {
        made_person who = person_at(i);
        char path[1024];
        snprintf(path, sizeof path, "%s/%d_%d_%d_%03d.png", folder, who.age, who.gender,
                 who.ethnicity, i);
        made_picture(path, side, 3, i % 8, 8, &rng);
    }
}

/* A file's bytes as a string that the caller frees. */
static inline char *made_read(const char *folder, const char *name, size_t *size) {
    char *path = mr_path_join(folder, name);
    unsigned char *bytes;
    assert_ok(mr_file_read(path, (size_t)64 << 20, &bytes, size));
    free(path);
    return (char *)bytes;
}

/* Files of this name in both folders hold the same bytes. */
static inline void assert_same_file(const char *a, const char *b, const char *name) {
    size_t size_a, size_b;
    char *bytes_a = made_read(a, name, &size_a), *bytes_b = made_read(b, name, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(bytes_a, bytes_b, size_a);
    free(bytes_a);
    free(bytes_b);
}

#endif
