#include "base/clock.h"
#include "recommend/catalogue.h"
#include "recommend/certificate.h"
#include "recommend/fold.h"
#include "recommend/intern.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

static mr_status parse(const char *text, mr_catalogue **out) {
    return mr_catalogue_parse(text, strlen(text), "films.csv", out);
}

static void titles_fold(void **state) {
    (void)state;
    static const struct {
        const char *text, *folded;
    } cases[] = {{"Amélie", "amelie"},
                 {"Ame\u0301lie", "amelie"},
                 {"WALL-E", "wall e"},
                 {"  8½ ", "8 1 2"},
                 {"Alien³", "alien3"},
                 {"Ænigma – Łódź: 'x'", "aenigma lodz x"},
                 {"Schindler’s List", "schindler s list"},
                 {"Lock, Stock & Two", "lock stock and two"},
                 {"Straße", "strasse"},
                 {"Đèn lồng đỏ", "den long do"},
                 {"Сталкер", "stalker"},
                 {"ИРОНИЯ судьбы", "ironiya sudby"},
                 {"Κυνόδοντας", "kynodontas"},
                 {"ΚΥΝΟΔΟΝΤΑΣ", "kynodontas"},
                 {"Κυνο\u0301δοντας", "kynodontas"},
                 {"Ζορμπάς; Ο Έλληνας, θεός", "zormpas o ellinas theos"},
                 {"ἀρχὴ ᾧ ΐ ϊ", "archi o i i"},
                 {"బాహుబలి", "baahubali"},
                 {"राम", "raama"},
                 {"सत्यम्", "satyam"},
                 {"நாயகன்", "naayakan"},
                 {"Am\xe9lie \xff\xc3", "am lie"},
                 {"???", ""},
                 {"七人の侍", "七人の侍"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char folded[64];
        size_t length = mr_fold(cases[i].text, folded, sizeof folded);
        assert_string_equal(folded, cases[i].folded);
        assert_int_equal(length, strlen(folded));
    }
    char small[5];
    assert_true(mr_fold("a-b-c-d-e-f", small, sizeof small) < sizeof small);
    assert_string_equal(small, "a b");
}

static void strings_get_numbers(void **state) {
    (void)state;
    mr_intern table = {0};
    char names[500][16];
    for (int i = 0; i < 500; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        assert_int_equal(mr_intern_add(&table, names[i]), i);
    }
    for (int i = 0; i < 500; i++) {
        assert_int_equal(mr_intern_add(&table, names[i]), i);
        assert_int_equal(mr_intern_find(&table, names[i]), i);
    }
    assert_int_equal(mr_intern_find(&table, "other"), -1);
    mr_intern_free(&table);
    assert_int_equal(mr_intern_find(&table, "n1"), -1);
}

static void genres_parse(void **state) {
    (void)state;
    mr_genre_set set;
    assert_ok(mr_genre_set_parse("Comedy|sci-fi", &set));
    assert_int_equal(set, 1u << MR_GENRE_COMEDY | 1u << MR_GENRE_SCI_FI);
    assert_int_equal(mr_genre_set_size(set), 2);
    static const char nine[] = "Action|Adventure|Animation|Biography|Comedy|Crime|Drama|War|Family";
    const char *const bad[] = {"", "Comedy|", "|Comedy", "Comedy,Drama", "Com", nine};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(mr_genre_set_parse(bad[i], &set), MR_OK);
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        assert_int_equal(mr_genre_from_label(mr_genre_label((mr_genre)g)), g);
    assert_null(mr_genre_label((mr_genre)-1));
}

static void certificates_have_ages(void **state) {
    (void)state;
    assert_int_equal(mr_certificate_age("U"), 0);
    assert_int_equal(mr_certificate_age("ua"), 12);
    assert_int_equal(mr_certificate_age("PG-13"), 13);
    assert_int_equal(mr_certificate_age("R"), 17);
    assert_int_equal(mr_certificate_age(""), MR_CERTIFICATE_UNKNOWN_AGE);
    assert_int_equal(mr_certificate_age("Unrated"), -1);
}

/* What boards allow is not all made for children. */
static void harsh_genres_suit_later(void **state) {
    (void)state;
    const struct {
        const char *genres;
        int certificate, age;
    } cases[] = {{"Comedy|Drama", 0, 0},
                 {"Adventure|Horror", 8, 12},
                 {"Thriller", 0, 12},
                 {"Crime|Drama", 15, 15},
                 {"Action|Comedy", 0, 7},
                 {"Action", 8, 8},
                 {"Animation|Crime", 0, 0},
                 {"Family|Horror", 8, 12},
                 {"Action|Family", 0, 0},
                 {"Action|Animation", 0, 0},
                 {"Crime|Drama|Family|Thriller", 0, 12}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_genre_set genres;
        assert_ok(mr_genre_set_parse(cases[i].genres, &genres));
        assert_int_equal(mr_suitable_age(cases[i].certificate, genres), cases[i].age);
    }
}

static void parts_of_a_series_are_told(void **state) {
    (void)state;
    mr_catalogue *catalogue;
    assert_ok(parse("id,title,year,genres,directors,cast\n"
                    "1,Star Wars: Episode IV \xe2\x80\x93 A New Hope,1977,Sci-Fi,a,b\n"
                    "2,Star Wars: Episode I - The Phantom Menace,1999,Sci-Fi,a,c\n"
                    "3,The Godfather,1972,Crime,d,e\n"
                    "4,The Godfather Part II,1974,Crime,d,e\n"
                    "5,Batman,1989,Action,f,g|g2\n"
                    "6,Batman Returns,1992,Action,f,h|g\n"
                    "7,Batman Begins,2005,Action,i,j\n"
                    "8,Batmanias,1999,Action,f,h\n"
                    "9,Heat,1995,Crime,k,l\n"
                    "10,Heat and Dust,1983,Drama,m,n\n"
                    "11,Harry Potter and the Goblet of Fire,2005,Fantasy,o,p\n"
                    "12,Harry Potter and the Chamber of Secrets,2002,Fantasy,q,p\n"
                    "13,Beauty and the Beast,1991,Animation,r,s\n"
                    "14,Beauty,2011,Drama,t,u\n"
                    "15,Toy Story,1995,Animation,v,w\n"
                    "16,Toy Story 3,2010,Animation,x,y\n"
                    "17,???,2010,Drama,a,d\n"
                    "18,Red,2010,Action,z,z1\n"
                    "19,Red Dragon,2002,Crime,y1,z1\n"
                    "20,Catch-22,1970,Comedy,c1,c2\n"
                    "21,Catch Me If You Can,2002,Crime,c3,c2\n",
                    &catalogue));
    const uint32_t series[21] = {1, 1, 3, 3, 5, 5, 0, 0, 0, 0, 11, 11, 0, 0, 15, 15};
    for (size_t i = 0; i < 21; i++)
        if (mr_catalogue_entry(catalogue, i)->series != series[i])
            fail_msg("%s: series %u", mr_catalogue_entry(catalogue, i)->title,
                     (unsigned)mr_catalogue_entry(catalogue, i)->series);
    mr_catalogue_free(catalogue);
}

/* Parts of "Doctor Who", films that all are called "Dune" and share somebody with every hundredth
 * other, and such as go on from them. */
static void large_series_are_told_fast(void **state) {
    (void)state;
    enum { EACH = 30000, COMPANIES = 100 };
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    fputs("id,title,year,genres,directors,cast\n", file);
    for (int i = 0; i < EACH; i++) {
        fprintf(file, "w%d,Doctor Who: Story %d,2000,Sci-Fi,,\n", i, i);
        fprintf(file, "d%d,Dune: Part %d,2000,Sci-Fi,,a%d\n", i, i, i % COMPANIES);
        fprintf(file, "m%d,Dune Messiah %d,2000,Sci-Fi,,b%d|c%d\n", i, 1000 + i, i, i);
    }
    fclose(file);
    mr_catalogue *catalogue;
    double start = mr_now();
    assert_ok(mr_catalogue_parse(text, size, "films.csv", &catalogue));
    assert_true(mr_now() - start < 20);
    const mr_catalogue_film *films = mr_catalogue_films(catalogue);
    for (size_t i = 0; i < 3 * EACH; i += 3) {
        assert_int_equal(films[i].series, films[0].series);
        assert_int_equal(films[i + 1].series, films[1 + i % (3 * COMPANIES)].series);
        assert_int_equal(films[i + 2].series, 0);
    }
    assert_int_not_equal(films[0].series, 0);
    assert_int_not_equal(films[1].series, films[4].series);
    mr_catalogue_free(catalogue);
    free(text);
}

static void a_catalogue_is_read(void **state) {
    (void)state;
    mr_catalogue *catalogue;
    assert_ok(parse("title,id,year,genres,certificate,tier,language,directors,cast\n"
                    "Amélie,a,2001,Comedy|Romance,R,1,French,d1,c1|c2\n"
                    "Amelie,b,1999,Drama,,3,,d1|d2,c2\n"
                    "\"Up, up\",c,2009,Animation,PG,,English,,\n",
                    &catalogue));
    assert_int_equal(mr_catalogue_count(catalogue), 3);
    assert_int_equal(mr_catalogue_find(catalogue, "c"), 2);
    assert_int_equal(mr_catalogue_find(catalogue, "d"), -1);
    assert_int_equal(mr_catalogue_find_title(catalogue, "AMELIE", 0), 0);
    assert_int_equal(mr_catalogue_find_title(catalogue, "amélie", 1999), 1);
    assert_int_equal(mr_catalogue_find_title(catalogue, "amélie", 2000), -1);
    assert_int_equal(mr_catalogue_find_title(catalogue, "up up", 0), 2);
    assert_int_equal(mr_catalogue_find_title(catalogue, "zz", 0), -1);
    const mr_catalogue_film *first = mr_catalogue_entry(catalogue, 0);
    const mr_catalogue_film *second = mr_catalogue_entry(catalogue, 1);
    assert_int_equal(first->minimum_age, 17);
    assert_int_equal(second->minimum_age, 18);
    assert_int_equal(mr_catalogue_entry(catalogue, 2)->tier, MR_CATALOGUE_TIERS);
    assert_int_equal(second->language_number, 0);
    assert_int_equal(first->language_number, mr_catalogue_find_language(catalogue, "french"));
    assert_int_equal(mr_catalogue_find_language(catalogue, "Welsh"), -1);
    const uint32_t *people = mr_catalogue_people(catalogue);
    assert_int_equal(first->director_count, 1);
    assert_int_equal(second->director_count, 2);
    assert_int_equal(people[first->people], people[second->people]);
    assert_int_equal(people[first->people + 2], people[second->people + 2]);
    assert_int_equal(mr_catalogue_people_count(catalogue), 4);
    assert_null(mr_catalogue_entry(catalogue, 3));
    mr_catalogue_free(catalogue);
}

static void broken_rows_are_refused_with_their_line(void **state) {
    (void)state;
#define HEAD "id,title,year,genres,certificate,tier\na,A,2000,Drama,U,1\n"
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"id,title,year\na,A,2000\n", "line 1: no column 'genres'"},
        {"id,title,year,genres\n", "0 films"},
        {HEAD "a,B,2000,Drama,U,1\n", "line 3: id 'a'"},
        {HEAD ",B,2000,Drama,U,1\n", "line 3: id ''"},
        {HEAD "b,,2000,Drama,U,1\n", "line 3: title ''"},
        {HEAD "b,B,20x0,Drama,U,1\n", "line 3: year '20x0'"},
        {HEAD "b,B, 2000,Drama,U,1\n", "line 3: year ' 2000'"},
        {HEAD "b,B,+2000,Drama,U,1\n", "line 3: year '+2000'"},
        {HEAD "b,B,2000,Drama,U,1,\n", "line 3: 7 fields: expected 6"},
        {HEAD "b,B \"C\",2000,Drama,U,1\n", "line 3: a quote inside a field"},
        {HEAD "b,B,1500,Drama,U,1\n", "line 3: year '1500'"},
        {HEAD "b,B,99999999999999999999,Drama,U,1\n", "line 3: year"},
        {HEAD "b,B,2000,Dramma,U,1\n", "line 3: genres 'Dramma'"},
        {HEAD "b,B,2000,Drama,XX,1\n", "line 3: certificate 'XX'"},
        {HEAD "b,B,2000,Drama,U,9\n", "line 3: tier '9'"},
        {HEAD "b,B,2000,Drama,U\n", "line 3: 5 fields: expected 6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_catalogue *catalogue = NULL;
        assert_int_not_equal(parse(cases[i].text, &catalogue), MR_OK);
        assert_null(catalogue);
        assert_non_null(strstr(mr_last_error(), "films.csv: "));
        if (!strstr(mr_last_error(), cases[i].says))
            fail_msg("'%s' does not say '%s'", mr_last_error(), cases[i].says);
    }
    mr_catalogue *none;
    assert_int_equal(mr_catalogue_load("tests/recommend/none.csv", &none), MR_E_NOT_FOUND);
}

static void the_shipped_catalogue_holds_what_it_promises(void **state) {
    (void)state;
    static const char *const paper[] = {"2 States",
                                        "Ala Vaikunthapurramuloo",
                                        "Aravinda Sametha Veera Raghava",
                                        "Arjun Reddy",
                                        "Arya",
                                        "Arya 2",
                                        "Attarintiki Daredi",
                                        "Baahubali: The Beginning",
                                        "Baahubali: The Conclusion",
                                        "Bhale Bhale Magadivoy",
                                        "Bharat Ane Nenu",
                                        "Bommarillu",
                                        "Businessman",
                                        "Dookudu",
                                        "Eega",
                                        "Ekkadiki Pothavu Chinnavada",
                                        "Express Raja",
                                        "Fidaa",
                                        "Gabbar Singh"};
    mr_catalogue *catalogue;
    assert_ok(mr_catalogue_load("data/films.csv", &catalogue));
    assert_true(mr_catalogue_count(catalogue) >= 10000);
    for (size_t i = 0; i < sizeof paper / sizeof *paper; i++) {
        long film = mr_catalogue_find_title(catalogue, paper[i], 0);
        if (film < 0)
            fail_msg("%s is missing", paper[i]);
        assert_true(*mr_catalogue_entry(catalogue, (size_t)film)->certificate);
    }
    static const struct {
        const char *title;
        int year, age;
    } known[] = {{"toy story", 1995, 0}, {"finding nemo", 2003, 0},   {"the godfather", 1972, 17},
                 {"3 idiots", 2009, 12}, {"jurassic park", 1993, 13}, {"arjun reddy", 2017, 18}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        long film = mr_catalogue_find_title(catalogue, known[i].title, known[i].year);
        assert_true(film >= 0);
        assert_int_equal(mr_catalogue_entry(catalogue, (size_t)film)->minimum_age, known[i].age);
    }
    for (size_t i = 0; i < mr_catalogue_count(catalogue); i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, i);
        assert_in_range(film->year, 1920, 2020);
        assert_true(film->genres != 0);
    }
    mr_catalogue_free(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_fold),
        cmocka_unit_test(strings_get_numbers),
        cmocka_unit_test(genres_parse),
        cmocka_unit_test(certificates_have_ages),
        cmocka_unit_test(harsh_genres_suit_later),
        cmocka_unit_test(parts_of_a_series_are_told),
        cmocka_unit_test(large_series_are_told_fast),
        cmocka_unit_test(a_catalogue_is_read),
        cmocka_unit_test(broken_rows_are_refused_with_their_line),
        cmocka_unit_test(the_shipped_catalogue_holds_what_it_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
