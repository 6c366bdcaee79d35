#include "base/file.h"
#include "recommend/catalogue.h"
#include "recommend/catalogue_import.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[] = "/tmp/moodreel-import-XXXXXX";
static char films[64], ours[64], imported[64];

static void write_file(const char *path, const char *text) {
    assert_ok(mr_file_write(path, text, strlen(text)));
}

static int set_up(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(films, sizeof films, "%s/films.csv", folder);
    snprintf(ours, sizeof ours, "%s/ours.csv", folder);
    snprintf(imported, sizeof imported, "%s/imported.csv", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mr_test_remove(folder);
    return 0;
}

static int fresh(void **state) {
    (void)state;
    remove(imported);
    write_file(films, "id,title,also,year,genres,language,country,certificate,tier,directors,cast\n"
                      "Q1,Amélie,,2001,Comedy|Romance,French,France,R,1,Jeunet,Tautou|Kassovitz\n"
                      "Q2,The Matrix,Matrix,1999,Action|Sci-Fi,English,,,2,,\n"
                      "Q3,Arya,,2004,Action,Telugu,India,UA,3,Sukumar,\n");
    return 0;
}

static char told[4096];

static void keep(const char *error, void *context) {
    (void)context;
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s\n", error);
}

static mr_status import(const char *text, mr_film_import *done) {
    told[0] = 0;
    write_file(ours, text);
    return mr_films_import(ours, films, keep, NULL, done);
}

static mr_catalogue *reload(void) {
    mr_catalogue *catalogue;
    assert_ok(mr_catalogue_load(films, &catalogue));
    return catalogue;
}

static const mr_catalogue_film *film_of(const mr_catalogue *catalogue, const char *id) {
    long film = mr_catalogue_find(catalogue, id);
    assert_true(film >= 0);
    return mr_catalogue_entry(catalogue, (size_t)film);
}

static void new_films_are_added(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres,cast,directors\n"
                     "\"Our \"\"Film\"\"\",2020,Drama,\"Ann|Bo, Jr.\",Cy\n"
                     "Bahçe & Ev,2021,Comedy|Drama,,\n",
                     &done));
    assert_int_equal(done.added, 2);
    assert_int_equal(done.changed, 0);
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 5);
    const mr_catalogue_film *film = film_of(catalogue, "own-our-film-2020");
    assert_string_equal(film->title, "Our \"Film\"");
    assert_int_equal(film->tier, MR_CATALOGUE_TIERS);
    assert_int_equal(film->minimum_age, 18);
    assert_int_equal(film->director_count, 1);
    assert_int_equal(film->cast_count, 2);
    assert_true(film->imported);
    assert_false(film_of(catalogue, "Q1")->imported);
    assert_string_equal(film_of(catalogue, "own-bahce-and-ev-2021")->title, "Bahçe & Ev");
    mr_catalogue_free(catalogue);
}

static void known_films_take_what_is_stated(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("id,title,year,genres,certificate,tier,cast\n"
                     "Q3,Aarya,2005,Action|Comedy,U,1,\n"  /* by its id: all that is stated */
                     ",amelie,2001,Comedy,U,,Dussollier\n" /* by its title: R is stricter */
                     "X9,matrix,1999,Action,PG-13,,\n",    /* by another title; unknown was 18 */
                     &done));
    assert_int_equal(done.added, 0);
    assert_int_equal(done.changed, 3);
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 3);
    const mr_catalogue_film *film = film_of(catalogue, "Q3");
    assert_string_equal(film->title, "Aarya");
    assert_int_equal(film->year, 2005);
    assert_string_equal(film->certificate, "U");
    assert_int_equal(film->tier, 1);
    assert_string_equal(film->country, "India");
    assert_int_equal(film->director_count, 1);
    film = film_of(catalogue, "Q1");
    assert_string_equal(film->title, "Amélie");
    assert_string_equal(film->certificate, "R");
    assert_int_equal(mr_genre_set_size(film->genres), 1);
    assert_int_equal(film->tier, 1);
    assert_int_equal(film->director_count, 1);
    assert_int_equal(film->cast_count, 1);
    film = film_of(catalogue, "Q2");
    assert_string_equal(film->title, "The Matrix");
    assert_int_equal(film->minimum_age, 13);
    assert_int_equal(mr_catalogue_find(catalogue, "X9"), -1);
    assert_int_equal(mr_catalogue_find_title(catalogue, "arya", 0), -1);
    mr_catalogue_free(catalogue);
}

/* A row that means a film by nothing but its title makes it one for older people, never for
 * younger; by its id it does what it says. */
static void a_title_alone_makes_no_film_one_for_children(void **state) {
    (void)state;
    static const struct {
        const char *known, *stated;
        int age, age_by_id;
    } cases[] = {{"Horror|Drama", "Family", 12, 0},
                 {"Thriller", "Thriller|Animation", 12, 0},
                 {"Crime|Comedy", "Action|Comedy", 12, 7},
                 {"War", "Crime", 12, 12},
                 {"Action", "Action|Family", 7, 0},
                 {"Action", "Horror", 12, 12},
                 {"Comedy", "Drama", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        mr_film_import done;
        for (int by_id = 0; by_id <= 1; by_id++) {
            fresh(state);
            snprintf(text, sizeof text, "id,title,year,genres,certificate\nX,Jaws,1975,%s,U\n",
                     cases[i].known);
            assert_ok(import(text, &done));
            snprintf(text, sizeof text, "id,title,year,genres,certificate\n%s,Jaws,1975,%s,U\n",
                     by_id ? "X" : "", cases[i].stated);
            assert_ok(import(text, &done));
            assert_int_equal(done.changed, 1);
            mr_catalogue *catalogue = reload();
            assert_int_equal(film_of(catalogue, "X")->suitable_age,
                             by_id ? cases[i].age_by_id : cases[i].age);
            mr_catalogue_free(catalogue);
        }
    }
}

static void another_language_is_another_film(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres,language\nArya,2004,Drama,Hindi\n", &done));
    assert_int_equal(done.added, 1);
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 4);
    mr_catalogue_free(catalogue);
}

/* As an operator may write it; a filter for it leaves the film in. */
static void a_language_is_one_whatever_its_case(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres,language\nOne,2001,Drama,english\nTwo,2002,Drama, TULU\n"
                     "Three,2003,Drama,Tulu \nArya,2004,Drama, telugu \nNone,2005,Drama, \n",
                     &done));
    assert_int_equal(done.changed, 1);
    mr_catalogue *catalogue = reload();
    const mr_catalogue_film *one = film_of(catalogue, "own-one-2001");
    assert_string_equal(one->language, "English");
    assert_int_equal(one->language_number, mr_catalogue_find_language(catalogue, "ENGLISH"));
    assert_int_equal(one->language_number, film_of(catalogue, "Q2")->language_number);
    assert_string_equal(film_of(catalogue, "own-three-2003")->language, "TULU");
    assert_int_equal(film_of(catalogue, "own-three-2003")->language_number,
                     film_of(catalogue, "own-two-2002")->language_number);
    assert_string_equal(film_of(catalogue, "Q3")->language, "Telugu");
    assert_int_equal(film_of(catalogue, "own-none-2005")->language_number, 0);
    assert_int_equal(mr_catalogue_find_language(catalogue, ""), -1);
    mr_catalogue_free(catalogue);
}

static void a_made_id_states_no_more_than_the_title(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres,certificate\nDevdas X,2021,Drama,A\n", &done));
    assert_ok(import("title,year,genres,certificate\nDEVDAS X,2021,Comedy,U\n", &done));
    assert_int_equal(done.changed, 1);
    mr_catalogue *catalogue = reload();
    const mr_catalogue_film *film = film_of(catalogue, "own-devdas-x-2021");
    assert_string_equal(film->certificate, "A");
    assert_string_equal(film->title, "Devdas X");
    assert_int_equal(film->genres, 1u << MR_GENRE_COMEDY);
    mr_catalogue_free(catalogue);
}

static void assert_languages_are_apart(void) {
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 5);
    const mr_catalogue_film *hindi = film_of(catalogue, "own-devdas-x-2021");
    const mr_catalogue_film *telugu = film_of(catalogue, "own-devdas-x-2021-telugu");
    assert_string_equal(hindi->language, "Hindi");
    assert_string_equal(hindi->certificate, "A");
    assert_string_equal(telugu->language, "Telugu");
    assert_string_equal(telugu->certificate, "U");
    mr_catalogue_free(catalogue);
}

static void made_ids_of_two_languages_differ(void **state) {
    (void)state;
    mr_film_import done;
    static const char telugu[] =
        "title,year,genres,language,certificate\nDevdas X,2021,Drama,Telugu,U\n";
    assert_ok(
        import("title,year,genres,language,certificate\nDevdas X,2021,Drama,Hindi,A\n", &done));
    assert_ok(import(telugu, &done));
    assert_int_equal(done.added, 1);
    assert_languages_are_apart();
    assert_ok(import(telugu, &done));
    assert_int_equal(done.changed, 1);
    assert_languages_are_apart();
    /* The same of one file. */
    fresh(state);
    assert_ok(import("title,year,genres,language,certificate\nDevdas X,2021,Drama,Hindi,A\n"
                     "Devdas X,2021,Drama,Telugu,U\n",
                     &done));
    assert_int_equal(done.added, 2);
    assert_languages_are_apart();
    /* Which of them a row without a language means cannot be told within one file. */
    fresh(state);
    assert_int_equal(import("title,year,genres,language\nDevdas X,2021,Drama,Hindi\n"
                            "Devdas X,2021,Drama,Telugu\nDevdas X,2021,Drama,Telugu\n"
                            "Devdas X,2021,Drama,Hindi\nDevdas X,2021,Drama,\n",
                            &done),
                     MR_E_FORMAT);
    assert_int_equal(done.bad, 3);
}

/* A film that got another title by its id keeps that id to itself. */
static void a_made_id_is_never_another_films(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres\nDevdas X,2021,Drama\n", &done));
    assert_ok(import("id,title,year,genres\nown-devdas-x-2021,Paro,2022,Drama\n", &done));
    assert_int_equal(import("title,year,genres\nDevdas X,2021,Drama\n", &done), MR_E_FORMAT);
    assert_non_null(strstr(told, "id 'own-devdas-x-2021': expected an id that no other film has"));
    assert_ok(import("title,year,genres,language\nDevdas X,2021,Drama,Hindi\n", &done));
    mr_catalogue *catalogue = reload();
    assert_string_equal(film_of(catalogue, "own-devdas-x-2021")->title, "Paro");
    assert_string_equal(film_of(catalogue, "own-devdas-x-2021-hindi")->title, "Devdas X");
    mr_catalogue_free(catalogue);
}

/* "$" is a film of 1971, and others may consist of other signs. */
static void titles_of_signs_are_told_apart(void **state) {
    (void)state;
    mr_film_import done;
    static const char text[] = "title,year,genres,cast\n$,1971,Crime,Ann\n!!!,1971,Drama,Ann\n"
                               "24,1971,Drama,Bo\n";
    assert_ok(import(text, &done));
    assert_int_equal(done.added, 3);
    assert_ok(import(text, &done));
    assert_int_equal(done.changed, 3);
    mr_catalogue *catalogue = reload();
    assert_string_equal(film_of(catalogue, "own--24-1971")->title, "$");
    assert_string_equal(film_of(catalogue, "own--212121-1971")->title, "!!!");
    assert_string_equal(film_of(catalogue, "own-24-1971")->title, "24");
    long dollar = mr_catalogue_find_title(catalogue, "$", 1971);
    assert_int_equal(dollar, mr_catalogue_find(catalogue, "own--24-1971"));
    assert_int_equal(mr_catalogue_films(catalogue)[dollar].series, 0);
    long marks = mr_catalogue_find_title(catalogue, " !!! ", 0);
    assert_int_equal(marks, mr_catalogue_find(catalogue, "own--212121-1971"));
    assert_false(mr_catalogue_same_title(catalogue, (uint32_t)dollar, (uint32_t)marks));
    mr_title_match best;
    assert_int_equal(mr_catalogue_search(catalogue, "$", 0, &best, 1), 1);
    assert_int_equal(best.film, dollar);
    assert_int_equal(mr_catalogue_search(catalogue, "!!", 0, &best, 1), 0);
    assert_int_equal(mr_catalogue_search(catalogue, "  ", 0, &best, 1), 0);
    mr_catalogue_free(catalogue);
    assert_int_equal(import("title,year,genres\n \u3000\u00a0,1971,Crime\n", &done), MR_E_FORMAT);
    assert_non_null(strstr(told, "line 2: title ' \u3000\u00a0': expected more than spaces"));
}

static void imports_add_up_and_can_be_repeated(void **state) {
    (void)state;
    mr_film_import done;
    static const char first[] = "title,year,genres\nOne,2001,Drama\nAmelie,2001,Drama\n";
    assert_ok(import(first, &done));
    assert_ok(import("id,title,year,genres\nown-two,Two,2002,Drama\n", &done));
    assert_int_equal(done.added, 1);
    unsigned char *before, *after;
    size_t size_before, size_after;
    assert_ok(import(first, &done));
    assert_int_equal(done.changed, 2);
    assert_ok(mr_file_read(imported, 4096, &before, &size_before));
    assert_ok(import(first, &done));
    assert_ok(mr_file_read(imported, 4096, &after, &size_after));
    assert_string_equal((char *)before, (char *)after);
    free(before);
    free(after);
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 5);
    mr_catalogue_free(catalogue);
}

/* Every bad line is told, and what was there before stays as it was. */
static void bad_lines_are_all_told_and_nothing_changes(void **state) {
    (void)state;
    mr_film_import done;
    assert_ok(import("title,year,genres\nKept,2001,Drama\n", &done));
    assert_int_equal(import("id,title,year,genres,certificate\n"
                            "a,Good,2000,Drama,\n"
                            "b,,2000,Drama,\n"
                            "c,Year,20x0,Drama,\n"
                            "d,Genre,2000,Dramma,\n"
                            "e,Certificate,2000,Drama,Z\n"
                            "a,Twice,2000,Drama,\n"
                            "f,Latin-1 \xe9,2000,Drama,\n"
                            "g,Bell \a,2000,Drama,\n"
                            "Q1,Amélie,2001,Drama,\n"
                            ",amelie,2001,Drama,\n"
                            ",Same,2003,Drama,\n"
                            ",same!,2003,Drama,\n",
                            &done),
                     MR_E_FORMAT);
    assert_int_equal(done.bad, 9);
    assert_non_null(strstr(mr_last_error(), "9 bad lines, nothing imported"));
    static const char *const says[] = {"line 3: title", "line 4: year",       "line 5: genres",
                                       "line 6: cert",  "line 7: id 'a'",     "line 8: column 2",
                                       "line 9: col",   "line 11: film 'ame", "line 13: id 'own"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(told, says[i]))
            fail_msg("'%s' does not say '%s'", told, says[i]);
    mr_catalogue *catalogue = reload();
    assert_int_equal(mr_catalogue_count(catalogue), 4);
    assert_true(mr_catalogue_find(catalogue, "a") < 0);
    mr_catalogue_free(catalogue);
}

static void broken_files_are_refused(void **state) {
    (void)state;
    mr_film_import done;
    static const struct {
        const char *text, *says;
    } cases[] = {{"", "empty"},
                 {"title,year\nA,2000\n", "no column 'genres'"},
                 {"title,year,genres\n", "no films"},
                 {"title,year,genres\nA,2000\n", "1 bad line, nothing"},
                 {"title,year,genres\n\"A,2000,Drama\n", "1 bad line, nothing"},
                 {"title,year,genres\n\"A\"B,2000,Drama\n", "line 2: text behind a closing quote"},
                 {"title,year,genres\nA \"B\",2000,Drama\n", "line 2: a quote inside a field"},
                 {"title,year,genres\nA,2000,Drama,U\n", "line 2: 4 fields: expected 3"},
                 {"title,year,genres\nA,2000,Drama\n\n", "line 3: 1 field: expected 3"},
                 {"title,year,genres\rA,2000,Drama\r", "line 1: a carriage return"},
                 {"title,year,genres,title\nA,2000,Drama,B\n", "column 'title' is there twice"},
                 {"title,year,genres,certficate\nA,2000,Drama,U\n",
                  "line 1: column 'certficate': expected only id, title"},
                 {"title,year,genres,cast\nA,2000,Drama,Ann||Bo\n",
                  "line 2: people 'Ann||Bo': expected names of 1 to 300 bytes with '|' between"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(import(cases[i].text, &done), MR_OK);
        if (!strstr(mr_last_error(), cases[i].says) && !strstr(told, cases[i].says))
            fail_msg("'%s%s' does not say '%s'", told, mr_last_error(), cases[i].says);
        assert_int_not_equal(access(imported, F_OK), 0);
    }
    char text[400];
    snprintf(text, sizeof text, "title,year,genres,cast\nA,2000,Drama,%0301d\n", 1);
    assert_int_not_equal(import(text, &done), MR_OK);
    assert_non_null(strstr(told, "expected names of 1 to 300 bytes"));
    assert_int_equal(mr_films_import("/nowhere.csv", films, keep, NULL, &done), MR_E_NOT_FOUND);
    assert_int_equal(mr_films_import(ours, "/nowhere.csv", keep, NULL, &done), MR_E_NOT_FOUND);
}

/* A folder in the place of the file: the write fails, and nothing else is lost. */
static void a_failed_write_is_an_error(void **state) {
    (void)state;
    mr_film_import done;
    mkdir(imported, 0700);
    write_file(ours, "title,year,genres\nA,2000,Drama\n");
    assert_int_not_equal(mr_films_import(ours, films, keep, NULL, &done), MR_OK);
    rmdir(imported);
    mr_catalogue_free(reload());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(new_films_are_added, fresh),
        cmocka_unit_test_setup(known_films_take_what_is_stated, fresh),
        cmocka_unit_test_setup(a_title_alone_makes_no_film_one_for_children, fresh),
        cmocka_unit_test_setup(another_language_is_another_film, fresh),
        cmocka_unit_test_setup(a_language_is_one_whatever_its_case, fresh),
        cmocka_unit_test_setup(a_made_id_states_no_more_than_the_title, fresh),
        cmocka_unit_test_setup(made_ids_of_two_languages_differ, fresh),
        cmocka_unit_test_setup(a_made_id_is_never_another_films, fresh),
        cmocka_unit_test_setup(titles_of_signs_are_told_apart, fresh),
        cmocka_unit_test_setup(imports_add_up_and_can_be_repeated, fresh),
        cmocka_unit_test_setup(bad_lines_are_all_told_and_nothing_changes, fresh),
        cmocka_unit_test_setup(broken_files_are_refused, fresh),
        cmocka_unit_test_setup(a_failed_write_is_an_error, fresh),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
