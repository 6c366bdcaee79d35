/* made_data DIR - writes small made data sets for the kept sessions: DIR/emotions, with votes, and
 * DIR/chips, which networks learn at a glance, DIR/emotion and DIR/attributes, untrained,
 * DIR/scenes with labelled faces, DIR/detector.txt, a network for them, and DIR/movielens. */
#include "../learn/made_faces.h"
#include "../learn/made_ratings.h"
#include "../learn/made_scenes.h"
#include "made_models.h"

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    char *emotions = mr_path_join(argv[1], "emotions"), *chips = mr_path_join(argv[1], "chips");
    char *movielens = mr_path_join(argv[1], "movielens"), *scenes = mr_path_join(argv[1], "scenes");
    made_emotions(emotions, "train", MADE_TRAIN_EACH, 1);
    made_emotions(emotions, "public_test", MADE_TEST_EACH, 2);
    made_votes(emotions);
    made_chips(chips, 120);
    made_scenes(scenes, 40, 64);
    made_text(argv[1], "detector.txt", made_detector);
    bool made = mr_folder_make(movielens) == MR_OK;
    if (made)
        made_movielens(movielens);
    made = made && mr_make_emotion_model(argv[1], 3) == MR_OK &&
           mr_make_attributes_model(argv[1], 4) == MR_OK;
    free(emotions);
    free(chips);
    free(movielens);
    free(scenes);
    return made ? 0 : 1;
}
