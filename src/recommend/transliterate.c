#include "recommend/transliterate.h"

#include <stddef.h>

/* Base letters of U+00C0 … U+017F; '-' stands for a sign that is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo-ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo-ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssss"
                            "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The same of U+1E00 … U+1EFF. */
static const char latin_more[] = "aabbbbbbccddddddddddeeeeeeeeeeff"
                                 "gghhhhhhhhhhiiiikkkkkkllllllllmm"
                                 "mmmmnnnnnnnnoooooooopppprrrrrrrr"
                                 "ssssssssssttttttttuuuuuuuuuuvvvv"
                                 "wwwwwwwwwwxxxxyyzzzzzzhtwyasss-d"
                                 "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
                                 "eeeeeeeeiiiioooooooooooooooooooo"
                                 "oooouuuuuuuuuuuuuuyyyyyyyyllvvyy";

/* U+03B1 … U+03C9; capitals stand 32 before. */
static const char *const greek[] = {"a", "v", "g", "d", "e",  "z",  "i", "th", "i",
                                    "k", "l", "m", "n", "x",  "o",  "p", "r",  "s",
                                    "s", "t", "y", "f", "ch", "ps", "o"};

/* The same of U+1F00 … U+1FFF: vowels, and rho, with accents. */
static const char greek_more[] = "aaaaaaaaaaaaaaaaeeeeee--eeeeee--"
                                 "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"
                                 "oooooo--oooooo--yyyyyyyy-y-y-y-y"
                                 "ooooooooooooooooaaeeiiiiooyyoo--"
                                 "aaaaaaaaaaaaaaaaiiiiiiiiiiiiiiii"
                                 "ooooooooooooooooaaaaa-aaaaaaa---"
                                 "--iii-iieeiii---iiii--iiiiii----"
                                 "yyyyrryyyyyyr-----ooo-ooooooo---";

/* U+0430 … U+045F; capitals stand 32 or 80 before. */
static const char *const cyrillic[] = {
    "a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "y",   "k", "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "",  "y", "",  "e", "yu", "ya",
    "e", "e", "d", "g", "e", "z",  "i",  "i",  "j",  "l",   "n", "c", "k", "i", "u",  "d"};

/* Letters at 05 … 39 and vowel signs at 3e … 4d of each block of 128. */
static const char *const indian[] = {
    "a", "aa", "i", "ii", "u",  "uu", "ri", "l",  "e",  "e", "e",  "ai", "o",  "o",
    "o", "au", "k", "kh", "g",  "gh", "n",  "ch", "ch", "j", "jh", "n",  "t",  "th",
    "d", "dh", "n", "t",  "th", "d",  "dh", "n",  "n",  "p", "ph", "b",  "bh", "m",
    "y", "r",  "r", "l",  "l",  "l",  "v",  "sh", "sh", "s", "h"};
static const char *const indian_signs[] = {"aa", "i", "ii", "u", "uu", "ri", "ri", "e",
                                           "e",  "e", "ai", "o", "o",  "o",  "au", ""};

static const char digits[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

static const char *one_letter(char letter) {
    static const char letters[][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i",
                                      "j", "k", "l", "m", "n", "o", "p", "q", "r",
                                      "s", "t", "u", "v", "w", "x", "y", "z"};
    return letter == '-' ? " " : letters[letter - 'a'];
}

/* Of U+0370 … U+03FF; NULL for letters of other languages, and those that no title has. */
static const char *greek_letter(long point) {
    if (point >= 0x3b1 && point <= 0x3c9)
        return greek[point - 0x3b1];
    if (point >= 0x391 && point <= 0x3a9)
        return greek[point - 0x391];
    if (point >= 0x384 && point <= 0x390)
        return one_letter("--a-eii-o-yoi"[point - 0x384]);
    if (point >= 0x3aa && point <= 0x3b0)
        return one_letter("iyaeiiy"[point - 0x3aa]);
    if (point >= 0x3ca && point <= 0x3ce)
        return one_letter("iyoyo"[point - 0x3ca]);
    return point == 0x37e ? " " : NULL;
}

static const char *indian_letter(long point, mr_letter_kind *kind) {
    long place = point & 0x7f;
    if (place <= 0x03)
        return place == 0x03 ? "h" : "m";
    if (place >= 0x05 && place <= 0x39) {
        *kind = place >= 0x15 ? MR_LETTER_CONSONANT : MR_LETTER_PLAIN;
        return indian[place - 0x05];
    }
    if (place >= 0x3e && place <= 0x4d) {
        *kind = MR_LETTER_VOWEL_SIGN;
        return indian_signs[place - 0x3e];
    }
    if (place >= 0x66 && place <= 0x6f)
        return digits[place - 0x66];
    return place == 0x64 || place == 0x65 ? " " : "";
}

/* Signs that stand for more than one letter, and figures. */
static const char *special(long point) {
    static const struct {
        long point;
        const char *text;
    } table[] = {
        {0xb2, "2"},    {0xb3, "3"},    {0xb9, "1"},      {0xbc, " 1 4"},
        {0xbd, " 1 2"}, {0xbe, " 3 4"}, {0xc6, "ae"},     {0xde, "th"},
        {0xdf, "ss"},   {0xe6, "ae"},   {0xfe, "th"},     {0x152, "oe"},
        {0x153, "oe"},  {0x1e9e, "ss"}, {0x2153, " 1 3"}, {0x2154, " 2 3"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].point == point)
            return table[i].text;
    return NULL;
}

const char *mr_transliterate(long point, mr_letter_kind *kind) {
    *kind = MR_LETTER_PLAIN;
    const char *text = special(point);
    if (text)
        return text;
    if (point >= 0xc0 && point < 0x180)
        return one_letter(latin[point - 0xc0]);
    if (point >= 0x1e00 && point < 0x1f00)
        return one_letter(latin_more[point - 0x1e00]);
    if (point >= 0x300 && point < 0x370)
        return "";
    if (point >= 0x370 && point < 0x400)
        return greek_letter(point);
    if (point >= 0x1f00 && point < 0x2000)
        return one_letter(greek_more[point - 0x1f00]);
    if (point >= 0x400 && point < 0x460)
        return cyrillic[point < 0x410   ? point - 0x400 + 32
                        : point < 0x430 ? point - 0x410
                                        : point - 0x430];
    if (point >= 0x900 && point < 0xd80)
        return indian_letter(point, kind);
    if (point < 0xc0 || (point >= 0x2000 && point < 0x2c00) || (point >= 0x3000 && point < 0x3003))
        return " ";
    return NULL;
}
