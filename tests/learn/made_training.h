/*
 * What tests that train an emotion network share: the smallest network that tells the made pictures
 * of made_faces.h apart, a recipe by which it does so in seconds, and how well it then does.
 */
#ifndef MR_TESTS_MADE_TRAINING_H
#define MR_TESTS_MADE_TRAINING_H

#include "learn/dataset_emotion.h"
#include "learn/evaluate_emotion.h"
#include "learn/train_emotion.h"
#include "made_faces.h"

static const char made_emotion_network[] = "moodreel-network 1\n"
                                           "input image channels=1 height=16 width=16 mean=127 "
                                           "deviation=64\n"
                                           "conv a image out=8 kernel=3\n"
                                           "batchnorm a_bn a\n"
                                           "relu a_relu a_bn\n"
                                           "maxpool a_pool a_relu kernel=2\n"
                                           "conv b a_pool out=16 kernel=3 stride=2\n"
                                           "batchnorm b_bn b\n"
                                           "relu b_relu b_bn\n"
                                           "linear label b_relu out=7\n"
                                           "linear votes b_relu out=7\n"
                                           "output label\n"
                                           "output votes\n";

/* Learns DATA, a folder of made_emotions(), to nearly all right. */
static inline mr_train_emotion_params made_training(const char *data, const char *out) {
    mr_train_emotion_params p = mr_train_emotion_defaults();
    p.data = data;
    p.augment = mr_augment_none();
    p.trainer.out = out;
    p.trainer.batch = 14;
    p.trainer.epochs = 20;
    p.trainer.threads = 1;
    p.trainer.average = 0.9f;
    return p;
}

/* Share of the validation part of DATA that the model tells right. */
static inline double made_accuracy(const char *data, const char *model) {
    char *faces = mr_path_join(data, MR_EMOTION_VALIDATION);
    mr_evaluate_emotion_params params = {.data = faces, .model = model};
    mr_emotion_report report;
    assert_ok(mr_evaluate_emotion(&params, &report));
    free(faces);
    return report.labels.accuracy;
}

#endif
