#include "base/clock.h"
#include "base/rng.h"
#include "recommend/catalogue.h"
#include "recommend/catalogue_titles.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 65

/* Optimal string alignment by its recurrence: slow and obviously right. */
static int reference(const char *a, const char *b) {
    int d[SIZE][SIZE];
    int n = (int)strlen(a), m = (int)strlen(b);
    for (int i = 0; i <= n; i++)
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static void random_text(mr_rng *rng, size_t least, char out[SIZE]) {
    size_t length = least + (size_t)mr_rng_below(rng, SIZE - least);
    for (size_t i = 0; i < length; i++)
        out[i] = (char)('a' + mr_rng_below(rng, 4));
    out[length] = 0;
}

static void distances_equal_the_reference(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int distance;
    } cases[] = {{"", "ab", 2},           {"a", "", 1},           {"matrix", "matrix", 0},
                 {"matrix", "matirx", 1}, {"matrix", "matrx", 1}, {"ca", "abc", 3},
                 {"amelie", "emilie", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mr_title_distance(cases[i].a, cases[i].b), cases[i].distance);
    mr_rng rng = mr_rng_seeded(8);
    for (int i = 0; i < 20000; i++) {
        char a[SIZE], b[SIZE];
        random_text(&rng, 0, a);
        random_text(&rng, 0, b);
        if (mr_title_distance(a, b) != reference(a, b))
            fail_msg("%s, %s: %d, expected %d", a, b, mr_title_distance(a, b), reference(a, b));
    }
}

static mr_catalogue *shipped;

static int load(void **state) {
    (void)state;
    return mr_catalogue_load("data/films.csv", &shipped) == MR_OK ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    mr_catalogue_free(shipped);
    return 0;
}

static void typing_errors_find_the_film(void **state) {
    (void)state;
    static const struct {
        const char *typed, *title;
        int year;
    } cases[] = {
        {"Amelei", "Amélie", 0},
        {"titanik", "Titanic", 1997},
        {"the matirx", "The Matrix", 0},
        {"Godfahter", "The Godfather", 0},
        {"schindlers list", "Schindler's List", 0},
        {"pulp fictoin", "Pulp Fiction", 0},
        {"WallE", "WALL-E", 0},
        {"lock stock and two smokng barels", "Lock, Stock and Two Smoking Barrels", 0},
        {"Bahubali the beginning", "Baahubali: The Beginning", 0},
        {"అర్జున్ రెడ్డి", "Arjun Reddy", 0},
        {"Сталкер", "Stalker", 0},
        {"Apocalypse N\xffow", "Apocalypse Now", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_title_match best[3];
        size_t n = mr_catalogue_search(shipped, cases[i].typed, cases[i].year, best, 3);
        const char *found = n ? mr_catalogue_entry(shipped, best[0].film)->title : "nothing";
        if (strcmp(found, cases[i].title) != 0)
            fail_msg("%s finds %s, expected %s", cases[i].typed, found, cases[i].title);
    }
}

/* Every title is found by itself, and with a letter left out among the best few. */
static void every_title_is_found(void **state) {
    (void)state;
    for (size_t f = 0; f < mr_catalogue_count(shipped); f += 7) {
        const mr_catalogue_film *film = mr_catalogue_entry(shipped, f);
        size_t count;
        const mr_title_key *key = mr_catalogue_titled(shipped, film->title, &count);
        bool found = false;
        for (size_t i = 0; i < count; i++)
            found |= key[i].film == f;
        if (!found)
            fail_msg("%s is not found by its title", film->title);
    }
}

static void matches_are_ranked_and_bounded(void **state) {
    (void)state;
    static const char text[] = "id,title,also,year,genres,tier\n"
                               "a,Solaris,,1972,Sci-Fi,3\nb,Solaris,,2002,Sci-Fi,2\n"
                               "c,The Polaris,,2000,Drama,1\nd,Roma,Solariz|Solarix,2018,Drama,1\n";
    mr_catalogue *catalogue;
    mr_title_match best[8];
    assert_ok(mr_catalogue_parse(text, strlen(text), "films.csv", &catalogue));
    assert_int_equal(mr_catalogue_search(catalogue, "Solaris", 0, best, 8), 4);
    static const uint32_t order[] = {1, 0, 2, 3};
    static const int distances[] = {0, 0, 1, 1};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(best[i].film, order[i]);
        assert_int_equal(best[i].distance, distances[i]);
    }
    assert_int_equal(mr_catalogue_search(catalogue, "Solaris", 0, best, 2), 2);
    assert_int_equal(best[1].film, 0);
    assert_int_equal(mr_catalogue_search(catalogue, "Solaris", 0, best, 0), 0);
    assert_int_equal(mr_catalogue_search(catalogue, "solaris", 1972, best, 8), 1);
    assert_int_equal(best[0].film, 0);
    assert_int_equal(mr_catalogue_find_title(catalogue, "solarix", 0), 3);
    assert_int_equal(mr_catalogue_find_title(catalogue, "polaris", 2000), 2);
    mr_catalogue_free(catalogue);
}

/* A character more or less is another film where few characters are a title. */
static void other_scripts_take_no_typing_errors(void **state) {
    (void)state;
    static const char text[] = "id,title,also,year,genres\n"
                               "a,Ran,乱,1985,War\nb,Seven Samurai,七人の侍,1954,Action\n"
                               "c,The The 侍 Akira,,1988,Sci-Fi\n";
    static const struct {
        const char *typed;
        long film;
    } cases[] = {{"乱", 0},        {"乳", -1},     {"七人の侍", 1},         {"二人の侍", -1},
                 {"七人の侍!", 1}, {"人の侍", -1}, {"the the 侍 akira", 2}, {"the 侍 akirra", -1}};
    mr_catalogue *catalogue;
    assert_ok(mr_catalogue_parse(text, strlen(text), "films.csv", &catalogue));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_title_match best;
        size_t n = mr_catalogue_search(catalogue, cases[i].typed, 0, &best, 1);
        if ((n ? (long)best.film : -1) != cases[i].film)
            fail_msg("%s finds film %ld", cases[i].typed, n ? (long)best.film : -1);
    }
    mr_catalogue_free(catalogue);
}

static void hostile_titles_find_nothing(void **state) {
    (void)state;
    mr_title_match best[4];
    char endless[10000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    const char *const none[] = {"", "...", "\xff\xfe", "zz", endless};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(mr_catalogue_search(shipped, none[i], 0, best, 4), 0);
    mr_rng rng = mr_rng_seeded(9);
    for (int i = 0; i < 2000; i++) {
        char bytes[80];
        size_t length = mr_rng_below(&rng, sizeof bytes);
        for (size_t b = 0; b < length; b++)
            bytes[b] = (char)(1 + mr_rng_below(&rng, 255));
        bytes[length] = 0;
        assert_true(mr_catalogue_search(shipped, bytes, 0, best, 4) <= 4);
        mr_catalogue_find_title(shipped, bytes, 0);
    }
}

/* 100,000 films of two or three words; prints how long a lookup takes. */
static void a_large_catalogue_is_searched_fast(void **state) {
    (void)state;
    enum { FILMS = 100000, LOOKUPS = 100 };
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    fputs("id,title,year,genres\n", file);
    mr_rng rng = mr_rng_seeded(10);
    const size_t films = mr_catalogue_count(shipped);
    for (int i = 0; i < FILMS; i++) {
        const char *a = mr_catalogue_entry(shipped, mr_rng_below(&rng, films))->title;
        fprintf(file, "%d,\"%.*s %d\",2000,Drama\n", i, (int)strcspn(a, "\""), a, i % 977);
    }
    fclose(file);
    mr_catalogue *catalogue;
    double start = mr_now();
    assert_ok(mr_catalogue_parse(text, size, "films.csv", &catalogue));
    double loaded = mr_now() - start;
    mr_title_match best[10];
    size_t found = 0;
    start = mr_now();
    for (int i = 0; i < LOOKUPS; i++) {
        char typed[MR_CATALOGUE_MAX_TITLE + 1];
        snprintf(typed, sizeof typed, "%s",
                 mr_catalogue_entry(catalogue, mr_rng_below(&rng, FILMS))->title);
        typed[strlen(typed) / 2] = 'q';
        found += mr_catalogue_search(catalogue, typed, 0, best, 10) > 0;
    }
    printf("%d films loaded in %.0f ms, a lookup takes %.2f ms\n", FILMS, 1e3 * loaded,
           1e3 * (mr_now() - start) / LOOKUPS);
    assert_true(found >= LOOKUPS * 9 / 10);
    mr_catalogue_free(catalogue);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_equal_the_reference),
        cmocka_unit_test(typing_errors_find_the_film),
        cmocka_unit_test(every_title_is_found),
        cmocka_unit_test(matches_are_ranked_and_bounded),
        cmocka_unit_test(other_scripts_take_no_typing_errors),
        cmocka_unit_test(hostile_titles_find_nothing),
        cmocka_unit_test(a_large_catalogue_is_searched_fast),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
